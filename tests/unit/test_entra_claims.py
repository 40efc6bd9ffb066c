"""What the claims of a token make of its bearer."""

from typing import Any

import pytest

from app.callers.caller import Quota
from app.callers.entra.claims import applications_of, identity_of
from app.callers.entra.issuers import issuers_of
from app.callers.identity import Identity
from app.models.context import Assertion
from app.problems.callers import CallerForbidden, CallerUnauthenticated
from app.problems.errors import ExchangeError
from app.problems.reasons import Reason
from app.settings import Role, Settings
from tests.support.issuing import (
    ADA,
    DAEMON,
    FRONTEND,
    app_claims,
    entra_settings,
    user_claims,
)
from tests.support.service import CONTOSO, FABRIKAM

QUOTA = Quota(requests=10, window=60, concurrency=3)
HOME, AWAY = CONTOSO["tenant_id"], FABRIKAM["tenant_id"]
V1 = f"https://sts.windows.net/{HOME}/"
V2 = app_claims()["iss"]
OTHER = "https://idp.example"
ASSERTION = Assertion(token="t", digest="d", expires_at=0)
CALLERS = [
    {
        "name": "reports",
        "client_id": DAEMON.upper(),
        "home_tenant": "contoso",
        "tenants": ["contoso", "fabrikam"],
        "mailboxes": ["@contoso.example"],
    },
    {"name": "web", "client_id": FRONTEND, "home_tenant": "contoso"},
    {
        "name": "narrow",
        "client_id": DAEMON,
        "home_tenant": "fabrikam",
        "roles": ["mail.read"],
    },
]


@pytest.fixture(scope="module")
def settings() -> Settings:
    """Two tenants, and an issuer beside Entra ID."""
    issuers = [V1, V2, V2.replace(HOME, AWAY), OTHER]
    return entra_settings(callers=CALLERS, issuers=issuers)


def told(settings: Settings, claims: dict[str, Any]) -> Identity:
    """Return what becomes of claims."""
    tenants = [tenant.alias for tenant in settings.every_tenant]
    applications = applications_of(settings.callers, tenants, QUOTA)
    issuer = issuers_of(settings)[claims["iss"]]
    return identity_of(claims, issuer, applications, ASSERTION)


def test_an_application(settings: Settings) -> None:
    """It has the roles assigned to it, and what the settings say."""
    claims = app_claims(roles=["mail.read", "operator", "Mail.Send", 5])
    found = told(settings, claims)

    assert found.caller.name == "reports"
    assert found.caller.quota == QUOTA
    assert found.roles == {Role.MAIL_READ, Role.OPERATOR}
    assert found.tenants == {"contoso", "fabrikam"}
    assert found.tenant is None
    assert found.mailboxes == {"@contoso.example"}
    assert found.user is None
    assert found.has_token


def test_an_application_has_no_more_than_the_settings_grant(
    settings: Settings,
) -> None:
    """Roles in the settings are the most that Entra ID can give."""
    claims = app_claims(
        iss=V2.replace(HOME, AWAY),
        tid=AWAY,
        aud=f"api://{FABRIKAM['client_id']}",
        roles=["mail.read", "mail.send"],
    )
    found = told(settings, claims)

    assert found.caller.name == "narrow"
    assert found.roles == {Role.MAIL_READ}
    assert found.tenants == {"fabrikam"}
    assert found.tenant == "fabrikam"
    assert found.mailboxes == set()


def test_a_user(settings: Settings) -> None:
    """A user acts at home, as the object of the directory that it is."""
    found = told(settings, user_claims(upn="ADA@contoso.example", oid=ADA))

    assert found.caller.name == "web"
    assert found.roles == {Role.MAIL_READ, Role.MAIL_SEND}
    assert found.tenants == {"contoso"}
    assert found.tenant == "contoso"
    assert found.mailboxes == set()
    assert found.user is not None
    assert found.user.object_id == ADA
    assert found.user.names == {"ada@contoso.example"}
    assert found.user.assertion is ASSERTION


def test_only_people_to_whom_it_is_assigned_are_operators(
    settings: Settings,
) -> None:
    """What an application may ask for makes no operator; a role does."""
    consented = told(settings, user_claims(scp="mail.read operator"))
    assigned = told(
        settings, user_claims(scp="mail.read", roles=["operator", "mail.send"])
    )

    assert consented.roles == {Role.MAIL_READ}
    assert assigned.roles == {Role.MAIL_READ, Role.OPERATOR}


def test_tokens_of_version_1(settings: Settings) -> None:
    """Version 1 has other names for the application."""
    old: dict[str, Any] = {"iss": V1, "ver": "1.0", "azp": None, "idtyp": None}
    app = told(settings, app_claims(**old, appid=DAEMON, appidacr="1"))
    user = told(settings, user_claims(**old, appid=FRONTEND, appidacr="0"))

    assert (app.caller.name, app.user) == ("reports", None)
    assert user.caller.name == "web"
    assert user.user is not None


def test_an_issuer_of_the_settings_vouches_for_all_tenants(
    settings: Settings,
) -> None:
    """It says itself of which tenant a caller is."""
    client = FABRIKAM["client_id"]
    own = told(settings, user_claims(iss=OTHER))
    other = told(settings, app_claims(iss=OTHER, tid=AWAY, aud=client))

    assert own.tenants == {"contoso"}
    assert other.tenants == {"fabrikam"}


def test_audiences_of_the_settings() -> None:
    """Where the settings name audiences, no others are good."""
    settings = entra_settings(audience=["https://x"], callers=CALLERS)

    assert told(settings, app_claims(aud="https://x"))
    with pytest.raises(CallerUnauthenticated):
        told(settings, app_claims())


SAME = "eeeeeeee-0000-4000-8000-000000000001"
REFUSED = {
    "no version": (app_claims(ver=None), Reason.ISSUER),
    "another version": (app_claims(ver="1.0"), Reason.ISSUER),
    "version 1 with 2": (app_claims(iss=V1, appid=DAEMON), Reason.ISSUER),
    "a tenant that is not served": (app_claims(tid=SAME), Reason.ISSUER),
    "the other tenant": (app_claims(tid=AWAY), Reason.ISSUER),
    "no tenant": (app_claims(tid=None), Reason.MALFORMED),
    "several tenants": (app_claims(tid=[SAME]), Reason.MALFORMED),
    "no audience": (app_claims(aud=None), Reason.MALFORMED),
    "several audiences": (
        app_claims(aud=[CONTOSO["client_id"]]),
        Reason.MALFORMED,
    ),
    "another audience": (app_claims(aud=SAME), Reason.AUDIENCE),
    "the other tenant's audience": (
        app_claims(aud=FABRIKAM["client_id"]),
        Reason.AUDIENCE,
    ),
    "no application": (app_claims(azp=None), Reason.MALFORMED),
    "the application of version 1": (
        app_claims(azp=None, appid=DAEMON),
        Reason.MALFORMED,
    ),
    "an application with scopes": (app_claims(scp="mail.read"), Reason.KIND),
    "one that says it is a user": (
        app_claims(scp="mail.read", idtyp="user"),
        Reason.KIND,
    ),
    "a user with roles only": (
        user_claims(scp=None, roles=["mail.read"], azpacr="1"),
        Reason.KIND,
    ),
    "a user said to be an application": (
        user_claims(idtyp="app"),
        Reason.KIND,
    ),
    "an application that is another object": (
        app_claims(sub="another"),
        Reason.KIND,
    ),
    "a device": (app_claims(idtyp="device"), Reason.KIND),
    "no scopes": (user_claims(scp=""), Reason.KIND),
    "a list of scopes": (user_claims(scp=["mail.read"]), Reason.KIND),
    "no object": (user_claims(oid=None), Reason.MALFORMED),
    "an object that has no id": (user_claims(oid="me"), Reason.MALFORMED),
    "roles as text": (app_claims(roles="mail.read"), Reason.MALFORMED),
    "roles as an object": (
        app_claims(roles={"mail.read": 1}),
        Reason.MALFORMED,
    ),
    "no roles but null": (app_claims(roles=None), Reason.MALFORMED),
}


@pytest.mark.parametrize(
    ("claims", "reason"), REFUSED.values(), ids=REFUSED.keys()
)
def test_claims_that_are_refused(
    settings: Settings, claims: dict[str, Any], reason: Reason
) -> None:
    """What makes no sense for this service, whoever signed it."""
    with pytest.raises(CallerUnauthenticated) as caught:
        told(settings, claims)

    assert caught.value.reason is reason
    assert 'error="invalid_token"' in caught.value.challenge


@pytest.mark.parametrize("client", [SAME, DAEMON[:-1], ""])
def test_an_unknown_application(settings: Settings, client: str) -> None:
    """Who is not in the settings may do nothing."""
    with pytest.raises(CallerForbidden) as caught:
        told(settings, app_claims(azp=client))

    assert caught.value.reason is Reason.APPLICATION


def test_an_application_is_known_in_its_tenant_only(
    settings: Settings,
) -> None:
    """The same id in another tenant is another application's business."""
    claims = user_claims(
        iss=V2.replace(HOME, AWAY), tid=AWAY, aud=FABRIKAM["client_id"]
    )
    with pytest.raises(ExchangeError) as caught:
        told(settings, claims)

    assert isinstance(caught.value, CallerForbidden)


@pytest.mark.parametrize(
    "scopes",
    [
        "Mail.Read",
        "mail.reader",
        "mail.read.all",
        "mail.read,mail.send",
        "mail.read\tmail.send",
        "mail.re\u0430d",
        "mail\uff0eread",
        "mail.read\u200b",
        "\u00a0mail.read",
    ],
)
def test_scopes_that_look_alike_are_none(
    settings: Settings, scopes: str
) -> None:
    """Roles are the very words, with a space between them."""
    assert told(settings, user_claims(scp=scopes)).roles == set()
