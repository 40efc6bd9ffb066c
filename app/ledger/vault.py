"""What makes the contents of the ledger unreadable to those who find it."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from app.ledger.adding import add_unless_there
from app.ledger.schema import ledger_keys
from app.sealing import SealedBox, derived

__all__ = ["KeysLost", "Vault", "open_vault"]

_WRAPPING = b"exchange-api ledger key 1"
_CONTENT = b"exchange-api ledger content 1"
_NAMES = b"exchange-api ledger names 1"
_ONLY = 1
_KEY_BYTES = 32


class KeysLost(Exception):
    """None of the secrets opens the ledger."""


class Vault:
    """Seals what the ledger keeps, and names what it must not know."""

    def __init__(self, data_key: bytes) -> None:
        self._box = SealedBox([data_key], _CONTENT)
        self._names = derived(data_key, _NAMES)

    def seal(self, plain: bytes, binding: str) -> bytes:
        """Return bytes that open here, under this binding."""
        return self._box.seal(plain, binding.encode())

    def open(self, sealed: bytes, binding: str) -> bytes:
        """Return what was sealed.

        Raises:
            KeysLost: It was not sealed here, or for something else.
        """
        plain = self._box.open(sealed, binding.encode())
        if plain is None:
            raise KeysLost
        return plain

    def digest(self, *parts: str | bytes) -> bytes:
        """Return 32 bytes that stand for the parts and do not tell them."""
        digest = hmac.new(self._names, digestmod=hashlib.sha256)
        for part in parts:
            raw = part.encode() if isinstance(part, str) else part
            digest.update(len(raw).to_bytes(8, "big") + raw)
        return digest.digest()


def open_vault(connection: Connection, secrets_: Sequence[bytes]) -> Vault:
    """Return the vault of a ledger, made when it is opened for the first time.

    Its data key lies in the ledger, wrapped by the first of the secrets. So
    secrets can be rotated: when a new one stands first, the data key is
    wrapped anew, and nothing needs the old one any more.

    Raises:
        KeysLost: None of the secrets unwraps it.
    """
    box = SealedBox(secrets_, _WRAPPING)
    binding = str(_ONLY).encode()
    fresh = box.seal(secrets.token_bytes(_KEY_BYTES), binding)
    # Who comes second takes the key of who came first.
    row = {"id": _ONLY, "wrapped": fresh}
    add_unless_there(connection, ledger_keys, row)
    rows = connection.execute(select(ledger_keys.c.wrapped))
    wrapped: bytes = rows.scalar_one()
    data_key = box.open(wrapped, binding)
    if data_key is None:
        raise KeysLost
    if SealedBox(secrets_[:1], _WRAPPING).open(wrapped, binding) is None:
        wrapped = box.seal(data_key, binding)
        connection.execute(update(ledger_keys).values(wrapped=wrapped))
    return Vault(data_key)
