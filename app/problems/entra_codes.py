"""Entra ID's failures, classified: its error and numbers in, error out.

Microsoft calls the AADSTS numbers subject to change, so that ``error``
decides where no number is known.

Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from collections.abc import Mapping, Sequence

from app.problems.causes import (
    AppUnknown,
    CertificateNotAccepted,
    GraphNotInTenant,
    IdentityThrottled,
    PersonRequired,
    SecretExpired,
    TenantElsewhere,
)
from app.problems.errors import ExchangeError, Upstream
from app.problems.graph_failures import (
    IdentityUnavailable,
    TenantConsentMissing,
    TenantCredentialsRejected,
    TenantPolicyBlocked,
)
from app.problems.resources import TenantNotFound

__all__ = ["ENTRA_NUMBERS", "entra_error"]

Kind = type[ExchangeError]

_LOOP_DETECTED = 50196
_THROTTLED = 429
_SERVER_ERRORS = 500

ENTRA_NUMBERS: Mapping[Kind, tuple[int, ...]] = {
    # A tenant that is none, or one of many ("common", "organizations").
    TenantNotFound: (50059, 90002, 90038, 900023, 50194, 9001023),
    TenantElsewhere: (900382, 900439),
    TenantCredentialsRejected: (
        *(70002, 7000215, 7000216, 7000218, 900144, 7000114),
    ),
    SecretExpired: (7000222,),
    AppUnknown: (70001, 700011, 700016, 7000112),
    CertificateNotAccepted: (
        *(50012, 50013, 50017, 500133),
        *(700021, 700024, 700025, 700027, 700030),
        *(700211, 700212, 700213),
    ),
    TenantConsentMissing: (
        *(50105, 65001, 650052, 650054, 650056, 90094, 90099),
    ),
    GraphNotInTenant: (
        *(500011, 500014, 650057, 70011, 700022, 700023, 1002012),
    ),
    TenantPolicyBlocked: (
        *(50005, 50131, 53000, 53001, 53002, 53003, 53004),
        *(530032, 530035),
    ),
    PersonRequired: (
        *(50034, 50053, 50055, 50057, 50072, 50074, 50076, 50078, 50079),
        *(50089, 50126, 50158, 50173, 70008, 70043, 700082),
    ),
    IdentityUnavailable: (
        *(40010, 50033, 50087, 50088, 80001, 80002, 80005),
        *(90006, 90012, 90024, 90033, 90090, 90091),
    ),
    IdentityThrottled: (90055, _LOOP_DETECTED),
}
"""The AADSTS numbers of each error."""

_BY_NUMBER = {
    number: kind
    for kind, numbers in ENTRA_NUMBERS.items()
    for number in numbers
}
_BY_ERROR: Mapping[str, Kind] = {
    "interaction_required": PersonRequired,
    "invalid_resource": GraphNotInTenant,
    "invalid_scope": GraphNotInTenant,
    "server_error": IdentityUnavailable,
    "temporarily_unavailable": IdentityUnavailable,
    "unauthorized_client": AppUnknown,
}

# Seconds to stay away where Entra ID itself does not say. Who asks again at
# once after a loop was detected is in the loop.
_PAUSES: Mapping[int, float] = {_LOOP_DETECTED: 60.0}


def entra_error(
    status: int,
    error: str,
    numbers: Sequence[int] = (),
    *,
    retry_after: float | None = None,
) -> ExchangeError:
    """Return the error that a refused token request stands for.

    Args:
        status: The HTTP status of the answer.
        error: Its member ``error`` (RFC 6749 §5.2).
        numbers: Its AADSTS numbers, the most specific first.
        retry_after: Seconds that Entra ID wants us to wait.
    """
    known = next((n for n in numbers if n in _BY_NUMBER), None)
    kind = _by_answer(status, error) if known is None else _BY_NUMBER[known]
    code = f"AADSTS{known or numbers[0]}" if numbers else error
    refused = kind(
        f"Entra ID gave no token: {code or status}.",
        upstream=Upstream(status=status, code=code or None),
    )
    if retry_after is None and known is not None:
        retry_after = _PAUSES.get(known)
    refused.retry_after = retry_after
    return refused


def _by_answer(status: int, error: str) -> Kind:
    if status == _THROTTLED:
        return IdentityThrottled
    if status >= _SERVER_ERRORS:
        return IdentityUnavailable
    return _BY_ERROR.get(error, TenantCredentialsRejected)
