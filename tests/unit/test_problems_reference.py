"""The catalogue of problems tells where each comes from and what to do."""

import re

import pytest

from app.problems.registry import REGISTRY
from app.reference import REFERENCES


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    """Return what is said of each problem."""
    parts = re.split(r"^## ", REFERENCES["problems"](), flags=re.MULTILINE)
    return {part.partition("\n")[0]: part for part in parts[1:]}


def test_every_problem_has_its_section(sections: dict[str, str]) -> None:
    """In the order of the registry, with what both sides do."""
    assert list(sections) == list(REGISTRY)
    for code, text in sections.items():
        assert REGISTRY[code].action in text
        assert "**Callers:**" in text


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("graph-throttled", "429"),
        ("mailbox-access-denied", "`ErrorAccessDenied`"),
        ("tenant-credentials-rejected", "`AADSTS7000222`"),
        ("tenant-credentials-rejected", "Make a new secret"),
        ("ledger-unavailable", "(runbooks/ledger-unavailable.md)"),
    ],
)
def test_who_knows_microsofts_code_finds_ours(
    sections: dict[str, str], code: str, named: str
) -> None:
    """Statuses, codes, numbers, the very causes and the runbook are there."""
    assert named in sections[code]


def test_callers_are_told_when_to_repeat(sections: dict[str, str]) -> None:
    """What may pass is repeated, what is wrong changed, the rest told."""
    assert "repeat the request" in sections["graph-timeout"]
    assert "change the request" in sections["invalid-request"]
    assert "tell the operators" in sections["internal-error"]
