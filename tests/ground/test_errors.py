"""What an error says on a terminal."""

from advisor.errors import BadInput


def test_a_name_from_a_file_cannot_move_the_cursor() -> None:
    """Control characters and marks of direction in a place or a word are shown, not obeyed."""
    said = str(BadInput("nothing is called \x1b[31mred\u202e", where="a\nb\x07/advisor.yaml:1", remedy="do\n  this"))
    assert said == "a\\nb\\x07/advisor.yaml:1: nothing is called \\x1b[31mred\\u202e\n  do\n  this"


def test_an_endless_word_is_cut() -> None:
    """A megabyte that somebody typed is not printed back."""
    assert len(str(BadInput(f"{'x' * 10**6} is not a number"))) < 3000
