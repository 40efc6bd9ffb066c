"""What a route needs to answer one request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from app.sandbox.entra.tokens import Grant
from app.sandbox.prefer import Preferences
from app.sandbox.request import Request
from app.sandbox.state.directory import User
from app.sandbox.state.mailbox import Mailbox
from app.sandbox.wire import Answer, GraphError
from app.sandbox.world import World

__all__ = ["Context", "Handler"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One request, authorized, with its user found."""

    request: Request
    world: World
    grant: Grant
    params: Mapping[str, str]
    prefer: Preferences
    user: User | None = None

    @property
    def now(self) -> datetime:
        """The time of the world."""
        return self.world.clock.now()

    @property
    def owner(self) -> User:
        """The user in the path.

        Raises:
            GraphError: 404, when the directory has no such user.
        """
        if self.user is None:
            raise GraphError(
                404,
                "Request_ResourceNotFound",
                f"Resource '{self.params['mailbox']}' does not exist or one "
                "of its queried reference-property objects are not present.",
            )
        return self.user

    @property
    def mailbox(self) -> Mailbox:
        """The mailbox of the user in the path.

        Raises:
            GraphError: 404, when there is no such user or mailbox.
        """
        name = self.params["mailbox"]
        if self.user is None:
            raise GraphError(
                404,
                "ErrorInvalidUser",
                f"The requested user '{name}' is invalid.",
            )
        if not self.user.mailbox:
            raise GraphError(
                404,
                "MailboxNotEnabledForRESTAPI",
                "The mailbox is either inactive, soft-deleted, or is hosted "
                "on-premise.",
            )
        self.check_access()
        return self.world.mailbox(self.user)

    def check_access(self) -> None:
        """Keep who acts for a user out of the mailboxes of others.

        Raises:
            GraphError: 403.
        """
        allowed = self.grant.user
        if allowed and self.user is not None and self.user.id != allowed:
            raise GraphError(
                403,
                "ErrorAccessDenied",
                "Access is denied. Check credentials and try again.",
            )

    def url(self, *segments: str) -> str:
        """Return the absolute URL of something in this mailbox."""
        path = "/".join(
            quote(part, safe="@")
            for part in ("users", self.params["mailbox"], *segments)
        )
        return f"{self.request.base_url}/v1.0/{path}"

    def metadata(self, resource: str) -> str:
        """Return an ``@odata.context`` of something in this mailbox."""
        name = quote(self.params["mailbox"])
        base = f"{self.request.base_url}/v1.0/$metadata"
        return f"{base}#users('{name}')/{resource}"


Handler = Callable[[Context], Answer]
