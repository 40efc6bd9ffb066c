"""The keys that sign what leaves the service and comes back."""

import json
import os
import secrets
from pathlib import Path

from app.settings.root import Settings

__all__ = ["secret_keys"]

_FILE = "secret-keys.json"


def secret_keys(settings: Settings) -> tuple[bytes, ...]:
    """Return the keys: the first signs, all of them verify.

    They come from ``EXCHANGE_SECRET_KEYS``; without it one is made once and
    kept in ``EXCHANGE_DATA_DIR``, readable by the owner alone.

    Raises:
        OSError: The data directory cannot be used.
        ValueError: The file there is not a list of keys.
    """
    if settings.secret_keys is not None:
        return tuple(
            key.get_secret_value().encode() for key in settings.secret_keys
        )
    path = settings.data_dir / _FILE
    if not path.exists():
        _generate(path)
    keys = json.loads(path.read_text())
    if not isinstance(keys, list) or not all(
        isinstance(key, str) and key for key in keys
    ):
        raise ValueError(f"{path} is not a JSON list of keys")
    return tuple(key.encode() for key in keys)


def _generate(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump([secrets.token_urlsafe(32)], file)
    try:
        # Linking fails if another process was first; then its key stands.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
