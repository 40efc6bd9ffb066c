"""Answer failures with problem documents, wherever they come from."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from app.problems.callers import CallerForbidden, CallerUnauthenticated
from app.problems.documents import problem_response
from app.problems.errors import ExchangeError
from app.problems.refusals import (
    InvalidRequest,
    MalformedRequest,
    MethodNotAllowed,
    NotAcceptable,
    PayloadTooLarge,
    QuotaExceeded,
    RouteNotFound,
    UnsupportedMediaType,
)
from app.routers.dependencies import services
from app.routers.pointers import wrong_at
from app.routers.scope import notes_of
from app.telemetry.trace_ids import trace_ids

__all__ = ["install", "refusal"]

_BY_STATUS: dict[int, type[ExchangeError]] = {
    HTTPStatus.NOT_FOUND: RouteNotFound,
    HTTPStatus.METHOD_NOT_ALLOWED: MethodNotAllowed,
    HTTPStatus.NOT_ACCEPTABLE: NotAcceptable,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: PayloadTooLarge,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: UnsupportedMediaType,
}
_NOT_JSON = "json_invalid"


def install(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Make the app answer every failure with a problem document."""
    app.exception_handler(ExchangeError)(_known)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_WithAllow(routes))


def refusal(scope: Scope, error: ExchangeError) -> Response:
    """Return a problem document, and note it down.

    Where the error came from is forgotten: the frames that it has passed know
    it, and so all of them would wait for the garbage collector.
    """
    error.with_traceback(None)
    notes = notes_of(scope)
    notes.problem, notes.outcome = error.code, error.outcome
    if isinstance(
        error, CallerUnauthenticated | CallerForbidden | QuotaExceeded
    ):
        notes.refused = error.reason
    ids = {"request_id": notes.request_id}
    if trace := trace_ids().get("trace_id"):
        ids["trace_id"] = trace
    return problem_response(scope, error, ids)


async def _known(request: Request, error: ExchangeError) -> Response:
    # Since Graph said how long to wait, something else may have been tried.
    error.age(services(request).clock.now())
    return refusal(request.scope, error)


async def _invalid(
    request: Request, error: RequestValidationError
) -> Response:
    found = error.errors()
    if any(part["type"] == _NOT_JSON for part in found):
        return refusal(
            request.scope, MalformedRequest("The body is not valid JSON.")
        )
    errors = [wrong_at(_detail(part), *part["loc"]) for part in found]
    return refusal(request.scope, InvalidRequest.because(errors))


async def _of_the_framework(
    request: Request, error: HTTPException
) -> Response:
    kind = _BY_STATUS.get(error.status_code, MalformedRequest)
    response = refusal(request.scope, kind())
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


class _WithAllow:
    """Adds ``Allow`` as RFC 9110 §10.2.1 has it: the methods of all routes.

    The framework names those of the first route that has the path. Where a
    path is one by itself, what holds for ids in its place does not count.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes = [r for r in routes if isinstance(r, Route)]

    async def __call__(
        self, request: Request, error: HTTPException
    ) -> Response:
        response = await _of_the_framework(request, error)
        methods = self._methods(request.scope)
        if methods and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = ", ".join(sorted(methods))
        return response

    def _methods(self, scope: Scope) -> set[str]:
        found = [
            route
            for route in self._routes
            if route.matches(scope)[0] is not Match.NONE
        ]
        plainest = min((len(r.param_convertors) for r in found), default=0)
        methods = {
            method
            for route in found
            if len(route.param_convertors) == plainest
            for method in route.methods or ()
        }
        return methods | {"HEAD"} if "GET" in methods else methods


def _detail(part: dict[str, Any]) -> str:
    """Return what is wrong, never what was given."""
    message: str = part["msg"]
    return message.removeprefix("Value error, ").rstrip(".")
