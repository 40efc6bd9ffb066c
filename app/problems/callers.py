"""Errors in who asks. The tree is drawn in `errors`."""

from base64 import b64encode
from http import HTTPStatus
from typing import Any, Self

from app.problems.errors import Category, Reach, Upstream, Verdict
from app.problems.reasons import Reason
from app.problems.refusals import RequestRefused

__all__ = [
    "CallerForbidden",
    "CallerUnauthenticated",
    "ClaimsRequired",
    "UserAway",
]


class CallerUnauthenticated(RequestRefused):
    """The caller did not show who it is.

    ``challenge`` says how to (``WWW-Authenticate``, RFC 9110 §11.6.1).
    """

    code = "caller-unauthenticated"
    status = HTTPStatus.UNAUTHORIZED
    title = "The caller is not authenticated"
    category = Category.AUTHENTICATION
    verdict = Verdict.NEUTRAL
    action = "Send valid credentials."

    def __init__(
        self,
        detail: str | None = None,
        *,
        challenge: str = 'Bearer realm="exchange-api"',
        reason: Reason = Reason.MISSING,
        upstream: Upstream | None = None,
    ) -> None:
        super().__init__(detail, upstream=upstream)
        self.challenge = challenge
        self.reason = reason


class ClaimsRequired(CallerUnauthenticated):
    """Conditional Access wants the user to prove more."""

    code = "claims-required"
    title = "Conditional Access demands more of the user"
    action = "Sign the user in again with the claims of WWW-Authenticate."

    @classmethod
    def of(cls, claims: str, upstream: Upstream | None = None) -> Self:
        """Return the refusal that passes on what Microsoft demands.

        Nothing of the claims can end the header: they go into it as base64
        (https://learn.microsoft.com/entra/identity-platform/claims-challenge).

        Args:
            claims: A JSON object, exactly as Microsoft gave it.
            upstream: The answer that it stood in.
        """
        encoded = b64encode(claims.encode()).decode()
        return cls(
            challenge='Bearer realm="exchange-api",'
            f' error="insufficient_claims", claims="{encoded}"',
            reason=Reason.CLAIMS,
            upstream=upstream,
        )


class UserAway(CallerUnauthenticated):
    """What is left to do for a user waits: there is no token for it."""

    reach = Reach.MAILBOX

    action = (
        "Call this service for the user again: what waits for the user's"
        " rights goes on with the token of that call."
    )


class CallerForbidden(RequestRefused):
    """The caller is known and may not do this.

    ``challenge`` says what is missing, where another token would have it
    (RFC 6750 §3.1).
    """

    code = "caller-forbidden"
    status = HTTPStatus.FORBIDDEN
    title = "The caller may not do this"
    category = Category.AUTHORIZATION
    action = "Ask the operators for the role or mailbox that is missing."
    challenge: str | None = None
    reason: Reason | None = None

    def __init__(
        self,
        detail: str | None = None,
        *,
        challenge: str | None = None,
        reason: Reason | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail, **more)
        if challenge:
            self.challenge = challenge
        if reason:
            self.reason = reason
