"""Large files through real processes: memory stays flat."""

from pathlib import Path

import pytest

from tests.load.attachments import How, carry
from tests.support.process import serving

SIZE = 20_000_000


@pytest.mark.parametrize("how", ["raw", "multipart"])
@pytest.mark.long
def test_a_large_file_is_not_held(tmp_path: Path, how: How) -> None:
    """Up with a fault in the middle, and down: less is held than it has."""
    with serving(tmp_path) as process:
        found = carry(process, "ada@contoso.example", how, SIZE)

    # Six pieces and no more: what had arrived was not sent again.
    assert (found.pieces, found.repeated) == (6, 0)
    assert found.down - found.before < SIZE
