"""Which mailboxes rules allow."""

import pytest

from app.callers.mailbox_rules import allows


@pytest.mark.parametrize(
    ("rules", "asked_as", "primary", "allowed"),
    [
        ({"*"}, "anything", "anything", True),
        ({"a@x.example"}, "a@x.example", "a@x.example", True),
        ({"a@x.example"}, "a@x.example", "b@y.example", True),
        ({"a@x.example"}, "b@x.example", "a@x.example", False),
        ({"@x.example"}, "a@x.example", "a@x.example", True),
        ({"@x.example"}, "a@y.example", "a@x.example", False),
        ({"@x.example"}, "a@sub.x.example", "a@sub.x.example", False),
        ({"@x.example"}, "a@b@x.example", "a@b@x.example", False),
        ({"@x.example"}, "0c1d", "a@x.example", False),
        ({"0c1d"}, "0c1d", "a@x.example", True),
        (set(), "a@x.example", "a@x.example", False),
        pytest.param(
            {"@x.example"},
            "boss@x.example",
            "boss@secret.example",
            False,
            marks=pytest.mark.attack(
                "A mailbox of another domain, by its alias in an allowed one",
                "403",
            ),
        ),
    ],
)
def test_rules(
    rules: set[str], asked_as: str, primary: str, *, allowed: bool
) -> None:
    """A name as it was asked for, and the domain of the mailbox itself."""
    assert allows(rules, asked_as, primary) is allowed
