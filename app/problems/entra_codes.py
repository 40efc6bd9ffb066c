"""Entra ID's failures, classified: its error and numbers in, error out.

Microsoft calls the AADSTS numbers subject to change, so that ``error``
decides where no number is known.

Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from collections.abc import Sequence

from app.problems.errors import ExchangeError, Upstream
from app.problems.graph_failures import (
    IdentityUnavailable,
    TenantConsentMissing,
    TenantCredentialsRejected,
    TenantPolicyBlocked,
)
from app.problems.resources import TenantNotFound

__all__ = ["entra_error"]

_LOOP_DETECTED = 50196

_NUMBERS: dict[type[ExchangeError], tuple[int, ...]] = {
    TenantNotFound: (90002, 900023, 90038, 50059),
    TenantConsentMissing: (
        *(65001, 650052, 650054, 650056, 650057, 90094, 90099, 50105),
        *(500011, 500014),
    ),
    TenantPolicyBlocked: (
        *(50005, 50131, 53000, 53001, 53002, 53003, 53004),
        *(530032, 530035),
    ),
    IdentityUnavailable: (
        *(90033, 90006, 90012, 90024, 90090, 90091, 90055),
        *(50033, 50087, 50088, 40010, 80001, 80002, 80005),
        _LOOP_DETECTED,
    ),
}
_BY_NUMBER = {
    number: kind for kind, numbers in _NUMBERS.items() for number in numbers
}
_BY_ERROR: dict[str, type[ExchangeError]] = {
    "interaction_required": TenantPolicyBlocked,
    "invalid_resource": TenantConsentMissing,
    "server_error": IdentityUnavailable,
    "temporarily_unavailable": IdentityUnavailable,
}
_THROTTLED = 429
_SERVER_ERRORS = 500


def entra_error(
    status: int, error: str, numbers: Sequence[int] = ()
) -> ExchangeError:
    """Return the error that a refused token request stands for.

    Args:
        status: The HTTP status of the answer.
        error: Its member ``error`` (RFC 6749 §5.2).
        numbers: Its AADSTS numbers, the most specific first.
    """
    kind = _kind(status, error, numbers)
    code = f"AADSTS{numbers[0]}" if numbers else error
    detail = f"Entra ID gave no token: {code}."
    return kind(detail, upstream=Upstream(status=status, code=code))


def _kind(
    status: int, error: str, numbers: Sequence[int]
) -> type[ExchangeError]:
    for number in numbers:
        if number in _BY_NUMBER:
            return _BY_NUMBER[number]
    if status == _THROTTLED or status >= _SERVER_ERRORS:
        return IdentityUnavailable
    return _BY_ERROR.get(error, TenantCredentialsRejected)
