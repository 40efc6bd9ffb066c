"""The types that settings are made of."""

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

__all__ = [
    "BaseUrl",
    "Count",
    "Name",
    "Origin",
    "Seconds",
    "SecondsOrNone",
    "Secret",
    "Share",
    "TenantId",
    "is_loopback",
]

_MONTH = 86_400 * 30
_MANY_TENANTS = {"common", "consumers", "organizations"}


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address never leaves this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("expected an http or https URL")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("expected a URL without query, fragment and user")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("http:// is accepted for loopback addresses only")
    return value.rstrip("/")


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if value != f"{parts.scheme}://{parts.netloc}" or not parts.hostname:
        raise ValueError("expected an origin such as https://mail.example")
    return value


def _one_tenant(value: str) -> str:
    if value.lower() in _MANY_TENANTS:
        raise ValueError("expected one tenant: its id or one of its domains")
    return value


BaseUrl = Annotated[str, AfterValidator(_base_url)]
Origin = Annotated[str, AfterValidator(_origin)]
Seconds = Annotated[float, Field(gt=0, le=_MONTH, allow_inf_nan=False)]
SecondsOrNone = Annotated[float, Field(ge=0, le=_MONTH, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Secret = Annotated[SecretStr, Field(min_length=1)]
Name = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,127}$")
]
TenantId = Annotated[Name, AfterValidator(_one_tenant)]
