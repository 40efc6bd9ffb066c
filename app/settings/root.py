"""The whole configuration of one process."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.settings.callers import (
    ApiKeySettings,
    Audience,
    CallerSettings,
    Guid,
    check_api_keys,
    check_callers,
    is_guid,
)
from app.settings.cloud import Cloud
from app.settings.database import DatabaseUrl
from app.settings.fields import (
    BaseUrl,
    Origin,
    Secret,
    is_loopback,
)
from app.settings.groups import (
    BreakerSettings,
    BudgetSettings,
    LimitSettings,
    PoolSettings,
    RetrySettings,
    TimeoutSettings,
)
from app.settings.keeping import (
    CacheSettings,
    LedgerSettings,
    OutboxSettings,
    QuotaSettings,
)
from app.settings.tenant import PROOFS, AppSettings, TenantSettings
from app.settings.tenants_file import TenantsInFile

__all__ = ["AuthMode", "Settings"]

_APP = tuple(AppSettings.model_fields)


class AuthMode(StrEnum):
    """How callers show who they are."""

    ENTRA = "entra"
    API_KEY = "api_key"
    NONE = "none"


class Settings(AppSettings, BaseSettings):
    """Everything an operator can set, with its default."""

    model_config = SettingsConfigDict(
        env_prefix="EXCHANGE_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
    )

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """Where the service listens; `0.0.0.0` for all addresses it has."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    """On which port; 0 takes any."""
    sandbox: bool = False
    """Start the sandbox too, and take it for Microsoft Graph and Entra ID."""
    data_dir: Path = Path("data")
    """For the name of this process, the ledger if there is no
    `EXCHANGE_DATABASE_URL` and the keys if no `EXCHANGE_SECRET_KEYS`."""
    secret_keys: Annotated[tuple[Secret, ...] | None, Field(min_length=1)] = (
        None
    )
    """A JSON list: the first signs cursors and seals the ledger, all of them
    are understood. Several processes need the same."""
    database_url: DatabaseUrl | None = None
    """A PostgreSQL that several processes share:
    `postgresql://user:password@host/database?sslmode=verify-full`."""
    cloud: Cloud = Cloud.GLOBAL
    """Microsoft's cloud in which the tenants are."""
    cors_origins: tuple[Origin, ...] = ()
    """Origins of pages that may call this service from a browser."""
    graph_base_url: BaseUrl | None = None
    """Graph, if it is not where the cloud has it."""
    authority_url: BaseUrl | None = None
    """Entra ID, if it is not where the cloud has it."""
    graph_trace_context: bool = False
    """Tell Graph in `traceparent` which trace a request belongs to, if traces
    are exported."""
    tenants: tuple[TenantSettings, ...] = ()
    """Several tenants, as a JSON list."""
    tenants_file: TenantsInFile = ()
    """Path of a file that holds such a list."""
    auth_mode: AuthMode = AuthMode.ENTRA
    """How callers show who they are: by tokens of Entra ID, or by keys.
    `none` needs the service and its Graph to be on loopback."""
    audience: tuple[Audience, ...] = ()
    """A JSON list: whom callers' tokens must be meant for. By default the app
    registrations of the tenants, as `client_id` and `api://client_id`."""
    issuers: tuple[BaseUrl, ...] = ()
    """A JSON list: the OpenID Connect issuers of callers' tokens; by default
    Entra ID for each tenant. Any other vouches for callers of all tenants."""
    callers: tuple[CallerSettings, ...] = ()
    """A JSON list of the applications that may call, if they have tokens."""
    api_keys: tuple[ApiKeySettings, ...] = ()
    """A JSON list of the machines that may call, if they have keys."""
    browser_client_id: Guid | None = None
    """The app registration (a public client) with which people sign in on
    /docs and /status; one of the callers."""
    retry: RetrySettings = RetrySettings()
    budget: BudgetSettings = BudgetSettings()
    breaker: BreakerSettings = BreakerSettings()
    limits: LimitSettings = LimitSettings()
    timeouts: TimeoutSettings = TimeoutSettings()
    cache: CacheSettings = CacheSettings()
    pool: PoolSettings = PoolSettings()
    quota: QuotaSettings = QuotaSettings()
    ledger: LedgerSettings = LedgerSettings()
    outbox: OutboxSettings = OutboxSettings()

    @property
    def graph_url(self) -> str:
        """Where Graph is, its version included."""
        return self.graph_base_url or f"https://{self.cloud.graph_host}/v1.0"

    @property
    def upload_origins(self) -> tuple[str, ...]:
        """Where upload sessions may lie; beside Graph, if that was moved."""
        own = (self.graph_base_url,) if self.graph_base_url else ()
        return (*(f"https://{host}" for host in self.cloud.upload_hosts), *own)

    @property
    def login_url(self) -> str:
        """Where Entra ID is, without a tenant."""
        return self.authority_url or f"https://{self.cloud.login_host}"

    @property
    def every_tenant(self) -> tuple[TenantSettings, ...]:
        """The tenants that this process serves, the default one first."""
        own: tuple[TenantSettings, ...] = ()
        if self.tenant_id and self.client_id and self.proofs:
            given = {name: getattr(self, name) for name in _APP}
            own = (TenantSettings.model_validate(given),)
        return (*own, *self.tenants, *self.tenants_file)

    @model_validator(mode="after")
    def _breaker_sees_slow_failures(self) -> Self:
        if self.breaker.window < 2 * self.timeouts.attempt:
            raise ValueError(
                "BREAKER__WINDOW: must be at least 2 x TIMEOUTS__ATTEMPT"
            )
        return self

    @model_validator(mode="after")
    def _who_shares_has_the_same_keys(self) -> Self:
        if self.database_url is not None and self.secret_keys is None:
            raise ValueError("SECRET_KEYS: needed with EXCHANGE_DATABASE_URL")
        return self

    @model_validator(mode="after")
    def _tenants_are_whole(self) -> Self:
        parts = ("tenant_id", "client_id", *(self.proofs or PROOFS[:1]))
        given = [name for name in parts if getattr(self, name) is not None]
        for part in parts:
            if given and part not in given:
                raise ValueError(
                    f"{part.upper()}: needed with EXCHANGE_{given[0].upper()}"
                )
        aliases = [tenant.alias for tenant in self.every_tenant]
        if len(aliases) != len(set(aliases)):
            raise ValueError("TENANTS: two tenants have the same alias")
        if not aliases and not self.sandbox:
            raise ValueError(
                "TENANT_ID: no tenant to serve; set it with"
                " EXCHANGE_CLIENT_ID and EXCHANGE_CLIENT_SECRET, or set"
                " EXCHANGE_SANDBOX=true"
            )
        return self

    @model_validator(mode="after")
    def _callers_fit(self) -> Self:
        # The sandbox tells its tenants only when it has started.
        if not self.sandbox:
            self.check_callers()
        return self

    def check_callers(self) -> None:
        """Raise `ValueError` unless those who may call fit the tenants."""
        aliases = [tenant.alias for tenant in self.every_tenant]
        if self.auth_mode is AuthMode.ENTRA:
            check_callers(self.callers, aliases)
            ids = {tenant.tenant_id.lower() for tenant in self.every_tenant}
            if len(ids) < len(aliases):
                raise ValueError("TENANTS: two have the same tenant_id")
            for tenant in self.every_tenant:
                if not is_guid(tenant.tenant_id):
                    raise ValueError(
                        "TENANT_ID: EXCHANGE_AUTH_MODE=entra needs the id of"
                        f" the tenant {tenant.alias}, not a domain"
                    )
        elif self.auth_mode is AuthMode.API_KEY:
            check_api_keys(self.api_keys, aliases)

    @model_validator(mode="after")
    def _open_only_on_loopback(self) -> Self:
        if self.auth_mode is not AuthMode.NONE:
            return self
        if not is_loopback(self.host):
            raise ValueError(
                "AUTH_MODE: none needs EXCHANGE_HOST to be loopback"
            )
        if self.sandbox:
            return self
        for url in (self.graph_url, self.login_url):
            if not is_loopback(urlsplit(url).hostname or ""):
                raise ValueError(
                    "AUTH_MODE: none needs EXCHANGE_GRAPH_BASE_URL and"
                    " EXCHANGE_AUTHORITY_URL to be loopback too"
                )
        return self
