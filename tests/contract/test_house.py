"""What the house promises of its rooms."""

from pathlib import Path

APP = Path(__file__).parents[2] / "app"


def test_files_stay_small() -> None:
    """What grows beyond 250 lines is split."""
    long = {
        str(path.relative_to(APP.parent)): lines
        for path in APP.rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 250
    }

    assert long == {}
