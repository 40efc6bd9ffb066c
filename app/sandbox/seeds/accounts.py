"""Directory entries, made of the little that tells them apart."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from app.sandbox.state.directory import User
from app.sandbox.tenants import Tenant

__all__ = ["Account", "guest", "member"]

NAMESPACE = UUID("5a5d0b0e-6c1f-4f2e-9d53-0e9a4c1b7f10")
WORKING_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mailbox and who has it; ``purpose`` is Graph's userPurpose."""

    name: str
    given: str
    surname: str
    zone: str
    locale: str
    purpose: str = "user"
    aliases: tuple[str, ...] = ()
    job: str | None = None
    department: str | None = None
    office: str | None = None
    phones: tuple[str, ...] = ()
    may_send_as: tuple[str, ...] = ()


def member(tenant: Tenant, account: Account) -> User:
    """Return the directory entry of an account."""
    address = f"{account.name}@{tenant.domain}"
    aliases = tuple(f"{one}@{tenant.domain}" for one in account.aliases)
    human = account.purpose == "user"
    profile = _profile(address) | {
        "businessPhones": list(account.phones),
        "displayName": f"{account.given} {account.surname}",
        "givenName": account.given if human else None,
        "surname": account.surname if human else None,
        "jobTitle": account.job,
        "mail": address,
        "officeLocation": account.office,
        "preferredLanguage": account.locale,
        "accountEnabled": human,
        "companyName": tenant.name,
        "department": account.department,
        "proxyAddresses": [f"SMTP:{address}", *map("smtp:{}".format, aliases)],
    }
    return User(
        id=profile["id"],
        tenant=tenant.id,
        address=address,
        aliases=aliases,
        may_send_as=account.may_send_as,
        settings=_settings(account),
        properties=profile,
    )


def guest(tenant: Tenant, display_name: str, address: str) -> User:
    """Return a guest, who has no mailbox here."""
    name = address.replace("@", "_")
    upn = f"{name}#EXT#@{tenant.domain}"
    profile = _profile(upn) | {
        "displayName": display_name,
        "otherMails": [address],
        "userType": "Guest",
    }
    return User(
        id=profile["id"],
        tenant=tenant.id,
        address=upn,
        mailbox=False,
        properties=profile,
    )


def _profile(upn: str) -> dict[str, Any]:
    """Return all properties of a user that the sandbox knows."""
    return {
        "id": str(uuid5(NAMESPACE, upn)),
        "businessPhones": [],
        "displayName": None,
        "givenName": None,
        "jobTitle": None,
        "mail": None,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": None,
        "userPrincipalName": upn,
        "accountEnabled": True,
        "companyName": None,
        "department": None,
        "mailNickname": upn.partition("@")[0],
        "otherMails": [],
        "proxyAddresses": [],
        "userType": "Member",
    }


def _settings(account: Account) -> dict[str, Any]:
    return {
        "archiveFolder": None,
        "timeZone": account.zone,
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "dateFormat": "yyyy-MM-dd",
        "timeFormat": "HH:mm",
        "userPurpose": account.purpose,
        "automaticRepliesSetting": {
            "status": "disabled",
            "externalAudience": "all",
            "internalReplyMessage": "",
            "externalReplyMessage": "",
            "scheduledStartDateTime": _utc("2026-01-05T08:00:00.0000000"),
            "scheduledEndDateTime": _utc("2026-01-06T08:00:00.0000000"),
        },
        "language": {
            "locale": account.locale,
            "displayName": account.locale,
        },
        "workingHours": {
            "daysOfWeek": WORKING_DAYS,
            "startTime": "08:00:00.0000000",
            "endTime": "17:00:00.0000000",
            "timeZone": {"name": account.zone},
        },
    }


def _utc(time: str) -> dict[str, str]:
    return {"dateTime": time, "timeZone": "UTC"}
