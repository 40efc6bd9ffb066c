"""How callers sign in: told to everybody, and no secret."""

from dataclasses import dataclass

from app.settings import AuthMode, Settings

__all__ = ["SignIn", "sign_in_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What a page needs to know to sign a person in.

    The rest is empty unless the mode is ``entra``. ``authorize`` and
    ``token`` are Entra ID's addresses (RFC 6749 §3), ``resource`` is what
    stands before a role in a scope. ``client_id`` is the pages' own app
    registration; None if people cannot sign in on them.
    """

    mode: AuthMode
    authorize: str = ""
    token: str = ""
    resource: str = ""
    client_id: str | None = None

    @property
    def origin(self) -> str:
        """Where pages ask for tokens, for their policies."""
        return "/".join(self.token.split("/")[:3])


def sign_in_of(settings: Settings) -> SignIn:
    """Return how callers sign in.

    People sign in where the application of the pages is at home.
    """
    if settings.auth_mode is not AuthMode.ENTRA:
        return SignIn(mode=settings.auth_mode)
    client_id = settings.browser_client_id
    homes = {
        caller.home_tenant
        for caller in settings.callers
        if caller.client_id == client_id
    }
    tenants = settings.every_tenant
    home = next((t for t in tenants if t.alias in homes), tenants[0])
    entra = f"{settings.login_url}/{home.tenant_id}/oauth2/v2.0"
    audience = next(iter(settings.audience), f"api://{home.client_id}")
    return SignIn(
        mode=settings.auth_mode,
        authorize=f"{entra}/authorize",
        token=f"{entra}/token",
        resource=f"{audience}/",
        client_id=client_id,
    )
