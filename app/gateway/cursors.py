"""Cursors: where a list goes on, for nobody but whom it was given to."""

import base64
import binascii
import hmac
import zlib
from collections.abc import Sequence

from app.problems.graph_failures import GraphMalformedResponse
from app.problems.refusals import InvalidCursor

__all__ = ["CursorCodec"]

_MAC_BYTES = 16
_LONGEST_TARGET = 16_384
# Of the usual 256 kB that packing works in, all would be cleared beforehand.
_WINDOW_BITS = 12
_MEMORY = 3


class CursorCodec:
    """Wraps Graph's links to the next page.

    A cursor holds path and query of the link, never its host, and a MAC over
    them and over what the cursor is good for (tenant, principal, mailbox,
    route and query). The same page always has the same cursor.
    """

    def __init__(self, keys: Sequence[bytes], graph_url: str) -> None:
        """Take the keys and Graph's address.

        Args:
            keys: The first one signs, all of them verify.
            graph_url: What every link of Graph's must start with.
        """
        # Made ready here: that takes longer than to sign with one.
        self._signers = [hmac.new(key, digestmod="sha256") for key in keys]
        self._graph_url = graph_url

    def seal(self, link: str, binding: str) -> str:
        """Return the cursor for a link, URL-safe and without padding.

        Raises:
            GraphMalformedResponse: The link leads away from Graph.
        """
        if not link.startswith(f"{self._graph_url}/"):
            raise GraphMalformedResponse(
                "Microsoft Graph gave a link that leads elsewhere."
            )
        return self.seal_place(link.removeprefix(self._graph_url), binding)

    def seal_place(self, place: str, binding: str) -> str:
        """Return the cursor for a place in a list that is none of Graph's."""
        target = place.encode()
        mac = _mac(self._signers[0], target, binding)
        packer = zlib.compressobj(9, zlib.DEFLATED, _WINDOW_BITS, _MEMORY)
        packed = mac + packer.compress(target) + packer.flush()
        packed = base64.urlsafe_b64encode(packed)
        return packed.decode().rstrip("=")

    def open(self, cursor: str, binding: str) -> str:
        """Return the target that a cursor stands for.

        Raises:
            InvalidCursor: It was not made here, or for something else.
        """
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            packed = base64.b64decode(padded, altchars=b"-_", validate=True)
            unpacker = zlib.decompressobj()
            target = unpacker.decompress(packed[_MAC_BYTES:], _LONGEST_TARGET)
        except (binascii.Error, zlib.error, ValueError) as e:
            raise InvalidCursor from e
        if not unpacker.eof or unpacker.unused_data:
            raise InvalidCursor
        if not any(
            hmac.compare_digest(
                packed[:_MAC_BYTES], _mac(signer, target, binding)
            )
            for signer in self._signers
        ):
            raise InvalidCursor
        return target.decode()


def _mac(signer: hmac.HMAC, target: bytes, binding: str) -> bytes:
    signing = signer.copy()
    signing.update(b"cursor\0" + binding.encode() + b"\0" + target)
    return signing.digest()[:_MAC_BYTES]
