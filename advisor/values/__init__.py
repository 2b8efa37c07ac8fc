"""The nouns that one room hands to the next: frozen, typed, without behaviour that touches the world."""
