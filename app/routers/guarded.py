"""Routes that serve those who may."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from app.callers.authorization import check_roles
from app.callers.permissions import PERMISSIONS
from app.routers.dependencies import identity_of, services

__all__ = ["GuardedRoute", "Handler"]

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class GuardedRoute(APIRoute):
    """Refuses callers who lack a role, before anything else is looked at.

    ``needed`` is what `PERMISSIONS` declares for the endpoint; one that is
    not in there cannot be made a route.
    """

    def __init__(
        self, path: str, endpoint: Callable[..., Any], **options: Any
    ) -> None:
        self.needed = PERMISSIONS[endpoint.__name__]
        super().__init__(path, endpoint, **options)

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
