"""What a token's claims make of its bearer. Pure; the claims are proven.

Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.callers.caller import Caller, Quota
from app.callers.entra.issuers import Issuer, Tenant
from app.callers.entra.refusing import refused
from app.callers.identity import Identity, User
from app.models.context import Assertion
from app.problems.callers import CallerForbidden
from app.problems.reasons import Reason
from app.settings import CallerSettings, Role

__all__ = ["Application", "Applications", "applications_of", "identity_of"]

Claims = Mapping[str, Any]

_CLIENT = {"1.0": "appid", "2.0": "azp"}
_NAMES = ("preferred_username", "upn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application that is known here, by itself and for its users."""

    caller: Caller
    roles: frozenset[Role]
    tenants: frozenset[str]
    tenant: str | None
    mailboxes: frozenset[str]


Applications = Mapping[tuple[str, str], Application]
"""By the alias of the tenant that gives out its tokens, and its id."""


def applications_of(
    callers: Sequence[CallerSettings], tenants: Sequence[str], quota: Quota
) -> Applications:
    """Return the applications in the settings."""
    return {
        (home, caller.client_id): _application(caller, home, quota)
        for caller in callers
        for home in (caller.home_tenant or tenants[0],)
    }


def _application(
    caller: CallerSettings, home: str, quota: Quota
) -> Application:
    tenants = caller.tenants or (home,)
    roles = Role if caller.roles is None else caller.roles
    return Application(
        caller=Caller(caller.name, quota),
        roles=frozenset(roles),
        tenants=frozenset(tenants),
        tenant=tenants[0] if len(tenants) == 1 else None,
        mailboxes=frozenset(caller.mailboxes),
    )


def identity_of(
    claims: Claims,
    issuer: Issuer,
    applications: Applications,
    assertion: Assertion,
) -> Identity:
    """Return who bears a token, and what the bearer may do.

    Args:
        claims: What the token says.
        issuer: Who says so.
        applications: Those that are known here.
        assertion: The token, if it is a user's.

    Raises:
        CallerUnauthenticated: The token is not for this service, or not of
            a kind that is.
        CallerForbidden: The application is not known here.
    """
    tenant = _tenant(claims, issuer)
    application = applications.get((tenant.alias, _client(claims)))
    is_app = _is_app(claims)
    assigned = _assigned(claims)
    if application is None:
        raise CallerForbidden(
            "The application is not known here.", reason=Reason.APPLICATION
        )
    if is_app:
        return Identity(
            caller=application.caller,
            roles=application.roles & assigned,
            tenants=application.tenants,
            tenant=application.tenant,
            mailboxes=application.mailboxes,
            has_token=True,
        )
    # A person is made an operator; no application can be told to ask for it.
    roles = _roles(claims["scp"].split(" ")) - {Role.OPERATOR}
    user = _user(claims, assertion)
    return Identity(
        caller=application.caller._replace(user=user.object_id),
        roles=application.roles & (roles | assigned & {Role.OPERATOR}),
        tenants=frozenset({tenant.alias}),
        tenant=tenant.alias,
        user=user,
        overseen=application.tenants,
        has_token=True,
    )


def _tenant(claims: Claims, issuer: Issuer) -> Tenant:
    if claims.get("ver") not in issuer.versions:
        raise refused("The token is of another version.", Reason.ISSUER)
    tenant = issuer.tenants.get(_text(claims, "tid"))
    if tenant is None:
        raise refused("The token is of another tenant.", Reason.ISSUER)
    if _text(claims, "aud") not in tenant.audiences:
        raise refused("The token is for somebody else.", Reason.AUDIENCE)
    return tenant


def _client(claims: Claims) -> str:
    return _text(claims, _CLIENT[claims["ver"]]).lower()


def _is_app(claims: Claims) -> bool:
    """Tell an application by itself from a user in one.

    Of an application by itself the object is the subject, and no user has
    consented to anything. What may be both, or neither, is not good.
    """
    kind, scopes = claims.get("idtyp"), claims.get("scp")
    is_itself = claims.get("sub") == _text(claims, "oid")
    if scopes is None and is_itself and kind in {None, "app"}:
        return True
    is_scoped = isinstance(scopes, str) and scopes != ""
    if is_scoped and not is_itself and kind in {None, "user"}:
        return False
    raise refused("The token is no access token.", Reason.KIND)


def _assigned(claims: Claims) -> frozenset[Role]:
    """Return the roles that were assigned to the application or person."""
    names = claims.get("roles", [])
    if not isinstance(names, list):
        raise refused("The token's roles are no list.", Reason.MALFORMED)
    return _roles(names)


def _roles(names: Sequence[Any]) -> frozenset[Role]:
    known = {role.value for role in Role}
    return frozenset(
        Role(name) for name in names if isinstance(name, str) and name in known
    )


def _user(claims: Claims, assertion: Assertion) -> User:
    try:
        object_id = str(UUID(_text(claims, "oid")))
    except ValueError as e:
        raise refused("The token names no user.", Reason.MALFORMED) from e
    names = (claims.get(name) for name in _NAMES)
    return User(
        object_id=object_id,
        names=frozenset(
            name.lower() for name in names if isinstance(name, str) and name
        ),
        assertion=assertion,
    )


def _text(claims: Claims, name: str) -> str:
    found = claims.get(name)
    if not isinstance(found, str):
        raise refused(f"The token has no {name}.", Reason.MALFORMED)
    return found
