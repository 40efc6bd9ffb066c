"""Tokens that no issuer would make, over the whole service."""

import zlib
from collections.abc import Callable

import pytest
from _pytest.mark import ParameterSet

from tests.security.entra.forge import EVIL, Forge
from tests.security.entra.trying import (
    MESSAGES,
    UNAUTHENTICATED,
    attempt,
    bearing,
)
from tests.support.issuing import encoded
from tests.support.service import Service

pytestmark = pytest.mark.anyio

Forging = Callable[[Forge], str]


def forged(tried: str, make: Forging) -> ParameterSet:
    """Return an attack with a token that is made like this."""
    mark = pytest.mark.attack(tried, UNAUTHENTICATED)
    return pytest.param(make, marks=mark, id=tried)


def _longer(text: str) -> str:
    """Return other text for the same bytes: the last bits are spare."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    alphabet += "0123456789-_"
    last = alphabet.index(text[-1])
    return text[:-1] + alphabet[last ^ 1]


def _changed(forge: Forge, **claims: object) -> str:
    """Return a good token with other claims than were signed."""
    head, _, signature = forge.parts
    return f"{head}.{encoded({**forge.claims, **claims})}.{signature}"


ALGORITHMS = [
    forged(
        "A token without a signature, alg none", lambda f: f.unsigned("none")
    ),
    forged("The same, alg None", lambda f: f.unsigned("None")),
    forged("The same, alg NONE", lambda f: f.unsigned("NONE")),
    forged("The same, alg nOnE", lambda f: f.unsigned("nOnE")),
    forged(
        "alg none with a signature", lambda f: f.unsigned("none", b"x" * 256)
    ),
    forged("alg left empty", lambda f: f.unsigned("")),
    forged("alg left out", lambda f: f.entra(alg=...)),
    forged("alg as a list", lambda f: f.entra(alg=["RS256"])),
    forged("alg in lower case", lambda f: f.entra(alg="rs256")),
    forged(
        "A token signed with HMAC by the public key in PEM",
        lambda f: f.hmac(f.pem),
    ),
    forged("The same without the line end", lambda f: f.hmac(f.pem.strip())),
    forged("A token signed with HMAC by no key", lambda f: f.hmac(b"")),
    forged(
        "An elliptic signature of nothing but zeros",
        lambda f: f.unsigned("ES256", bytes(64)),
    ),
    forged("A signature of another padding than alg says", lambda f: f.pss()),
]
KEYS = [
    forged("The attacker's key under the known name", lambda f: f.own()),
    forged(
        "The attacker's key, brought along in jwk",
        lambda f: f.own(jwk=f.embedded, kid=f.embedded["kid"]),
    ),
    forged(
        "The attacker's key, brought along as the known one",
        lambda f: f.own(jwk=f.embedded),
    ),
    forged(
        "The attacker's keys, pointed at by jku",
        lambda f: f.own(jku=EVIL, kid="evil"),
    ),
    forged(
        "The attacker's certificate, pointed at by x5u",
        lambda f: f.own(x5u=EVIL, kid="evil"),
    ),
    forged(
        "The attacker's certificate, brought along in x5c",
        lambda f: f.own(x5c=[f.embedded["n"]], kid="evil"),
    ),
    forged(
        "A key's name that is a path, to an empty file",
        lambda f: f.hmac(b"", kid="../../../../../dev/null"),
    ),
    forged(
        "A key's name that is a path",
        lambda f: f.own(kid="../../../etc/passwd"),
    ),
    forged(
        "A key's name that is SQL",
        lambda f: f.own(kid="x' UNION SELECT 'secret' --"),
    ),
    forged("A key's name that is a URL", lambda f: f.own(kid=EVIL)),
    forged("No name of a key", lambda f: f.entra(kid=...)),
    forged("A key's name that is null", lambda f: f.entra(kid=None)),
    forged("A list of keys' names", lambda f: f.entra(kid=[f.kid])),
    forged("A key's name as long as can be", lambda f: f.own(kid="k" * 9000)),
    forged(
        "The known name in other case", lambda f: f.entra(kid=f.kid.swapcase())
    ),
]
SIGNATURES = [
    forged(
        "A good token without its signature",
        lambda f: ".".join([*f.parts[:2], ""]),
    ),
    forged(
        "A good token without signature and dot",
        lambda f: ".".join(f.parts[:2]),
    ),
    forged("A good token, cut short", lambda f: f.good[:-4]),
    forged(
        "Another's signature under other claims",
        lambda f: _changed(f, roles=["operator"]),
    ),
    forged(
        "A header that was not signed",
        lambda f: ".".join(
            [encoded({"alg": "RS256", "kid": f.kid}), *f.parts[1:]]
        ),
    ),
    forged(
        "A signature of zeros",
        lambda f: f.unsigned("RS256", bytes(256)),
    ),
    forged(
        "A signature of one byte too many",
        lambda f: f.good[:-1] + "A" + f.good[-1:] + "AA",
    ),
    forged(
        "The same signature, its spare bits set",
        lambda f: _longer(f.good),
    ),
    forged("The same signature with padding", lambda f: f.good + "=="),
    forged(
        "The same token in the other alphabet of base64",
        lambda f: f"{f.good[:-9]}+/{f.good[-7:]}",
    ),
]
FORMS = [
    forged("Claims that an issuer never signs: a list", lambda f: f.entra([])),
    forged("A header that is a list", lambda _: f"{encoded([])}.e30.e30"),
    forged("Headers that must be understood", lambda f: f.entra(crit=["exp"])),
    forged(
        "A payload that is not encoded (b64, crit)",
        lambda f: f.entra(b64=False, crit=["b64"]),
    ),
    forged(
        "Claims that are compressed",
        lambda f: f.entra(zlib.compress(b"{}"), zip="DEF"),
    ),
    forged(
        "A token inside a token",
        lambda f: f.entra(f.good.encode(), cty="JWT"),
    ),
    forged(
        "An encrypted token of five parts",
        lambda _: ".".join(
            [
                encoded({"alg": "RSA-OAEP", "enc": "A256GCM"}),
                "a",
                "b",
                "c",
                "d",
            ]
        ),
    ),
    forged(
        "A token that is said to be a logout",
        lambda f: f.entra(typ="logout+jwt"),
    ),
    forged("A token whose type is a list", lambda f: f.entra(typ=["JWT"])),
    forged("One token after the other", lambda f: f"{f.good}.{f.good}"),
    forged("Nothing but dots", lambda _: "." * 10_000),
    forged(
        "A token of 100 kB",
        lambda f: f.entra({**f.claims, "x": "y" * 100_000}),
    ),
    forged(
        "Brackets, ten thousand deep",
        lambda f: f.entra(b"[" * 10_000),
    ),
    forged("Roles, said twice", lambda f: f.twice("roles", ["operator"])),
    forged("The audience, said twice", lambda f: f.twice("aud", "another")),
    forged(
        "A lifetime that is no number (NaN)", lambda f: f.raw("exp", "NaN")
    ),
    forged(
        "A lifetime without end (Infinity)", lambda f: f.raw("exp", "Infinity")
    ),
    forged("A lifetime without end (1e999)", lambda f: f.raw("exp", "1e999")),
    forged(
        "A lifetime of ten thousand digits",
        lambda f: f.raw("exp", "9" * 10_000),
    ),
    forged(
        "Claims in UTF-16",
        lambda f: f.entra(str(f.claims).replace("'", '"').encode("utf-16")),
    ),
]


@pytest.mark.parametrize("make", [*ALGORITHMS, *KEYS, *SIGNATURES, *FORMS])
async def test_a_forged_token(
    entra: Service, make: Forging, request: pytest.FixtureRequest
) -> None:
    """Who forges is told 401, and nobody is asked for the forger's keys."""
    token = make(Forge(entra.sandbox))
    call = entra.client.build_request("GET", MESSAGES, headers=bearing(token))
    answer = await attempt(entra, request, call)

    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert token[:40] not in answer.text


async def test_what_is_not_forged(entra: Service) -> None:
    """The token from which the others are made lets in, in any case."""
    good = Forge(entra.sandbox).good
    for scheme in ("Bearer", "bearer", "BEARER "):
        headers = {"Authorization": f"{scheme} {good}"}
        answer = await entra.client.get(MESSAGES, headers=headers)

        assert answer.status_code == 200
