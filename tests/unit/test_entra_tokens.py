"""Taking tokens apart, and how long they hold."""

import string

import pytest
from hypothesis import assume, given, settings, strategies

from app.callers.entra.tokens import Lifetime, bearer, read_token, verify
from app.problems.callers import CallerUnauthenticated
from app.problems.reasons import Reason
from tests.support.issuing import app_claims, private_key, signed

NOW = 1_800_000_000
DAY = 86_400
TOKEN_LETTERS = f"{string.ascii_letters}{string.digits}-_.=+/ \n\xe9"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR "])
def test_the_scheme_in_any_case(scheme: str) -> None:
    """Names of schemes have no case (RFC 9110 §11.1)."""
    assert bearer([f"{scheme} a.b.c"]) == "a.b.c"


@pytest.mark.parametrize(
    ("lines", "reason", "error"),
    [
        ([], Reason.MISSING, False),
        ([""], Reason.MISSING, False),
        (["Bearer"], Reason.MISSING, False),
        (["Bearer "], Reason.MISSING, False),
        (["Basic YTpi"], Reason.MISSING, False),
        (["Bearer\ta.b.c"], Reason.MISSING, False),
        (["a.b.c"], Reason.MISSING, False),
        (["Bearer a.b.c", "Bearer a.b.c"], Reason.MALFORMED, True),
    ],
)
def test_no_token(lines: list[str], reason: Reason, *, error: bool) -> None:
    """Who sent none is asked for one, and not told of an error in it."""
    with pytest.raises(CallerUnauthenticated) as caught:
        read_token(bearer(lines))

    assert caught.value.reason is reason
    assert caught.value.challenge.startswith('Bearer realm="exchange-api"')
    assert ("error=" in caught.value.challenge) is error


def test_what_a_token_says() -> None:
    """The key's name and the claims, as they are."""
    header = {"alg": "RS256", "kid": "first"}
    text = signed(header, app_claims(), private_key("first"))
    found = read_token(text)

    assert (found.text, found.key_id) == (text, "first")
    assert found.claims == app_claims()


@pytest.mark.parametrize(
    "header",
    [{"alg": "none"}, {"alg": "HS256"}, {"alg": ["RS256"]}, {"crit": ["b64"]}],
)
def test_ways_to_sign_that_are_not_good(header: dict[str, object]) -> None:
    """They are refused at sight, before anybody looks for the key."""
    head = {"alg": "RS256", "kid": "first", **header}
    text = signed(head, app_claims(), private_key("first"))
    with pytest.raises(CallerUnauthenticated) as caught:
        read_token(text)

    assert caught.value.reason is Reason.SIGNATURE


@settings(max_examples=300)
@given(data=strategies.data())
def test_no_byte_of_a_token_can_be_changed(
    data: strategies.DataObject,
) -> None:
    """Whatever is put in, taken out or put elsewhere: it is refused."""
    key = private_key("first")
    good = signed({"alg": "RS256", "kid": "first"}, app_claims(), key)
    where = data.draw(strategies.integers(0, len(good)))
    until = data.draw(strategies.integers(where, min(where + 3, len(good))))
    other = data.draw(strategies.text(TOKEN_LETTERS, max_size=3))
    bad = good[:where] + other + good[until:]
    assume(bad != good)

    with pytest.raises(CallerUnauthenticated):
        verify(read_token(bad), key.public_key())
    verify(read_token(good), key.public_key())


@pytest.mark.parametrize(
    ("begins", "ends", "now", "reason"),
    [
        (NOW, NOW + 3600, NOW + 3659, None),
        (NOW, NOW + 3600, NOW + 3660, Reason.EXPIRED),
        (NOW, NOW + 3600, NOW - 60, None),
        (NOW, NOW + 3600, NOW - 61, Reason.NOT_YET_VALID),
        (NOW, NOW + 2 * DAY, NOW, None),
    ],
)
def test_lifetimes(
    begins: int, ends: int, now: int, reason: Reason | None
) -> None:
    """A minute either way, since no two clocks agree."""
    lifetime = Lifetime.of({"nbf": begins, "exp": ends})

    if reason is None:
        lifetime.check(now)
        return
    with pytest.raises(CallerUnauthenticated) as caught:
        lifetime.check(now)
    assert caught.value.reason is reason


def test_it_is_not_good_before_it_was_issued() -> None:
    """Whatever ``nbf`` says."""
    claims = {"nbf": NOW, "iat": NOW + 600, "exp": NOW + 3600}

    with pytest.raises(CallerUnauthenticated):
        Lifetime.of(claims).check(NOW + 500)


@pytest.mark.parametrize(
    "claims",
    [
        {"nbf": NOW},
        {"exp": NOW + 1},
        {"nbf": NOW, "exp": str(NOW + 1)},
        {"nbf": NOW, "exp": NOW + 1.0},
        {"nbf": NOW, "exp": 10**400},
        {"nbf": NOW, "exp": NOW + 2 * DAY + 1},
        {"nbf": NOW, "exp": NOW},
        {"nbf": NOW, "exp": None},
        {"nbf": True, "exp": NOW},
        {"nbf": [NOW], "exp": NOW + 1},
        {"nbf": -NOW, "exp": NOW + 1},
        {"nbf": NOW, "exp": NOW + 1, "iat": "now"},
        {"nbf": NOW, "exp": NOW + 1, "iat": 10**400},
    ],
)
def test_lifetimes_that_make_no_sense(claims: dict[str, object]) -> None:
    """Both ends must be there, whole seconds, two days apart at most."""
    with pytest.raises(CallerUnauthenticated) as caught:
        Lifetime.of(claims)

    assert caught.value.reason is Reason.MALFORMED
