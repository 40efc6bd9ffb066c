"""The keys of those who vouch for callers: which are good, when to ask."""

import pytest

from app.callers.entra.issuers import Authority, issuers_of
from app.callers.entra.keys import KeyRing, read_keys
from app.problems.graph_failures import IdentityUnavailable
from tests.support.issuing import LOGIN, entra_settings, jwk, private_key
from tests.support.service import CONTOSO, FABRIKAM

TENANT = CONTOSO["tenant_id"]
OWN = f"{LOGIN}/{TENANT}/v2.0"
KEYS = f"{LOGIN}/{TENANT}/discovery/v2.0/keys"
# The tenant of personal accounts, whose keys Entra ID publishes with others.
PERSONAL = f"{LOGIN}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"
OTHER_IDP = "https://idp.example/realm"


def authority(name: str = OWN) -> Authority:
    """Return who signs for an issuer, by settings for two tenants."""
    settings = entra_settings(issuers=[OWN, OTHER_IDP], authority_url=None)
    return issuers_of(settings)[name].authority


def test_the_issuers_of_two_tenants() -> None:
    """Each has one for each version of its tokens, with the same keys."""
    settings = entra_settings()
    found = issuers_of(settings)
    first, second = CONTOSO["tenant_id"], FABRIKAM["tenant_id"]

    assert set(found) == {
        f"{LOGIN}/{first}/v2.0",
        f"https://sts.windows.net/{first}/",
        f"{LOGIN}/{second}/v2.0",
        f"https://sts.windows.net/{second}/",
    }
    assert found[f"{LOGIN}/{first}/v2.0"].authority is (
        found[f"https://sts.windows.net/{first}/"].authority
    )


def test_the_issuers_in_china() -> None:
    """There Entra ID goes by two names, and its version 1 by a third."""
    settings = entra_settings(cloud="china")
    hosts = {url.split("/")[2] for url in issuers_of(settings)}

    assert hosts == {
        "login.chinacloudapi.cn",
        "login.partner.microsoftonline.cn",
        "sts.chinacloudapi.cn",
    }


def test_keys_lie_where_entra_was_moved_to() -> None:
    """The document tells Microsoft's addresses; the sandbox is elsewhere."""
    settings = entra_settings()
    moved = issuers_of(settings)[OWN].authority

    assert moved.keys_url({"issuer": OWN, "jwks_uri": KEYS}) == (
        f"{settings.authority_url}/{TENANT}/discovery/v2.0/keys"
    )


@pytest.mark.parametrize(
    ("issuer", "where"),
    [
        (PERSONAL, KEYS),
        (OWN + "/", KEYS),
        (None, KEYS),
        ([OWN], KEYS),
        ({}, KEYS),
        (OWN, None),
        (OWN, ["x"]),
        (OWN, "https://evil.example/keys"),
        (OWN, "http://login.microsoftonline.com/keys"),
        (OWN, "https://login.microsoftonline.com@evil.example/keys"),
        (OWN, "https://login.microsoftonline.com.evil.example/keys"),
        (OWN, "https://login.microsoftonline.com:444/keys"),
        (OWN, "//login.microsoftonline.com/keys"),
        (OWN, "file:///etc/passwd"),
    ],
)
def test_keys_of_others_are_not_fetched(issuer: object, where: object) -> None:
    """A document of another, or one that leads elsewhere, is no use."""
    document = {"issuer": issuer, "jwks_uri": where}

    with pytest.raises(IdentityUnavailable):
        authority().keys_url(document)


def test_another_issuer_has_its_keys_where_it_is() -> None:
    """An issuer in the settings is held to its own origin."""
    other = authority(OTHER_IDP)
    own = {"issuer": OTHER_IDP, "jwks_uri": "https://idp.example/certs?v=1"}
    elsewhere = {**own, "jwks_uri": KEYS}

    assert other.configuration.startswith(f"{OTHER_IDP}/.well-known/")
    assert other.keys_url(own) == "https://idp.example/certs?v=1"
    with pytest.raises(IdentityUnavailable):
        other.keys_url(elsewhere)


def test_only_keys_that_fit_are_taken() -> None:
    """Of a set, those that are RSA, long enough, for signing and its own."""
    document = {
        "keys": [
            jwk("first"),
            jwk("template", issuer=f"{LOGIN}/{{tenantid}}/v2.0"),
            jwk("own", issuer=OWN),
            jwk("personal", issuer=PERSONAL),
            jwk("odd", issuer=7),
            jwk("encrypting", use="enc"),
            jwk("elliptic", kty="EC"),
            jwk("secret", kty="oct", k="c2VjcmV0"),
            jwk("broken", n="!"),
            jwk("numbers", n=5),
            {**jwk("first"), "kid": ["first"]},
            jwk("short", bits=1024),
            "first",
            None,
        ]
    }

    assert set(read_keys(document, authority())) == {
        "first",
        "template",
        "own",
    }


@pytest.mark.parametrize(
    "document", [{}, {"keys": None}, {"keys": {}}, {"keys": []}]
)
def test_a_set_without_keys_is_none(document: dict[str, object]) -> None:
    """Nobody is locked out by a set that is empty: those there stay."""
    with pytest.raises(IdentityUnavailable):
        read_keys(document, authority())


def test_when_to_ask() -> None:
    """At once, then after 5 seconds; with keys every 30 seconds at most."""
    ring = KeyRing()
    assert (ring.is_old(0.0), ring.wait(0.0)) == (True, 0.0)

    ring.ask(0.0)
    assert (ring.wait(1.0), ring.wait(5.0)) == (4.0, 0.0)

    ring.ask(5.0)
    keys = read_keys({"keys": [jwk("first")]}, authority())
    ring.take(keys, 6.0)

    assert ring.find("first") == private_key("first").public_key()
    assert ring.find("second") is None
    assert (ring.wait(6.0), ring.wait(35.0)) == (29.0, 0.0)
    assert (ring.is_old(3605.0), ring.is_old(3606.0)) == (False, True)
