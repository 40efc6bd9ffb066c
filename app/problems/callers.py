"""Errors in who asks. The tree is drawn in `errors`."""

from http import HTTPStatus
from typing import Any

from app.problems.errors import Category
from app.problems.reasons import Reason
from app.problems.refusals import RequestRefused

__all__ = ["CallerForbidden", "CallerUnauthenticated", "ClaimsRequired"]


class CallerUnauthenticated(RequestRefused):
    """The caller did not show who it is.

    ``challenge`` says how to (``WWW-Authenticate``, RFC 9110 §11.6.1).
    """

    code = "caller-unauthenticated"
    status = HTTPStatus.UNAUTHORIZED
    title = "The caller is not authenticated"
    category = Category.AUTHENTICATION
    action = "Send valid credentials."

    def __init__(
        self,
        detail: str | None = None,
        *,
        challenge: str = 'Bearer realm="exchange-api"',
        reason: Reason = Reason.MISSING,
    ) -> None:
        super().__init__(detail)
        self.challenge = challenge
        self.reason = reason


class ClaimsRequired(CallerUnauthenticated):
    """Conditional Access wants the user to prove more."""

    code = "claims-required"
    title = "Conditional Access demands more of the user"
    action = "Sign the user in again with the claims of WWW-Authenticate."


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
