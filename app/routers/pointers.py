"""Point at what is wrong with a request."""

from urllib.parse import quote

from app.problems.errors import FieldError

__all__ = ["wrong_at"]


def wrong_at(detail: str, *path: int | str) -> FieldError:
    """Return an error that points into the request.

    The pointer is a URI fragment (RFC 6901 §6).
    """
    parts = (str(part).replace("~", "~0") for part in path)
    encoded = (
        quote(part.replace("/", "~1"), safe="~!$&'()*+,;=:@") for part in parts
    )
    return FieldError(pointer="#/" + "/".join(encoded), detail=detail)
