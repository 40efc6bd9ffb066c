"""What is remembered of what callers say."""

from app.routers.remembered import remembered


def test_only_what_is_short_is_remembered() -> None:
    """What was read of a long text is read again, and nothing kept of it."""
    read: list[str] = []

    @remembered(most=2, longest=3)
    def words(text: str) -> int:
        read.append(text)
        return len(text)

    assert [words(text) for text in ("abc", "abc", "long", "long")] == [
        3,
        3,
        4,
        4,
    ]
    assert read == ["abc", "long", "long"]


def test_nothing_said_is_remembered_too() -> None:
    """A header that is not there is what most callers send."""
    read: list[str | None] = []

    @remembered(most=2, longest=3)
    def words(text: str | None, plus: int) -> int:
        read.append(text)
        return plus

    assert (words(None, 1), words(None, 1), words(None, 2)) == (1, 1, 2)
    assert read == [None, None]
