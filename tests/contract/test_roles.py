"""The page on security tells who may do what, as the code has it."""

import re
from pathlib import Path

from app.callers.permissions import PERMISSIONS
from app.settings import Role

PAGE = Path(__file__).parents[2] / "docs" / "security.md"


def test_the_table_of_roles_is_that_of_the_code() -> None:
    """Each operation stands behind exactly the roles that it demands."""
    text = PAGE.read_text(encoding="utf-8")
    _, _, table = text.partition("| role | opens |\n|---|---|\n")
    told = {}
    for row in table.partition("\n\n")[0].splitlines():
        _, roles, operations, _ = row.split("|")
        needed = frozenset(re.findall(r"`(.+?)`", roles))
        if needed & {*Role}:
            for operation in re.findall(r"`(.+?)`", operations):
                told[operation] = needed

    guarded = {name: roles for name, roles in PERMISSIONS.items() if roles}
    assert told == guarded
