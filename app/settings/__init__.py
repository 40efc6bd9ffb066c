"""Settings: read once from the environment, checked, never changed.

Every variable starts with ``EXCHANGE_``; nested ones join their names with
``__``. Durations are decimal seconds. A name that is not known here is
refused, so that a typo is an error at start and not a silent default.
"""

from app.settings.callers import ApiKeySettings, CallerSettings
from app.settings.cloud import Cloud
from app.settings.database import ledger_url
from app.settings.groups import (
    BreakerMode,
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
)
from app.settings.loading import (
    SettingsError,
    check,
    effective,
    load_settings,
)
from app.settings.otel import Exports, OtlpProtocol, Scrape, prepare_otel
from app.settings.roles import Role
from app.settings.root import AuthMode, Settings
from app.settings.secret_keys import secret_keys
from app.settings.tenant import TenantSettings

__all__ = [
    "ApiKeySettings",
    "AuthMode",
    "BreakerMode",
    "BreakerSettings",
    "BudgetSettings",
    "CacheSettings",
    "CallerSettings",
    "Cloud",
    "Exports",
    "LedgerSettings",
    "LimitSettings",
    "OtlpProtocol",
    "OutboxSettings",
    "PoolSettings",
    "RetrySettings",
    "Role",
    "Scrape",
    "Settings",
    "SettingsError",
    "TenantSettings",
    "TimeoutSettings",
    "check",
    "effective",
    "ledger_url",
    "load_settings",
    "prepare_otel",
    "secret_keys",
]
