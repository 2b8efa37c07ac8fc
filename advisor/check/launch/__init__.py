"""What formats of launches share: shell words, commands, pods, quantities, the tables of GPUs and models."""
