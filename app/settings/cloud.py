"""Microsoft's clouds, each with hosts of its own.

Source: https://learn.microsoft.com/graph/deployments
"""

from enum import StrEnum

__all__ = ["Cloud"]


class Cloud(StrEnum):
    """Where the tenants live. Tokens of one cloud mean nothing in another."""

    GLOBAL = "global"
    USGOV = "usgov"
    DOD = "dod"
    CHINA = "china"

    @property
    def graph_host(self) -> str:
        """Host of Microsoft Graph."""
        return _HOSTS[self][0]

    @property
    def upload_hosts(self) -> tuple[str, ...]:
        """Hosts of Outlook that take in large attachments.

        Source: https://learn.microsoft.com/microsoft-365/enterprise/microsoft-365-endpoints
        """
        return _UPLOAD_HOSTS[self]

    @property
    def login_host(self) -> str:
        """Host of Entra ID."""
        return _HOSTS[self][1]

    @property
    def scope(self) -> str:
        """Scope of an app-only token, also when a base URL is overridden."""
        return f"https://{self.graph_host}/.default"


_HOSTS = {
    Cloud.GLOBAL: ("graph.microsoft.com", "login.microsoftonline.com"),
    Cloud.USGOV: ("graph.microsoft.us", "login.microsoftonline.us"),
    Cloud.DOD: ("dod-graph.microsoft.us", "login.microsoftonline.us"),
    Cloud.CHINA: (
        "microsoftgraph.chinacloudapi.cn",
        "login.chinacloudapi.cn",
    ),
}
_UPLOAD_HOSTS = {
    Cloud.GLOBAL: ("outlook.office.com", "outlook.office365.com"),
    Cloud.USGOV: ("outlook.office365.us",),
    Cloud.DOD: ("outlook-dod.office365.us",),
    Cloud.CHINA: ("partner.outlook.cn",),
}
