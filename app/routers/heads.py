"""What the head of a request must be like. Pure.

Whoever stands before the service, a proxy above all, must have read the same
request in it. What two readers could take for different things is refused
(RFC 9112 §11.2).
"""

import re
from collections.abc import Mapping, Sequence

__all__ = ["LARGEST_HEAD", "MOST_HEADERS", "fault_of"]

LARGEST_HEAD = 65_536
"""Bytes of the target and of all headers together."""

MOST_HEADERS = 100

_VERSIONS = {"1.0", "1.1"}
_HOST = re.compile(rb"[A-Za-z0-9._:\[\]-]*")
_ORIGIN_FORM = (b"/", b"*")
# Of two of these everybody would follow another one.
_SINGLE = (
    *(b"authorization", b"content-encoding", b"content-type"),
    *(b"exchange-tenant", b"host", b"transfer-encoding", b"x-api-key"),
)

Headers = Sequence[tuple[bytes, bytes]]


def fault_of(
    version: str,
    target: bytes,
    headers: Headers,
    given: Mapping[bytes, bytes],
    received: int,
) -> str | None:
    """Say what is wrong with a head, if anything is.

    Args:
        version: Of HTTP.
        target: As it was sent.
        headers: Their names in lower case.
        given: The same by name, the last one of each.
        received: The bytes that it came in, at most.
    """
    if len(headers) > MOST_HEADERS:
        return f"There are more than {MOST_HEADERS} headers."
    if version not in _VERSIONS:
        return "Only HTTP/1.1 and HTTP/1.0 are spoken here."
    if received > LARGEST_HEAD and _size(target, headers) > LARGEST_HEAD:
        return "The head of the request is too large."
    if len(given) < len(headers):
        names = [name for name, _ in headers]
        for name in _SINGLE:
            if names.count(name) > 1:
                return f"There are several headers {name.decode()}."
    return _misaddressed(version, target, given.get(b"host")) or _badly_framed(
        version, given.get(b"transfer-encoding")
    )


def _size(target: bytes, headers: Headers) -> int:
    return len(target) + sum(len(name) + len(v) for name, v in headers)


def _misaddressed(
    version: str, target: bytes, host: bytes | None
) -> str | None:
    if host is None:
        if version == "1.1":
            return "There is no header Host."
        host = b""
    if not _HOST.fullmatch(host):
        return "Host is no name of a host."
    if target.startswith(_ORIGIN_FORM):
        return None
    _, _, rest = target.partition(b"://")
    authority = re.split(rb"[/?#]", rest, maxsplit=1)[0]
    if authority.lower() != host.lower():
        return "Host is not that of the address."
    return None


def _badly_framed(version: str, coding: bytes | None) -> str | None:
    if coding is None:
        return None
    if version != "1.1" or coding.lower() != b"chunked":
        return "Of transfer encodings only chunked is known."
    return None
