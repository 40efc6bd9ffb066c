"""Point at what is wrong with a request."""

from itertools import takewhile
from urllib.parse import quote

from app.problems.errors import FieldError

__all__ = ["wrong_at"]

# No name that is known is as long.
_LONGEST = 200


def wrong_at(detail: str, *path: int | str) -> FieldError:
    """Return an error that points into the request.

    The pointer is a URI fragment (RFC 6901 §6). It ends before a name that
    is too long to be repeated.
    """
    names = takewhile(lambda name: len(name) <= _LONGEST, map(str, path))
    parts = (name.replace("~", "~0").replace("/", "~1") for name in names)
    encoded = (quote(part, safe="~!$&'()*+,;=:@") for part in parts)
    return FieldError(pointer="#/" + "/".join(encoded), detail=detail)
