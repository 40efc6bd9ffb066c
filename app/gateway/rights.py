"""With whose rights Graph is asked."""

from app.models.context import APP, CallContext
from app.problems.callers import (
    CallerUnauthenticated,
    ClaimsRequired,
    UserAway,
)
from app.problems.errors import ExchangeError
from app.problems.graph_failures import TokenRejected
from app.problems.reasons import Reason
from app.problems.user_codes import passed_on
from app.transport.delegated import UserTokens
from app.transport.exchanged import Whose
from app.transport.tokens import TokenSource

__all__ = ["Rights"]


class Rights:
    """Finds the token for whoever a call is made for.

    A user's calls are made with the user's rights or not at all: never with
    those of this service.
    """

    def __init__(self, apps: TokenSource, users: UserTokens) -> None:
        self._apps = apps
        self._users = users

    async def token(self, context: CallContext) -> str:
        """Return a token.

        Raises:
            CallerUnauthenticated: Entra ID does not take what the user has
                signed in with.
            UserAway: The user is not here, and has left no token behind.
            ExchangeError: Entra ID gives none, or not in time.
        """
        if context.principal == APP:
            return await self._apps.token(context.tenant, context.deadline)
        whose = Whose(context.tenant, context.principal)
        if context.on_behalf_of is None:
            return self._users.left(whose)
        return await self._users.token(
            whose, context.on_behalf_of, context.deadline
        )

    async def renewed(
        self, context: CallContext, token: str, rejection: TokenRejected
    ) -> str:
        """Return another token than one that Graph rejected.

        Raises what `token` raises, and what `refusal` returns if asking Entra
        ID again is of no use.
        """
        claims = rejection.claims
        try:
            fresh = await self._another(context, token, claims)
        except ClaimsRequired:
            raise
        except CallerUnauthenticated as refused:
            if passed_on(claims):
                raise self.refusal(context, rejection) from refused
            raise
        if fresh is None:
            raise self.refusal(context, rejection) from rejection
        return fresh

    def refusal(
        self, context: CallContext, rejection: TokenRejected
    ) -> ExchangeError:
        """Return what it means that Graph rejects any token.

        For a user that is no fault of the app's credentials. What Graph
        demands of the user only the user can give.
        """
        if context.principal == APP:
            return rejection
        if context.on_behalf_of is None:
            return UserAway("Graph does not take the user's token any more.")
        if claims := passed_on(rejection.claims):
            return ClaimsRequired.of(claims, rejection.upstream)
        return CallerUnauthenticated(
            "Graph takes no token of the user.",
            challenge='Bearer realm="exchange-api", error="invalid_token"',
            reason=Reason.REFUSED,
            upstream=rejection.upstream,
        )

    async def lasting(self, context: CallContext) -> float | None:
        """See that there is a token; return for how many seconds.

        None for this service's own rights, which can be had at any time.
        Raises what `token` raises.
        """
        if context.principal == APP:
            return None
        await self.token(context)
        if context.on_behalf_of is None:
            return 0.0
        whose = Whose(context.tenant, context.principal)
        return self._users.good_for(whose, context.on_behalf_of)

    def users(self) -> list[tuple[str, str]]:
        """Return of which users anything is known: tenants and object ids."""
        return list(self._users.users())

    def has_left(self, tenant: str, user: str) -> bool:
        """Tell whether there is a token for what goes on without a user."""
        return self._users.has_left(Whose(tenant, user))

    async def _another(
        self, context: CallContext, token: str, claims: str | None
    ) -> str | None:
        if context.principal == APP:
            return await self._apps.renewed(
                context.tenant,
                rejected=token,
                claims=claims,
                deadline=context.deadline,
            )
        whose = Whose(context.tenant, context.principal)
        if context.on_behalf_of is None:
            self._users.drop(whose, token)
            return None
        return await self._users.renewed(
            whose,
            context.on_behalf_of,
            rejected=token,
            claims=claims,
            deadline=context.deadline,
        )
