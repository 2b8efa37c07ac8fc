"""What a model's files say: its shape, its size, its place in the project."""
