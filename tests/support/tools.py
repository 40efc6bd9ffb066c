"""Programs of the machine that some tests need."""

import os
import shutil

import pytest

__all__ = ["installed"]


def installed(*names: str) -> str:
    """Return the path of the first of these programs that is there.

    Without any, the test is skipped; in CI it fails, so that nobody takes
    silence for success.
    """
    for name in names:
        if path := shutil.which(name):
            return path
    missing = f"this machine has no {' or '.join(names)}"
    if os.environ.get("CI") == "true":  # noqa: TID251 - the tester's own
        pytest.fail(missing)
    pytest.skip(missing)
