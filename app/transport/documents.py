"""Fetch small JSON documents of whoever issues callers' tokens."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from app.problems.graph_failures import IdentityUnavailable

__all__ = ["Documents"]

_OK = 200
_LARGEST = 1024 * 1024
_TIMEOUT = 5.0
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}


class Documents:
    """Fetches over the service's one HTTP stack; redirects are not followed.

    A document is no larger than 1 MB, and here within 5 seconds.
    """

    def __init__(self, network: httpx.AsyncBaseTransport) -> None:
        self._network = network

    async def fetch(self, url: str) -> Mapping[str, Any]:
        """Return the JSON object at a URL.

        Raises:
            IdentityUnavailable: There is none, or not in time.
        """
        try:
            async with asyncio.timeout(_TIMEOUT):
                body = await self._read(url)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as e:
            name = type(e).__name__
            raise IdentityUnavailable(
                f"The issuer's document cannot be fetched: {name}."
            ) from e
        try:
            return msgspec.json.decode(body, type=dict[str, Any])
        except (ValueError, RecursionError) as e:
            raise IdentityUnavailable(
                "The issuer's document is not JSON."
            ) from e

    async def _read(self, url: str) -> bytes:
        response = await self._network.handle_async_request(
            httpx.Request(
                "GET",
                url,
                headers=_HEADERS,
                extensions={"timeout": {"connect": _TIMEOUT}},
            )
        )
        try:
            if response.status_code != _OK:
                raise IdentityUnavailable(
                    f"The issuer answered {response.status_code}."
                )
            body = bytearray()
            # As it comes: what is compressed was not asked for.
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > _LARGEST:
                    raise IdentityUnavailable(
                        "The issuer's document is too large."
                    )
        finally:
            await response.aclose()
        return bytes(body)
