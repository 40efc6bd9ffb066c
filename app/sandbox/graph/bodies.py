"""Request bodies, read as strictly as Graph reads them."""

from typing import Any

import msgspec

from app.sandbox.request import Request
from app.sandbox.wire import GraphError

__all__ = ["not_deserializable", "read_json"]

MAX_BODY = 4 * 1024 * 1024


def read_json(request: Request) -> dict[str, Any]:
    """Return the JSON object that a request carries.

    Raises:
        GraphError: 400, 413 or 415, when it carries none.
    """
    if len(request.body) > MAX_BODY:
        raise GraphError(
            413,
            "BadRequest",
            "The maximum request length supported is 4MB.",
        )
    _check_type(request.header("content-type"))
    try:
        data = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise not_deserializable("the body is not JSON") from error
    if not isinstance(data, dict):
        raise not_deserializable("the body is not an object")
    return data


def not_deserializable(why: str) -> GraphError:
    """Return Graph's refusal of a body, with a hint for people."""
    return GraphError(
        400,
        "UnableToDeserializePostBody",
        f"were unable to deserialize: {why}",
    )


def _check_type(media_type: str | None) -> None:
    if media_type is None:
        raise GraphError(
            400,
            "BadRequest",
            "Write requests (excluding DELETE) must contain the Content-Type "
            "header declaration.",
        )
    if media_type.partition(";")[0].strip().lower() != "application/json":
        raise GraphError(
            415,
            "UnsupportedMediaType",
            f"The media type '{media_type}' is not supported.",
        )
