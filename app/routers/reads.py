"""What the endpoint of a read wants, found out once and not for each request.

FastAPI goes through all that an endpoint declares anew each time, which takes
longer than a kept answer takes altogether. The reads of this API declare
little: the request, where to read, ids in the path and one model of the query.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request, Response
from pydantic import BaseModel, ValidationError
from starlette.types import Scope

from app.routers.dependencies import (
    context_of,
    find_place,
    make_context,
    place_of,
    services,
)
from app.routers.headers import accepts
from app.routers.remembered import remembered
from app.routers.route import StrictRoute
from app.routers.scope import headers_of, notes_of

__all__ = ["Arguments", "Read"]

Arguments = dict[str, Any]

_MAILBOX = "mailbox"
_GET = {"GET"}


class Read:
    """A route, ready to be asked.

    Attributes:
        route: The route.
        names_in_path: The names of what stands in its path, in order.
    """

    def __init__(self, route: StrictRoute) -> None:
        self.route = route
        self.names_in_path = tuple(route.param_convertors)
        declared = route.dependant
        self._endpoint: Callable[..., Coroutine[Any, Any, Response]] = (
            route.endpoint
        )
        self._produced = route.produced()
        self._request = declared.request_param_name or ""
        context = declared.dependencies[0]
        self._context = context.name or ""
        self._in_mailbox = context.call is place_of
        self._ids = [*declared.path_params, *context.path_params]
        self._query, self._model = "", BaseModel
        for one in declared.query_params:
            model: Any = one.field_info.annotation
            self._query, self._model = one.name, model
        self._names = frozenset(route.query_names())

    @staticmethod
    def is_one(route: StrictRoute) -> bool:
        """Tell whether a route declares nothing but what all reads do."""
        declared = route.dependant
        return (
            route.methods == _GET
            and route.body_field is None
            and [one.call for one in declared.dependencies]
            in ([context_of], [place_of])
            and _is_plain(declared)
        )

    def understand(
        self, scope: Scope, in_path: Mapping[str, str]
    ) -> Arguments | None:
        """Return the arguments that a request has for the endpoint.

        None if anything is the matter with them, whatever it is.
        """
        headers = headers_of(scope)
        has_body = (
            headers.get("content-length", "0") != "0"
            or "transfer-encoding" in headers
            or "content-encoding" in headers
        )
        if has_body or not accepts(headers.line("accept"), *self._produced):
            return None
        understood: Arguments = {}
        for field in self._ids:
            value = _valid(in_path[field.name], field)
            if value is None:
                return None
            understood[field.name] = value
        text: bytes = scope["query_string"]
        if self._query:
            wanted = _wanted(text, self._model, self._names)
            if wanted is None:
                return None
            understood[self._query] = wanted
        elif text:
            return None
        return understood

    async def answer(
        self, request: Request, understood: Arguments
    ) -> Response:
        """Serve a request whose arguments were understood.

        Raises:
            ExchangeError: Its caller may not ask this, or has no answer.
        """
        self.route.check(request)
        state, notes = services(request), notes_of(request.scope)
        context = make_context(state, notes)
        understood[self._request] = request
        if self._in_mailbox:
            mailbox = understood.pop(_MAILBOX)
            place = await find_place(state, notes, context, mailbox)
            understood[self._context] = place
        else:
            understood[self._context] = context
        return await self._endpoint(**understood)


def _is_plain(declared: Any) -> bool:
    """Tell whether nothing is wanted but ids and one model of the query."""
    return (
        not declared.header_params
        and not declared.cookie_params
        and len(declared.query_params) <= 1
        and all(
            issubclass(one.field_info.annotation, BaseModel)
            for one in declared.query_params
        )
    )


# To remember ids would take longer than to look at them.
def _valid(text: str, field: Any) -> object:
    """Return what stands in a path, as it is meant; None if it is wrong."""
    value, errors = field.validate(text)
    return None if errors else value


# Of a longer query only the words differ; few callers ask the same again.
@remembered(most=1024, longest=1024)
def _wanted(
    text: bytes, model: type[BaseModel], names: frozenset[str]
) -> BaseModel | None:
    """Return what a query asks for; None if it is not as it should be."""
    given = parse_qsl(text.decode("latin-1"), keep_blank_values=True)
    by_name = dict(given)
    if len(by_name) < len(given) or not names.issuperset(by_name):
        return None
    try:
        return model.model_validate(by_name)
    except ValidationError:
        return None
