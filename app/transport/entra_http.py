"""The HTTP client that MSAL is given: one HTTP stack, and failures named."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import CancelledError, Future
from threading import Event
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec

from app.clock import Clock
from app.problems.entra_codes import entra_error
from app.problems.graph_failures import IdentityUnavailable
from app.problems.user_codes import user_error
from app.transport.bodies import Received, whole
from app.transport.retry_after import retry_after_seconds
from app.transport.wire import Arriving

__all__ = ["EntraHttp"]

_OK = 200
_THROTTLED = 429
_MOST = 1_048_576


class _Refusal(msgspec.Struct):
    error: str = ""
    error_codes: list[int] = []
    claims: Any = None


class EntraHttp:
    """The HTTP client that MSAL is given. Its methods block a thread.

    MSAL takes nothing but ``https`` and Microsoft's own hosts, so it is shown
    those, and here the host is replaced by the configured one.
    """

    def __init__(
        self,
        network: httpx.AsyncBaseTransport,
        login_url: str,
        *,
        clock: Clock,
        timeout: float,
        for_users: bool = False,
    ) -> None:
        """Take the way to Entra ID.

        Args:
            network: Carries requests.
            login_url: The address that takes the place of Microsoft's.
            clock: Tells dates.
            timeout: Seconds for one request.
            for_users: Whether tokens are asked for on behalf of users, so
                that a refusal may be about one of them.
        """
        self._for_users = for_users
        self._network = network
        self._login_url = login_url
        self._clock = clock
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._answers: set[Future[httpx.Response]] = set()
        self._stopped = Event()

    def stop(self) -> None:
        """Let no thread wait any longer, now or later.

        A thread that still waits for an answer when the loop has ended waits
        for ever, and the process with it.
        """
        self._stopped.set()
        for answer in list(self._answers):
            answer.cancel()

    def get(self, url: str, **options: Any) -> httpx.Response:
        """Fetch a document, as MSAL's ``HttpClient`` wants it."""
        return self._run("GET", url, options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        """Post a form, as MSAL's ``HttpClient`` wants it."""
        return self._run("POST", url, options)

    def close(self) -> None:
        """Do nothing: the network belongs to somebody else."""

    def _run(
        self, method: str, url: str, options: Mapping[str, Any]
    ) -> httpx.Response:
        request = self._request(method, url, options)
        if self._stopped.is_set():
            raise IdentityUnavailable("The service is stopping.")
        answer = asyncio.run_coroutine_threadsafe(
            self._send(request), self._loop
        )
        self._answers.add(answer)
        if self._stopped.is_set():
            answer.cancel()
        try:
            return answer.result()
        except CancelledError as e:
            raise IdentityUnavailable("The service is stopping.") from e
        finally:
            self._answers.discard(answer)

    def _request(
        self, method: str, url: str, options: Mapping[str, Any]
    ) -> httpx.Request:
        parts = urlsplit(url)
        query = options.get("params") or dict(
            pair.split("=", 1) for pair in parts.query.split("&") if pair
        )
        form = options.get("data")
        return httpx.Request(
            method,
            self._login_url + parts.path,
            params=query or None,
            headers=_plain(options.get("headers")),
            content=None if form is None else urlencode(_plain(form)),
            extensions={"timeout": {"connect": self._timeout}},
        )

    async def _send(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            request.headers["Content-Type"] = (
                "application/x-www-form-urlencoded"
            )
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._network.handle_async_request(request)
                received = await whole(Arriving.of(answer), _MOST)
        except (httpx.HTTPError, TimeoutError) as e:
            name = type(e).__name__
            raise IdentityUnavailable(
                f"The request to Entra ID failed: {name}."
            ) from e
        self._check(received)
        return httpx.Response(
            received.status, content=received.content, request=request
        )

    def _check(self, response: Received) -> None:
        try:
            document = msgspec.json.decode(response.content)
        except msgspec.DecodeError:
            document = None
        if response.status == _OK and isinstance(document, dict):
            return
        pause = retry_after_seconds(
            response.headers.get_list("Retry-After"), self._clock.wall()
        )
        status = response.status
        if not isinstance(document, dict):
            # Not Entra ID's own words, so that it is no refusal of its.
            status = status if status == _THROTTLED else max(status, 500)
            raise entra_error(status, "", retry_after=pause)
        told = _refusal(response.content)
        if self._for_users:
            raise user_error(
                status,
                told.error,
                told.error_codes,
                claims=told.claims,
                retry_after=pause,
            )
        raise entra_error(
            status, told.error, told.error_codes, retry_after=pause
        )


def _refusal(body: bytes) -> _Refusal:
    try:
        return msgspec.json.decode(body, type=_Refusal)
    except msgspec.DecodeError:
        return _Refusal()


def _plain(values: Mapping[str, Any] | None) -> dict[str, str]:
    """Return text for text: MSAL has client assertions in bytes."""
    return {
        name: value.decode() if isinstance(value, bytes) else str(value)
        for name, value in (values or {}).items()
    }
