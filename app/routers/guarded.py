"""Routes that serve those who may."""

from collections.abc import Callable, Coroutine
from threading import RLock
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.routing import compile_path

from app.callers.authorization import check_roles
from app.callers.permissions import PERMISSIONS
from app.routers.dependencies import identity_of, services

__all__ = ["GuardedRoute", "Handler"]

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

# The API document is made in a thread, while others serve.
_DERIVING = RLock()


class GuardedRoute(APIRoute):
    """Refuses callers who lack a role, before anything else is looked at.

    ``needed`` is what `PERMISSIONS` declares for the endpoint; one that is
    not in there cannot be made a route.

    What FastAPI derives of an endpoint, its parameters and models, is derived
    when the first request for it comes, and not for all of a hundred routes
    before the first request is served. Until then there is only what finds
    the route.
    """

    def __init__(
        self, path: str, endpoint: Callable[..., Any], **options: Any
    ) -> None:
        self.needed = PERMISSIONS[endpoint.__name__]
        self.path, self.endpoint = path, endpoint
        self.name = endpoint.__name__
        self.methods = set(options.get("methods") or ("GET",))
        found_by = compile_path(path)
        self.path_regex, self.path_format, self.param_convertors = found_by
        self._underived: dict[str, Any] | None = options

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Return what was not there, because it had to be derived."""
            with _DERIVING:
                options, self._underived = self._underived, None
                if options is not None:
                    super().__init__(self.path, self.endpoint, **options)
            return object.__getattribute__(self, name)

    def get_route_handler(self) -> Handler:
        """Return the handler with the check before it."""
        handle = self.unguarded_handler()

        async def guarded(request: Request) -> Response:
            self.check(request)
            return await handle(request)

        return guarded

    def check(self, request: Request) -> None:
        """Let pass who has the roles that are needed.

        Raises:
            CallerForbidden: One is missing.
        """
        if self.needed:
            served = services(request).tenants
            check_roles(identity_of(request), self.needed, served)

    def unguarded_handler(self) -> Handler:
        """Return the handler for those who may."""
        return super().get_route_handler()
