"""Problems of which the very cause is known. The tree is drawn in `errors`.

To callers each is the same problem as its base, but it says better what to do
about it.
"""

from app.problems.errors import Category, Reach
from app.problems.graph_failures import (
    GraphRejected,
    IdentityUnavailable,
    TenantConsentMissing,
    TenantCredentialsRejected,
    TenantPolicyBlocked,
)
from app.problems.refusals import InvalidRequest
from app.problems.resources import TenantNotFound

__all__ = [
    "AppUnknown",
    "CertificateNotAccepted",
    "CredentialUnusable",
    "GraphNotInTenant",
    "IdentityThrottled",
    "ItemCorrupt",
    "PersonRequired",
    "SecretExpired",
    "TenantElsewhere",
    "ValueRejected",
]


class ValueRejected(InvalidRequest):
    """A value fits the API description, but Exchange does not take it."""

    action = "Correct the value; upstream.code names the rule it breaks."


class ItemCorrupt(GraphRejected):
    """Exchange cannot read or hand out this one item."""

    action = "Leave the item out; repair or delete it in Outlook."


class TenantElsewhere(TenantNotFound):
    """The tenant is in another of Microsoft's clouds."""

    action = "Set EXCHANGE_CLOUD to the cloud in which the tenant is."


class AppUnknown(TenantCredentialsRejected):
    """The tenant has no such app, or has switched it off."""

    action = (
        "Check EXCHANGE_CLIENT_ID, and that the app is registered in the"
        " tenant, or consented to, and enabled."
    )


class SecretExpired(TenantCredentialsRejected):
    """The app's secret was right once."""

    action = (
        "Make a new secret for the app in Entra ID and put its value where"
        " the old one stands: EXCHANGE_CLIENT_SECRET, or a file."
    )


class CertificateNotAccepted(TenantCredentialsRejected):
    """Entra ID does not take the app's certificate or federated token."""

    action = (
        "Upload the certificate that the service signs with to the app in"
        " Entra ID, or add the federated credential there; check the validity"
        " of what is shown and this machine's clock."
    )


class CredentialUnusable(TenantCredentialsRejected):
    """There is nothing to show Entra ID: the file with it is at fault.

    ``detail`` tells why, and nothing of what is in it.
    """

    action = "Mend the file; it is read again within a minute."


class GraphNotInTenant(TenantConsentMissing):
    """Entra ID does not know what the token is to be for."""

    action = (
        "Check that EXCHANGE_CLOUD is the tenant's cloud; then have an"
        " administrator of the tenant grant admin consent."
    )


class PersonRequired(TenantPolicyBlocked):
    """The tenant wants more than an app can show: a person who signs in."""

    action = (
        "Exempt the app from the policy that demands a person (sign-in, MFA,"
        " device, password)."
    )


class IdentityThrottled(IdentityUnavailable):
    """Entra ID limits how often tokens of this tenant may be asked for."""

    category = Category.THROTTLED
    reach = Reach.TENANT
    action = (
        "Wait for Retry-After; look for other processes that ask for tokens"
        " with the same app."
    )
