"""What is inside data files, one family of formats a file."""
