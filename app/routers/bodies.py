"""Read JSON from callers, and nothing that only resembles it."""

import asyncio
import json
from typing import Any, NoReturn

import msgspec
from fastapi import Request

from app.problems.refusals import InvalidRequest, MalformedRequest
from app.routers.pointers import wrong_at

__all__ = ["JsonRequest", "json_value"]

# More than any shape of the API has.
_MOST_MEMBERS = 100
# Bytes from which on reading takes so long that others are to be served in
# the meantime.
_LARGE = 262_144


class JsonRequest(Request):
    """A request whose body, if any, is JSON as RFC 8259 wants it.

    UTF-8, no lone surrogates, no NaN, and no name twice in an object: of two
    values one would be lost, and nobody would know which.
    """

    async def json(self) -> Any:
        """Return the value in the body.

        Raises:
            MalformedRequest: It is no JSON.
            InvalidRequest: An object has far too many members.
        """
        if not hasattr(self, "_value"):
            body = await self.body()
            if len(body) > _LARGE:
                self._value = await asyncio.to_thread(json_value, body)
            else:
                self._value = json_value(body)
        return self._value

    async def expect_nothing(self) -> None:
        """Raise `InvalidRequest` if there is a body."""
        if await self.body():
            raise InvalidRequest.because(
                [wrong_at("no body is expected", "body")]
            )


def json_value(body: bytes) -> Any:
    """Return the value of a text of JSON, read as strictly as said above.

    Raises:
        MalformedRequest: It is no JSON.
        InvalidRequest: An object has far too many members.
    """
    try:
        # msgspec is strict about text, json can tell of repeated names.
        msgspec.json.decode(body)
        return json.loads(
            body, object_pairs_hook=_members, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as e:
        raise MalformedRequest("The body is not valid JSON.") from e


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > _MOST_MEMBERS:
        raise InvalidRequest(
            f"An object has more than {_MOST_MEMBERS} members."
        )
    members = dict(pairs)
    if len(members) < len(pairs):
        raise MalformedRequest("An object in the body has a name twice.")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
