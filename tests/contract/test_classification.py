"""Every code that Microsoft documents has an outcome on purpose.

`exchange_codes.json` sorts the 456 response codes of Exchange
(https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode)
by what they mean to a caller. Those ``by-status`` belong to features that
this service does not use, or are never sent: of them the status is believed.
"""

import json
from enum import Enum
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pytest

from app.gateway.operations.entry import Idempotency
from app.gateway.policies.eligibility import may_repeat
from app.problems.entra_codes import entra_error
from app.problems.errors import ExchangeError, Reach, Upstream
from app.problems.graph_codes import graph_error
from app.problems.registry import REGISTRY

CODES: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "exchange_codes.json").read_text()
)
EVERY = list(chain.from_iterable(CODES.values()))


class Repeated(Enum):
    """What is sent again: nothing, reads, or unguarded writes too."""

    NEVER = ()
    READS = (Idempotency.SAFE,)
    ALL = (Idempotency.SAFE, Idempotency.UNSAFE)


class Expected(NamedTuple):
    """What becomes of a code, after an answer below 500."""

    problem: str
    repeated: Repeated
    reach: Reach


NEVER, READS, ALL = Repeated.NEVER, Repeated.READS, Repeated.ALL
REQUEST, MAILBOX = Reach.REQUEST, Reach.MAILBOX
TENANT, SERVICE = Reach.TENANT, Reach.SERVICE

MEANT = {
    "throttled": Expected("graph-throttled", ALL, MAILBOX),
    "busy": Expected("graph-unavailable", READS, SERVICE),
    "slow": Expected("graph-timeout", READS, SERVICE),
    "moving": Expected("mailbox-moving", NEVER, MAILBOX),
    "denied": Expected("mailbox-access-denied", NEVER, MAILBOX),
    "not-as-sender": Expected("send-as-denied", NEVER, MAILBOX),
    "no-such-mailbox": Expected("mailbox-not-found", NEVER, MAILBOX),
    "mailbox-unusable": Expected("mailbox-not-enabled", NEVER, MAILBOX),
    "tenant-gone": Expected("tenant-not-found", NEVER, TENANT),
    "full": Expected("mailbox-full", NEVER, MAILBOX),
    "sent-enough": Expected("mailbox-send-limit-reached", NEVER, MAILBOX),
    "too-large": Expected("payload-too-large", NEVER, REQUEST),
    "not-found": Expected("item-not-found", NEVER, REQUEST),
    "folder-exists": Expected("folder-exists", NEVER, REQUEST),
    "changed-meanwhile": Expected("precondition-failed", NEVER, REQUEST),
    "conflict": Expected("conflict", NEVER, REQUEST),
    "too-complex": Expected("query-too-complex", NEVER, REQUEST),
    "sync-lost": Expected("sync-state-expired", NEVER, REQUEST),
    "corrupt": Expected("graph-error", NEVER, REQUEST),
    "recipients": Expected("recipients-rejected", NEVER, REQUEST),
    "bad-value": Expected("invalid-request", NEVER, REQUEST),
    "our-fault": Expected("graph-error", NEVER, REQUEST),
    "not-offered": Expected("not-supported", NEVER, REQUEST),
}
BY_STATUS = {
    400: Expected("graph-error", NEVER, REQUEST),
    403: Expected("mailbox-access-denied", NEVER, MAILBOX),
    404: Expected("item-not-found", NEVER, REQUEST),
    408: Expected("graph-timeout", READS, SERVICE),
    409: Expected("conflict", NEVER, REQUEST),
    412: Expected("precondition-failed", NEVER, REQUEST),
    423: Expected("conflict", NEVER, REQUEST),
    425: Expected("graph-unavailable", ALL, SERVICE),
    429: Expected("graph-throttled", ALL, MAILBOX),
    500: Expected("graph-unavailable", READS, SERVICE),
    502: Expected("graph-unavailable", READS, SERVICE),
    503: Expected("graph-unavailable", READS, SERVICE),
    504: Expected("graph-timeout", READS, SERVICE),
    507: Expected("mailbox-full", NEVER, MAILBOX),
    509: Expected("graph-throttled", ALL, MAILBOX),
}


def seen(error: ExchangeError) -> Expected:
    kinds = (Idempotency.SAFE, Idempotency.UNSAFE)
    repeated = tuple(kind for kind in kinds if may_repeat(kind, error))
    return Expected(error.code, Repeated(repeated), error.reach)


def answered(status: int, code: str | None) -> Expected:
    return seen(graph_error(status, Upstream(status=status, code=code)))


def test_every_code_is_sorted_once() -> None:
    """All 456 of them, none twice, and no group without an outcome."""
    assert len(EVERY) == len(set(EVERY)) == 456
    assert set(CODES) == {*MEANT, "by-status"}
    assert {expected.problem for expected in MEANT.values()} <= set(REGISTRY)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param(code, expected, id=code)
        for meaning, expected in MEANT.items()
        for code in CODES[meaning]
    ],
)
def test_t022_a_code_decides(code: str, expected: Expected) -> None:
    """Under 400 and 500 alike; but a write is not repeated after 500."""
    assert answered(400, code) == expected
    is_all = expected.repeated is ALL
    assert answered(500, code) == (
        expected._replace(repeated=READS) if is_all else expected
    )


@pytest.mark.parametrize("status", BY_STATUS)
@pytest.mark.parametrize("code", [None, "", "ErrorNobodyKnows"])
def test_t022_an_unknown_code_leaves_it_to_the_status(
    status: int, code: str | None
) -> None:
    """And where that tells of no refusal, a write is not repeated."""
    assert answered(status, code) == BY_STATUS[status]


@pytest.mark.parametrize("code", CODES["by-status"])
def test_t022_codes_that_say_less_than_the_status(code: str) -> None:
    """Of features that are not used: whatever the status says."""
    assert {status: answered(status, code) for status in BY_STATUS} == (
        BY_STATUS
    )


@pytest.mark.parametrize("code", EVERY)
def test_t021_throttling_is_throttling(code: str) -> None:
    """With 429 and 509 no code makes it final, save the day's limit."""
    is_the_days = code == "ErrorSubmissionQuotaExceeded"

    assert answered(509, code) == BY_STATUS[509]
    assert answered(429, code) == (
        MEANT["sent-enough"] if is_the_days else BY_STATUS[429]
    )


class OfEntra(NamedTuple):
    """What becomes of AADSTS numbers; ``words`` are in the action."""

    problem: str
    words: str
    reach: Reach
    numbers: str


FINAL = [
    OfEntra(
        "tenant-credentials-rejected",
        "EXCHANGE_CLIENT_SECRET",
        TENANT,
        "7000215 70002 7000218 7000216 900144 7000114",
    ),
    OfEntra(
        "tenant-credentials-rejected",
        "Make a new secret",
        TENANT,
        "7000222",
    ),
    OfEntra(
        "tenant-credentials-rejected",
        "EXCHANGE_CLIENT_ID",
        TENANT,
        "700016 700011 70001 7000112",
    ),
    OfEntra(
        "tenant-credentials-rejected",
        "Upload the certificate",
        TENANT,
        "700027 700030 50012 50013 500133 700024 50017 700025"
        " 700021 700211 700212 700213",
    ),
    OfEntra(
        "tenant-not-found",
        "EXCHANGE_CLOUD",
        TENANT,
        "90002 900023 90038 50059 50194 9001023",
    ),
    OfEntra(
        "tenant-not-found",
        "Set EXCHANGE_CLOUD",
        TENANT,
        "900382 900439",
    ),
    OfEntra(
        "tenant-consent-missing",
        "EXCHANGE_CLOUD",
        TENANT,
        "500011 500014 650057 70011 700022 700023 1002012",
    ),
    OfEntra(
        "tenant-consent-missing",
        "grant admin consent",
        TENANT,
        "65001 650052 650054 650056 90094 90099 50105",
    ),
    OfEntra(
        "tenant-policy-blocked",
        "demands a person",
        TENANT,
        "50076 50079 50074 50078 50072 50158 50055 50126 50034 50057 50053"
        " 70043 70008 700082 50173 50089",
    ),
    OfEntra(
        "tenant-policy-blocked",
        "Conditional Access",
        TENANT,
        "53000 53001 53002 53003 53004 530035 50131 530032 50005",
    ),
]
PASSING = [
    OfEntra(
        "identity-unavailable",
        "Wait; tokens already held",
        SERVICE,
        "90033 90006 90012 90024 90090 90091 50033 50087 50088 40010 80001"
        " 80002 80005",
    ),
    OfEntra(
        "identity-unavailable",
        "other processes",
        TENANT,
        "90055 50196",
    ),
]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(int(number), expected, id=f"AADSTS{number}")
        for expected in (*FINAL, *PASSING)
        for number in expected.numbers.split()
    ],
)
def test_every_number_of_entra_id(number: int, expected: OfEntra) -> None:
    """The number decides, whatever ``error`` and the status are."""
    for status, error in ((400, "invalid_grant"), (401, "invalid_client")):
        found = entra_error(status, error, [number])

        assert found.code == expected.problem
        assert expected.words in found.action
        assert found.retryable is (expected in PASSING)
        assert found.reach is expected.reach
        # Asking again within the same request is never of use.
        assert not found.transient


@pytest.mark.parametrize("kind", REGISTRY.values(), ids=lambda k: k.code)
def test_every_problem_is_classified(kind: type[ExchangeError]) -> None:
    """Each has a category, a reach and something to do about it."""
    assert kind.category
    assert isinstance(kind.reach, Reach)
    assert kind.action.endswith(".")
