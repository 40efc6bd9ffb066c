"""Routes that take what they know and refuse the rest."""

from collections.abc import Callable, Coroutine, Iterator
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.problems.errors import FieldError
from app.problems.refusals import (
    InvalidRequest,
    NotAcceptable,
    UnsupportedMediaType,
)
from app.routers.headers import accepts

__all__ = ["StrictRoute"]

_JSON = "application/json"
_MERGE_PATCH = "application/merge-patch+json"

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRoute(APIRoute):
    """Checks what FastAPI lets pass.

    Unknown and repeated query parameters are errors and not ignored, a body
    must say that it is JSON, and the caller must accept what will come.
    """

    def get_route_handler(self) -> Handler:
        """Return the handler with the checks before it."""
        handle = super().get_route_handler()
        known = set(self._query_names())
        produced = self._produced()
        bodies = self._bodies()

        async def checked(request: Request) -> Response:
            _check_query(request, known)
            _check_accept(request, produced)
            if bodies:
                _check_body(request, bodies)
            return await handle(request)

        return checked

    def _query_names(self) -> Iterator[str]:
        for parameter in self.dependant.query_params:
            kind = parameter.field_info.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                for name, field in kind.model_fields.items():
                    yield field.alias or name
            else:
                yield parameter.alias

    def _produced(self) -> tuple[str, ...]:
        """Return the media types that a successful answer can have."""
        content: dict[str, Any] = self.responses.get(200, {}).get(
            "content", {}
        )
        if content:
            return tuple(content)
        return () if self.status_code == HTTPStatus.NO_CONTENT else (_JSON,)

    def _bodies(self) -> set[str]:
        """Return the media types of the bodies that the route takes."""
        if self.body_field is None:
            return set()
        return {_JSON, _MERGE_PATCH} if self.methods == {"PATCH"} else {_JSON}


def _check_accept(request: Request, produced: tuple[str, ...]) -> None:
    accept = request.headers.get("accept")
    if not produced or any(accepts(accept, kind) for kind in produced):
        return
    raise NotAcceptable(f"The answer would be {' or '.join(produced)}.")


def _check_query(request: Request, known: set[str]) -> None:
    errors = []
    seen = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            errors.append(_wrong(name, "unknown parameter"))
        elif name in seen:
            errors.append(_wrong(name, "given twice"))
        seen.add(name)
    if errors:
        first = f"{errors[0].pointer}: {errors[0].detail}."
        raise InvalidRequest(first, errors)


def _wrong(name: str, detail: str) -> FieldError:
    return FieldError(pointer=f"#/query/{name}", detail=detail)


def _check_body(request: Request, bodies: set[str]) -> None:
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() not in bodies:
        raise UnsupportedMediaType
