"""Documents say what happens: each command is typed, and held to its word."""

from pathlib import Path

import pytest

from tests.documents.conftest import StageFor
from tests.support.documents import commands, service_settings, unlike

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [
    page
    for page in sorted([*ROOT.glob("*.md"), *DOCS.glob("**/*.md")])
    if commands(page.read_text(encoding="utf-8"))
]
PRACTICAL = {
    ROOT / "README.md",
    DOCS / "tutorial.md",
    *DOCS.glob("how-to/*.md"),
    *DOCS.glob("runbooks/*.md"),
}
SHOWN = {
    "OTEL_EXPORTER_PROMETHEUS_PORT": "0",
    "OTEL_METRICS_EXPORTER": "prometheus",
    "OTEL_TRACES_EXPORTER": "none",
}
# A page is not to be short of retries because the one before it spent them.
AT_LEISURE = SHOWN | {"EXCHANGE_BUDGET__RESERVE": "1000"}
# So that little is enough to be too much.
IN_TROUBLE = SHOWN | {
    "EXCHANGE_BREAKER__MINIMUM_CALLS": "10",
    "EXCHANGE_CLIENT_SECRET_EXPIRES": "2026-01-01",
    "EXCHANGE_LIMITS__REQUESTS_IN_FLIGHT": "20",
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_does_what_is_written(
    page: Path, stage_for: StageFor
) -> None:
    """In their order, in one shell, against a service in that trouble."""
    text = page.read_text(encoding="utf-8")
    typed = commands(text)
    usual = IN_TROUBLE if page.parent.name == "runbooks" else AT_LEISURE
    printed = stage_for(usual | service_settings(text)).play(typed)

    surprising = [
        f"$ {command.typed}\n{found}"
        for command, found in zip(typed, printed, strict=True)
        if unlike(command, found)
    ]
    assert surprising == []


def test_pages_for_doing_something_have_commands() -> None:
    """So that the test above is about something."""
    assert set(PAGES) >= PRACTICAL
