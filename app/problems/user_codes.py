"""Entra ID's refusals to give a token for a user, classified.

They are told apart from those that are about the app, since what is wrong
with one user is no trouble of the tenant: it must call no operator, and it
must keep nobody else out.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
and https://learn.microsoft.com/entra/identity-platform/claims-challenge
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from app.problems.callers import (
    CallerForbidden,
    CallerUnauthenticated,
    ClaimsRequired,
)
from app.problems.causes import PersonRequired
from app.problems.entra_codes import ENTRA_NUMBERS, entra_error
from app.problems.errors import ExchangeError
from app.problems.graph_failures import (
    TenantConsentMissing,
    TenantPolicyBlocked,
)
from app.problems.reasons import Reason

__all__ = ["passed_on", "user_error"]

# In base64 it has to fit into a header, beside others.
_MOST_CLAIMS = 4096

# The user's token is not good: its signature, its form, for whom it is, when.
_ASSERTION = frozenset({50013, 50027, 500131, 500132, 500133})
# The user has no part in the app, while others may have.
_NOT_ASSIGNED = frozenset({50105})
_ABOUT_APPS = frozenset(
    number
    for kind, numbers in ENTRA_NUMBERS.items()
    if not issubclass(kind, PersonRequired)
    for number in numbers
) - (_ASSERTION | _NOT_ASSIGNED)
# What the user brings is the grant here; how the app shows itself is not.
_OF_GRANTS = frozenset(
    {"consent_required", "interaction_required", "invalid_grant"}
    | {"invalid_request", "login_required"}
)


def user_error(
    status: int,
    error: str,
    numbers: Sequence[int] = (),
    *,
    claims: object = None,
    retry_after: float | None = None,
) -> ExchangeError:
    """Return the error that a refused on-behalf-of request stands for.

    The arguments are those of `entra_error`, and ``claims``, a member of the
    answer beside them.
    """
    general = entra_error(status, error, numbers, retry_after=retry_after)
    is_of_grant = error in _OF_GRANTS and not _ABOUT_APPS.intersection(numbers)
    is_policy = isinstance(general, TenantPolicyBlocked)
    is_refused = _NOT_ASSIGNED.intersection(numbers)
    if isinstance(general, TenantConsentMissing) and not is_refused:
        return general
    challenge = passed_on(claims) if is_policy or is_of_grant else None
    if challenge is not None:
        return ClaimsRequired.of(challenge, general.upstream)
    if is_refused or (is_policy and not isinstance(general, PersonRequired)):
        return CallerForbidden(
            general.detail, reason=Reason.REFUSED, upstream=general.upstream
        )
    if is_policy or is_of_grant:
        return CallerUnauthenticated(
            general.detail,
            challenge='Bearer realm="exchange-api", error="invalid_token",'
            f' error_description="{general.detail}"',
            reason=Reason.REFUSED,
            upstream=general.upstream,
        )
    return general


def passed_on(claims: object) -> str | None:
    """Return claims if they can be passed on: as JSON, and not too long."""
    if not isinstance(claims, str) or len(claims) > _MOST_CLAIMS:
        return None
    try:
        encoded = claims.encode()
        msgspec.json.decode(encoded, type=dict[str, dict[str, Any]])
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    return claims if len(encoded) <= _MOST_CLAIMS else None
