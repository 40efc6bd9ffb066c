"""What the app shows Entra ID, for each tenant."""

from datetime import UTC, datetime, time

from pydantic import SecretStr

from app.problems.causes import CredentialUnusable
from app.settings import Settings, SettingsError, TenantSettings
from app.transport.credentials import (
    Credential,
    certificate,
    federated_token,
    in_file,
    secret,
)

__all__ = ["read_credentials"]


def read_credentials(settings: Settings) -> dict[str, Credential]:
    """Return the credential for each tenant, having read it.

    Raises:
        SettingsError: One is none; nothing of it is quoted.
    """
    found = {
        tenant.alias: _credential(tenant) for tenant in settings.every_tenant
    }
    flaws = []
    for tenant in settings.every_tenant:
        try:
            found[tenant.alias].proof()
        except CredentialUnusable as e:
            [name] = tenant.proofs
            flaws.append(f"{name.upper()} of {tenant.alias}: {e.detail}")
    if flaws:
        raise SettingsError("\n".join(flaws))
    return found


def _credential(tenant: TenantSettings) -> Credential:
    if path := tenant.client_certificate_file:
        password = _plain(tenant.client_certificate_password)
        return Credential(in_file(path), certificate(password))
    if path := tenant.client_federated_token_file:
        return Credential(in_file(path), federated_token)
    day, held = tenant.client_secret_expires, _plain(tenant.client_secret)
    path = tenant.client_secret_file
    return Credential(
        in_file(path) if path else held.encode,
        secret,
        ends=datetime.combine(day, time.min, UTC) if day else None,
    )


def _plain(hidden: SecretStr | None) -> str:
    return hidden.get_secret_value() if hidden else ""
