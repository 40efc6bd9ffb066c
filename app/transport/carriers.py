"""Whoever carries what httpx sends carries ours, too."""

import httpx

from app.transport.aiohttp_transport import AiohttpTransport
from app.transport.wire import Arriving, Sent, Wire

__all__ = ["wire_over"]


def wire_over(network: httpx.AsyncBaseTransport) -> Wire:
    """Return a wire over a transport of httpx: the shortest that there is."""
    if isinstance(network, AiohttpTransport):
        return network
    return _OverHttpx(network)


class _OverHttpx:
    """Tells any transport of httpx what to send, in the words of httpx."""

    def __init__(self, network: httpx.AsyncBaseTransport) -> None:
        self._network = network

    async def exchange(self, sent: Sent) -> Arriving:
        """See `Wire`."""
        where = b"%b://%b%b" % (sent.scheme.encode(), sent.netloc, sent.target)
        request = httpx.Request(
            sent.method,
            where.decode(),
            headers=list(sent.headers),
            # With a stream, httpx adds nothing and looks at nothing again.
            stream=httpx.ByteStream(sent.body),
            extensions={
                "timeout": {"connect": sent.connect, "read": sent.read},
                "fresh_connection": sent.fresh_connection,
            },
        )
        request.read()
        return Arriving.of(await self._network.handle_async_request(request))
