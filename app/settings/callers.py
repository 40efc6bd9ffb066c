"""Who may call this service, and what for."""

import re
from collections.abc import Collection, Sequence
from datetime import date
from hashlib import sha256
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from app.settings.fields import Name
from app.settings.group import Group
from app.settings.roles import Role

__all__ = [
    "ApiKeySettings",
    "Audience",
    "CallerSettings",
    "Guid",
    "MailboxRule",
    "check_api_keys",
    "check_callers",
    "is_guid",
]

_GUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_ALL_OR_ADDRESS = re.compile(r"\*|[^@\s*]*@[^@\s*]+")
_LONGEST_RULE = 320
_OF_NOTHING = sha256().hexdigest()


def is_guid(value: str) -> bool:
    """Tell whether an id is written as Entra ID writes them."""
    return re.fullmatch(_GUID, value) is not None


def _rule(value: str) -> str:
    """Return a rule in lower case, as names of mailboxes are compared."""
    if not is_guid(value) and not _ALL_OR_ADDRESS.fullmatch(value):
        raise ValueError(
            "expected an address, an object id, a domain such as"
            " @contoso.example, or *"
        )
    return value.lower()


def _digest(value: str) -> str:
    """Return a digest; not that of no key, which anybody could show."""
    if value == _OF_NOTHING:
        raise ValueError("that is the digest of an empty key")
    return value


MailboxRule = Annotated[
    str,
    Field(min_length=1, max_length=_LONGEST_RULE),
    AfterValidator(_rule),
]
Guid = Annotated[
    str,
    StringConstraints(to_lower=True, pattern=_GUID),
]
Digest = Annotated[
    str,
    StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{64}$"),
    AfterValidator(_digest),
]
Audience = Annotated[str, StringConstraints(pattern=r"^\S+$")]


class CallerSettings(Group):
    """An application that may call, with tokens of Entra ID."""

    name: Name
    """What it is called here: in metrics, in the log and by its quota. Only
    what it is in other tenants may have the same name."""
    client_id: Guid
    """Its id in Entra ID."""
    home_tenant: Name | None = None
    """Alias of the tenant whose Entra ID gives it tokens; may be left out if
    there is but one."""
    tenants: tuple[Name, ...] = ()
    """Aliases of the tenants in which it may act by itself; its home by
    default. For its users it acts only where they are at home; to be operators
    they need all tenants here."""
    mailboxes: tuple[MailboxRule, ...] = ()
    """Mailboxes that it may use by itself: `ada@contoso.example`, an object
    id, `@contoso.example` for a domain, `*` for all. Its users have their
    own, and no other."""
    roles: tuple[Role, ...] | None = None
    """What it may do at most, whatever Entra ID says."""


class ApiKeySettings(Group):
    """A machine that shows a key."""

    name: Name
    """What it is called here. Two keys of one name overlap while they are
    changed."""
    sha256: Digest
    """SHA-256 of the key, in hexadecimal; the key itself is not kept."""
    roles: tuple[Role, ...]
    """What it may do."""
    tenants: tuple[Name, ...] = ()
    """Aliases of the tenants in which it may; the only one by default."""
    mailboxes: tuple[MailboxRule, ...] = ()
    """Mailboxes that it may use, as for applications."""
    expires: date | None = None
    """The first day (UTC) on which it is good no more."""


def check_callers(
    callers: Sequence[CallerSettings], tenants: Collection[str]
) -> None:
    """Raise `ValueError` unless applications fit the tenants that are served.

    Args:
        callers: The applications.
        tenants: The aliases of all tenants.
    """
    if not callers:
        raise ValueError("CALLERS: needed with EXCHANGE_AUTH_MODE=entra")
    known = set()
    for caller in callers:
        _check_tenants("CALLERS", caller.name, caller.tenants, tenants)
        home = caller.home_tenant
        if home is None and len(tenants) > 1:
            raise ValueError(
                f"CALLERS: {caller.name} needs a home_tenant, since there are"
                " several tenants"
            )
        if home is not None and home not in tenants:
            raise ValueError(f"CALLERS: {caller.name}: no tenant {home}")
        # Without a home there is but one tenant.
        key = (home or min(tenants), caller.client_id)
        if key in known:
            raise ValueError(f"CALLERS: {caller.name} is listed twice")
        if (key[0], caller.name) in known:
            raise ValueError(f"CALLERS: two are called {caller.name}")
        known |= {key, (key[0], caller.name)}


def check_api_keys(
    keys: Sequence[ApiKeySettings], tenants: Collection[str]
) -> None:
    """Raise `ValueError` unless keys fit the tenants that are served."""
    if not keys:
        raise ValueError("API_KEYS: needed with EXCHANGE_AUTH_MODE=api_key")
    for key in keys:
        _check_tenants("API_KEYS", key.name, key.tenants, tenants)
        if not key.tenants and len(tenants) > 1:
            raise ValueError(
                f"API_KEYS: {key.name} needs tenants, since there are several"
            )
    if len({key.sha256 for key in keys}) < len(keys):
        raise ValueError("API_KEYS: a key is listed twice")


def _check_tenants(
    setting: str, name: str, wanted: Sequence[str], tenants: Collection[str]
) -> None:
    for tenant in wanted:
        if tenant not in tenants:
            raise ValueError(f"{setting}: {name}: no tenant {tenant}")
