"""Routes that take what they know and refuse the rest."""

import inspect
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

from app.problems.refusals import (
    InvalidRequest,
    NotAcceptable,
    UnsupportedMediaType,
)
from app.routers.bodies import JsonRequest
from app.routers.guarded import GuardedRoute, Handler
from app.routers.headers import accepts, line_of
from app.routers.pointers import wrong_at

__all__ = ["StreamedRoute", "StrictRoute"]

_JSON = "application/json"
_MERGE_PATCH = "application/merge-patch+json"


class StrictRoute(GuardedRoute):
    """Checks what FastAPI lets pass.

    Unknown and repeated query parameters are errors and not ignored, and so
    is a body where none belongs. A body must say that it is JSON and be it,
    and the caller must accept what will come. The docstring of the endpoint
    is what the API document says of it: a summary, and more if there is more
    and the route brings no description.
    """

    def __init__(
        self, path: str, endpoint: Callable[..., Any], **options: Any
    ) -> None:
        # Generated clients name their methods by it.
        options["operation_id"] = endpoint.__name__
        told = inspect.cleandoc(endpoint.__doc__ or "")
        sentence, _, rest = told.partition("\n")
        options["summary"] = sentence.removesuffix(".")
        options["description"] = (
            options.get("description") or rest.strip() or sentence
        )
        super().__init__(path, endpoint, **options)

    def unguarded_handler(self) -> Handler:
        """Return the handler with the checks before it."""
        handle = super().unguarded_handler()
        known = set(self.query_names())
        produced = self.produced()
        bodies = self._bodies()

        async def checked(request: Request) -> Response:
            _check_query(request, known)
            _check_accept(request, produced)
            strict = JsonRequest(request.scope, request.receive)
            await self._check_body(strict, bodies)
            return await handle(strict)

        return checked

    async def _check_body(
        self, request: JsonRequest, bodies: set[str]
    ) -> None:
        if not bodies:
            await request.expect_nothing()
        elif _has_body(request, bodies) and await request.body():
            await request.json()

    def query_names(self) -> Iterator[str]:
        """Yield the names of all query parameters."""
        for parameter in self.dependant.query_params:
            kind = parameter.field_info.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                for name, field in kind.model_fields.items():
                    yield field.alias or name
            else:
                yield parameter.alias

    def produced(self) -> tuple[str, ...]:
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


class StreamedRoute(StrictRoute):
    """Leaves the body to the handler, which reads it as it comes."""

    async def _check_body(
        self, _request: JsonRequest, _bodies: set[str]
    ) -> None:
        return


def _check_accept(request: Request, produced: tuple[str, ...]) -> None:
    accept = line_of(request.headers, "accept")
    if not produced or accepts(accept, *produced):
        return
    raise NotAcceptable(f"The answer would be {' or '.join(produced)}.")


def _check_query(request: Request, known: set[str]) -> None:
    errors = []
    seen = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            errors.append(wrong_at("unknown parameter", "query", name))
        elif name in seen:
            errors.append(wrong_at("given twice", "query", name))
        seen.add(name)
    if errors:
        raise InvalidRequest.because(errors)


def _has_body(request: Request, bodies: set[str]) -> bool:
    """Tell that the body may be read; raise if it is of another type."""
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() not in bodies:
        raise UnsupportedMediaType
    return True
