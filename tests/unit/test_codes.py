"""Classification of what Graph and Entra ID refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.operations.entry import Idempotency
from app.gateway.policies.eligibility import may_repeat
from app.problems.causes import (
    AppUnknown,
    GraphNotInTenant,
    IdentityThrottled,
    ItemCorrupt,
    PersonRequired,
    SecretExpired,
    ValueRejected,
)
from app.problems.entra_codes import entra_error
from app.problems.errors import ExchangeError, Outcome, Upstream, Verdict
from app.problems.graph_codes import graph_error, telling_code
from app.problems.graph_failures import (
    GraphBusy,
    GraphRejected,
    GraphThrottled,
    GraphTimeout,
    GraphUnavailable,
    IdentityUnavailable,
    MailboxMoving,
    TenantConsentMissing,
    TenantCredentialsRejected,
    TenantPolicyBlocked,
    TokenRejected,
)
from app.problems.refusals import PayloadTooLarge
from app.problems.registry import REGISTRY
from app.problems.resources import (
    Conflict,
    FolderExists,
    ItemNotFound,
    MailboxAccessDenied,
    MailboxFull,
    MailboxNotEnabled,
    MailboxNotFound,
    MailboxSendLimitReached,
    NotSupported,
    PreconditionFailed,
    QueryTooComplex,
    RecipientsRejected,
    SendAsDenied,
    SyncStateExpired,
    TenantNotFound,
)

NOT = Outcome.NOT_PERFORMED
UNKNOWN = Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("status", "code", "kind", "outcome"),
    [
        (400, "", GraphRejected, NOT),
        (400, "ErrorInvalidRecipients", RecipientsRejected, NOT),
        (400, "InefficientFilter", QueryTooComplex, NOT),
        (400, "ErrorInvalidIdMalformed", ItemNotFound, NOT),
        (401, "InvalidAuthenticationToken", TokenRejected, NOT),
        (402, "", GraphRejected, NOT),
        (403, "", MailboxAccessDenied, NOT),
        (403, "ErrorAccessDenied", MailboxAccessDenied, NOT),
        (403, "Authorization_RequestDenied", TenantConsentMissing, NOT),
        (403, "ErrorSendAsDenied", SendAsDenied, NOT),
        (403, "ErrorQuotaExceeded", MailboxFull, NOT),
        (403, "ErrorSubmissionQuotaExceeded", MailboxSendLimitReached, NOT),
        (404, "", ItemNotFound, NOT),
        (404, "ErrorItemNotFound", ItemNotFound, NOT),
        (404, "ErrorInvalidUser", MailboxNotFound, NOT),
        (404, "Request_ResourceNotFound", MailboxNotFound, NOT),
        (404, "ResourceNotFound", MailboxNotEnabled, NOT),
        (404, "MailboxNotEnabledForRESTAPI", MailboxNotEnabled, NOT),
        (408, "", GraphTimeout, UNKNOWN),
        (409, "", Conflict, NOT),
        (409, "ErrorFolderExists", FolderExists, NOT),
        (410, "", SyncStateExpired, NOT),
        (404, "SyncStateNotFound", SyncStateExpired, NOT),
        (412, "ErrorIrresolvableConflict", PreconditionFailed, NOT),
        (413, "", PayloadTooLarge, NOT),
        (423, "", Conflict, NOT),
        (425, "", GraphUnavailable, NOT),
        (429, "", GraphThrottled, NOT),
        (429, "ErrorQuotaExceeded", GraphThrottled, NOT),
        (429, "UnknownError", GraphThrottled, NOT),
        (500, "", GraphUnavailable, UNKNOWN),
        (500, "ErrorInternalServerError", GraphUnavailable, UNKNOWN),
        (400, "TimeZoneNotSupportedException", ValueRejected, NOT),
        (500, "ErrorCorruptData", ItemCorrupt, NOT),
        (501, "", NotSupported, NOT),
        (502, "", GraphUnavailable, UNKNOWN),
        (503, "", GraphUnavailable, UNKNOWN),
        (503, "ErrorServerBusy", GraphUnavailable, UNKNOWN),
        (503, "ErrorMailboxMoveInProgress", MailboxMoving, UNKNOWN),
        (504, "UnknownError", GraphTimeout, UNKNOWN),
        # An outage is one, whatever code it bears; a move is told from it.
        (502, "ErrorItemNotFound", GraphUnavailable, UNKNOWN),
        (503, "ErrorAccessDenied", GraphUnavailable, UNKNOWN),
        (504, "ErrorMailboxFailover", MailboxMoving, UNKNOWN),
        # A wrong tenant or cloud is no matter of the token's age.
        (401, "OrganizationFromTenantGuidNotFound", TenantNotFound, NOT),
        (401, "Authorization_IdentityNotFound", TenantConsentMissing, NOT),
        (401, "ErrorItemNotFound", TokenRejected, NOT),
        # Exchange's own words for passing trouble, under any status.
        (400, "ErrorServerBusy", GraphUnavailable, UNKNOWN),
        (409, "ErrorTimeoutExpired", GraphTimeout, UNKNOWN),
        (400, "ErrorTooManyObjectsOpened", GraphThrottled, NOT),
        (500, "ErrorTooManyObjectsOpened", GraphThrottled, UNKNOWN),
        (423, "ErrorMailboxMoveInProgress", MailboxMoving, NOT),
        (425, "ErrorServerBusy", GraphUnavailable, NOT),
        (429, "ErrorSubmissionQuotaExceeded", MailboxSendLimitReached, NOT),
        (505, "", GraphRejected, NOT),
        (507, "", MailboxFull, NOT),
        (509, "", GraphThrottled, NOT),
        (599, "", GraphUnavailable, UNKNOWN),
    ],
)
def test_graph(
    status: int, code: str, kind: type[ExchangeError], outcome: Outcome
) -> None:
    """Status and code make the error; it says what became of the work."""
    error = graph_error(status, Upstream(status=status, code=code or None))

    assert type(error) is kind
    assert error.outcome is outcome
    assert str(status) in error.detail


@pytest.mark.parametrize("code", ["", "ErrorServerBusy", "ErrorAccessDenied"])
def test_503_with_retry_after_is_a_refusal(code: str) -> None:
    """Whatever code it bears: to be waited out, and no sign of ill health."""
    error = graph_error(
        503, Upstream(status=503, code=code or None), retry_after=7.0
    )

    assert type(error) is GraphBusy
    assert error.code == "graph-unavailable"
    assert error.outcome is NOT
    assert error.verdict is Verdict.NEUTRAL
    assert error.retry_after == 7.0


def test_a_challenge_is_one_whatever_the_code() -> None:
    """401 with claims is answered with them, also from a lost tenant."""
    told = Upstream(status=401, code="OrganizationFromTenantGuidNotFound")
    error = graph_error(401, told, claims="{}")

    assert isinstance(error, TokenRejected)
    assert error.claims == "{}"


def test_case_does_not_matter() -> None:
    """Graph varies the case of its codes."""
    error = graph_error(403, Upstream(status=403, code="ERRORSENDASDENIED"))

    assert type(error) is SendAsDenied


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([], None),
        (["BadRequest"], "BadRequest"),
        (["BadRequest", "Whatever"], "BadRequest"),
        (["Forbidden", "ErrorSendAsDenied", "x"], "ErrorSendAsDenied"),
        (["ErrorItemNotFound", "ErrorAccessDenied"], "ErrorAccessDenied"),
    ],
)
def test_the_telling_code(codes: list[str], expected: str | None) -> None:
    """The deepest that is known, or else the outermost."""
    assert telling_code(codes) == expected


@pytest.mark.parametrize(
    ("status", "error", "numbers", "kind"),
    [
        (401, "invalid_client", [7000215], TenantCredentialsRejected),
        (401, "invalid_client", [7000222], SecretExpired),
        (400, "unauthorized_client", [700016], AppUnknown),
        (400, "invalid_request", [90002], TenantNotFound),
        (400, "invalid_grant", [65001], TenantConsentMissing),
        (400, "invalid_resource", [500011], GraphNotInTenant),
        (400, "access_denied", [53003], TenantPolicyBlocked),
        (400, "interaction_required", [50079], PersonRequired),
        (400, "invalid_grant", [50196], IdentityThrottled),
        (400, "temporarily_unavailable", [], IdentityUnavailable),
        (400, "what_is_this", [123456789], TenantCredentialsRejected),
        (429, "what_is_this", [], IdentityThrottled),
        (503, "", [], IdentityUnavailable),
        (400, "invalid_grant", [1, 90033], IdentityUnavailable),
    ],
)
def test_entra_id(
    status: int, error: str, numbers: list[int], kind: type[ExchangeError]
) -> None:
    """Numbers decide where they are known, then the status, then error."""
    found = entra_error(status, error, numbers)

    assert type(found) is kind
    assert found.upstream
    assert found.upstream.status == status


def test_a_loop_is_not_gone_into_again() -> None:
    """50196 means a minute's rest; what Entra ID says itself goes first."""
    silent = entra_error(400, "invalid_grant", [50196])
    told = entra_error(400, "invalid_grant", [50196], retry_after=90.0)
    other = entra_error(429, "temporarily_unavailable", [90055])

    assert silent.retry_after == 60
    assert told.retry_after == 90
    assert other.retry_after is None


def test_a_failure_without_words_is_told_by_its_status() -> None:
    """A gateway's 503 has no body; the sentence is whole all the same."""
    found = entra_error(503, "")

    assert found.detail == "Entra ID gave no token: 503."
    assert found.upstream
    assert found.upstream.code is None


def test_the_telling_number_is_told() -> None:
    """Of several numbers the one that decided is named."""
    found = entra_error(400, "invalid_grant", [1, 90033])

    assert found.upstream
    assert found.upstream.code == "AADSTS90033"


CODES = (
    st.none()
    | st.text(max_size=40)
    | st.sampled_from(
        ["ErrorServerBusy", "ErrorItemNotFound", "ErrorMailboxFailover"]
    )
)
SECONDS = st.none() | st.floats(min_value=0, max_value=31_536_000)


@given(st.integers(300, 599), CODES, SECONDS, st.none() | st.just("{}"))
def test_t022_a_write_is_repeated_after_refusals_only(
    status: int,
    code: str | None,
    retry_after: float | None,
    claims: str | None,
) -> None:
    """Whatever Graph answers is a problem; few of them are sure refusals."""
    error = graph_error(
        status,
        Upstream(status=status, code=code),
        retry_after=retry_after,
        claims=claims,
    )

    assert error.code in REGISTRY
    if may_repeat(Idempotency.UNSAFE, error):
        assert status in {425, 429, 509} or (
            status == 503 and retry_after is not None
        )
