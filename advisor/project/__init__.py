"""Files that we keep in the user's project: what people answered, and what was found."""
