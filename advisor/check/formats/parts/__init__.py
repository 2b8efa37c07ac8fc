"""What several formats have inside: the options of a command."""
