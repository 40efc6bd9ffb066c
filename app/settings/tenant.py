"""A tenant, and how its app proves to Entra ID that it is itself."""

from datetime import date
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from app.settings.fields import Name, Secret, TenantId
from app.settings.group import Group

__all__ = ["PROOFS", "AppSettings", "TenantSettings"]

PROOFS = (
    "client_secret",
    "client_secret_file",
    "client_certificate_file",
    "client_federated_token_file",
)
"""The settings of which a tenant has exactly one."""


class AppSettings(BaseModel):
    """An app registration and its credential, as far as they are given.

    Files are read anew whenever a token is asked for.
    """

    model_config = ConfigDict(use_attribute_docstrings=True)

    tenant_id: TenantId | None = None
    """The tenant, if there is but one: its id or one of its domains."""
    client_id: Name | None = None
    """The id of the app registration in it."""
    client_secret: Secret | None = None
    """The secret of the app registration; or one of the three files."""
    client_secret_file: Path | None = None
    """Path of a file that holds the secret and nothing else."""
    client_secret_expires: date | None = None
    """The day on which the secret expires: an alert tells before."""
    client_certificate_file: Path | None = None
    """Path of a file in PEM: a private RSA key, and its certificate, which
    the app registration has too."""
    client_certificate_password: Secret | None = None
    """What that key is encrypted with, if it is."""
    client_federated_token_file: Path | None = None
    """Path of a token by an issuer that the app registration trusts (workload
    identity)."""

    @property
    def proofs(self) -> tuple[str, ...]:
        """Which of `PROOFS` are given."""
        return tuple(name for name in PROOFS if getattr(self, name))

    @model_validator(mode="after")
    def _proofs_do_not_compete(self) -> Self:
        for name in self.proofs[1:]:
            raise ValueError(
                f"{name.upper()}: not beside {self.proofs[0].upper()}; a"
                " tenant has one of them"
            )
        if self.client_certificate_password and (
            self.proofs != ("client_certificate_file",)
        ):
            raise ValueError(
                "CLIENT_CERTIFICATE_PASSWORD: not without"
                " CLIENT_CERTIFICATE_FILE"
            )
        if self.client_secret_expires and self.proofs in {
            ("client_certificate_file",),
            ("client_federated_token_file",),
        }:
            raise ValueError(
                f"CLIENT_SECRET_EXPIRES: not with {self.proofs[0].upper()}"
            )
        return self


class TenantSettings(AppSettings, Group):
    """One Microsoft 365 tenant and the app that may act in it."""

    tenant_id: TenantId
    """Its id, or one of its domains."""
    client_id: Name
    """The id of the app registration."""
    alias: Name = "default"
    """What the tenant is called here: in the header `Exchange-Tenant`, in
    metrics and in the log."""

    @model_validator(mode="after")
    def _has_a_proof(self) -> Self:
        if not self.proofs:
            first, *others = (name.upper() for name in PROOFS)
            raise ValueError(f"{first}: needed, or {' or '.join(others)}")
        return self
