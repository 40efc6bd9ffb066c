"""Ask Entra ID for tokens for Graph, over MSAL.

MSAL speaks the protocol and blocks; it runs in a thread and comes back to
the event loop for each HTTP request, so that there is one HTTP stack. All
that is not a token leaves as an `ExchangeError` before MSAL can make up its
own mind about it: it neither repeats nor remembers failures here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import msal

from app.clock import Clock
from app.problems.graph_failures import IdentityUnavailable
from app.transport.credentials import Credential, Proof
from app.transport.entra_http import EntraHttp

__all__ = ["EntraApp", "Grant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A token as Entra ID gave it; times are in seconds from then."""

    token: str = field(repr=False)
    expires_in: float
    refresh_in: float | None


class EntraApp:
    """One app registration in one tenant; for any number of threads."""

    def __init__(
        self,
        *,
        client_id: str,
        credential: Credential,
        authority: str,
        http: EntraHttp,
        clock: Clock,
    ) -> None:
        self._clock = clock
        self._credential = credential
        self._http = http
        self._cache = msal.SerializableTokenCache()
        self._options = {
            "client_id": client_id,
            "authority": authority,
            # Ready for continuous access evaluation: tokens live longer, and
            # the gateway answers the challenges (`TokenRejected.claims`).
            "client_capabilities": ["CP1"],
            # No question to another host of Microsoft's before each answer.
            "instance_discovery": False,
            "http_client": http,
            "token_cache": self._cache,
        }
        self._turn = Lock()
        self._shown: Proof | None = None
        self._app: msal.ConfidentialClientApplication | None = None

    def stop(self) -> None:
        """End the request that is under way, and make no other."""
        self._http.stop()

    def acquire(self, scope: str, claims: str | None) -> Grant:
        """Ask for a token of the app's own. Blocks.

        Raises:
            ExchangeError: There is none, and why.
        """
        return self._grant(
            lambda app: app.acquire_token_for_client(
                [scope], claims_challenge=claims
            )
        )

    def acquire_for_user(
        self, assertion: str, scope: str, claims: str | None
    ) -> Grant:
        """Ask for a token on behalf of a user, whose own is shown. Blocks.

        Raises:
            ExchangeError: There is none, and why.
        """
        return self._grant(
            lambda app: app.acquire_token_on_behalf_of(
                assertion, [scope], claims_challenge=claims
            )
        )

    def _grant(
        self,
        ask: Callable[[msal.ConfidentialClientApplication], dict[str, Any]],
    ) -> Grant:
        try:
            result = ask(self._ready())
            return Grant(
                token=str(result["access_token"]),
                expires_in=float(result["expires_in"]),
                refresh_in=self._until(result.get("refresh_on")),
            )
        except (KeyError, RuntimeError, TypeError, ValueError) as e:
            raise IdentityUnavailable(
                "Entra ID gave an answer that makes no sense."
            ) from e
        finally:
            # Tokens are held where they are given out, and nowhere else.
            self._cache.deserialize(None)

    def _until(self, epoch_seconds: int | None) -> float | None:
        if epoch_seconds is None:
            return None
        return epoch_seconds - self._clock.wall().timestamp()

    def _ready(self) -> msal.ConfidentialClientApplication:
        """Return MSAL, with the credential of the moment."""
        with self._turn:
            proof = self._credential.proof()
            if self._app is None or proof is not self._shown:
                self._app = msal.ConfidentialClientApplication(
                    **self._options, client_credential=proof.shown
                )
                self._shown = proof
            return self._app
