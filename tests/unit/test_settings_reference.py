"""The reference of the settings tells of each what it is for."""

from app.reference import REFERENCES
from app.settings import Settings, effective


def test_every_setting_is_told_with_its_default() -> None:
    """A row for each variable: what holds without it, takes, is for."""
    page = REFERENCES["settings"]()
    rows = {
        cells[1].strip(" `"): [cell.strip() for cell in cells[2:5]]
        for line in page.splitlines()
        if line.startswith("| `EXCHANGE_") and (cells := line.split("|"))
    }
    defaults = dict(
        line.split("=", 1) for line in effective(Settings.model_construct())
    )

    assert rows.keys() == defaults.keys()
    for name, (default, takes, purpose) in rows.items():
        assert default.strip("`") == defaults[name].removeprefix("[]"), name
        assert takes, name
        assert purpose.endswith("."), name


def test_what_is_allowed_is_told() -> None:
    """Choices and bounds are those that are checked at start."""
    page = REFERENCES["settings"]()

    assert "| `entra` or `api_key` or `none` |" in page
    assert "| `4` | whole number, at least 1, at most 100 |" in page
    assert "| `EXCHANGE_TENANTS_FILE` |  | path |" in page
    assert "| `client_secret_expires` |  | date |" in page
