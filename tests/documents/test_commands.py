"""Documents say what happens: each command is typed, and held to its word."""

from pathlib import Path

import pytest

from tests.documents.conftest import StageFor
from tests.support.documents import commands, service_settings, unlike

ROOT = Path(__file__).parents[2]
FOLDERS = ("how-to", "runbooks")
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("tutorial.md")),
    *(
        page
        for folder in FOLDERS
        for page in sorted((ROOT / "docs" / folder).glob("*.md"))
    ),
]
# So that little is enough to be too much, and metrics can be read.
SMALL = {
    "EXCHANGE_BREAKER__MINIMUM_CALLS": "10",
    "EXCHANGE_CLIENT_SECRET_EXPIRES": "2026-01-01",
    "EXCHANGE_LIMITS__REQUESTS_IN_FLIGHT": "20",
    "OTEL_EXPORTER_PROMETHEUS_PORT": "0",
    "OTEL_METRICS_EXPORTER": "prometheus",
    "OTEL_TRACES_EXPORTER": "none",
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_does_what_is_written(
    page: Path, stage_for: StageFor
) -> None:
    """In their order, in one shell, against a service in that trouble."""
    text = page.read_text(encoding="utf-8")
    typed = commands(text)
    printed = stage_for(SMALL | service_settings(text)).play(typed)

    surprising = [
        f"$ {command.typed}\n{found}"
        for command, found in zip(typed, printed, strict=True)
        if unlike(command, found)
    ]
    assert surprising == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_has_commands(page: Path) -> None:
    """So that the test above is about something."""
    assert any(
        command.printed is not None for command in commands(page.read_text())
    )
