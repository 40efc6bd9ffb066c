"""What is sent to Graph is the same, whoever carries it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.clock import SystemClock
from app.problems.errors import Outcome
from app.problems.graph_failures import GraphRejected
from app.transport.aiohttp_transport import AiohttpTransport
from app.transport.graph import GraphRequest, GraphTransport
from tests.wire.support import Seen, WireServer, answer

pytestmark = pytest.mark.anyio

Network = Callable[[], httpx.AsyncBaseTransport]


class _Wrapped(httpx.AsyncBaseTransport):
    """Is for all the world a transport of httpx's, and of nobody else's."""

    def __init__(self) -> None:
        self._wire = AiohttpTransport()

    async def handle_async_request(
        self, request: httpx.Request
    ) -> httpx.Response:
        return await self._wire.handle_async_request(request)

    async def aclose(self) -> None:
        await self._wire.aclose()


def asked(target: str, **others: Any) -> GraphRequest:
    """Return a request as the gateway makes them."""
    usual = {
        "method": "GET",
        "token": "t",
        "client_request_id": "c",
        "headers": {"Prefer": 'IdType="ImmutableId"'},
    }
    return GraphRequest(target=target, **usual | others)


async def seen(network: Network, request: GraphRequest, root: str) -> Seen:
    """Return what arrives of a request to Graph."""
    async with WireServer(script=[answer(b"{}")]) as server, network() as net:
        graph = GraphTransport(
            net,
            server.url + root,
            clock=SystemClock(),
            connect_timeout=1.0,
            read_timeout=1.0,
        )
        await graph.send(request)
    return server.requests[0]


@pytest.mark.parametrize("network", [AiohttpTransport, _Wrapped])
@pytest.mark.parametrize("root", ["", "/v1.0"])
@pytest.mark.parametrize(
    ("target", "arrives"),
    [
        pytest.param(
            "/users/ada@contoso.example/messages?$filter=a%20eq%20'b''c'",
            "/users/ada@contoso.example/messages?$filter=a%20eq%20'b''c'",
            id="as it is",
        ),
        pytest.param(
            "/users/a%2Fb%3D/messages/AAM%3D%3D?$skip=1&x=~(y)*!",
            "/users/a%2Fb%3D/messages/AAM%3D%3D?$skip=1&x=~(y)*!",
            id="encoded",
        ),
        # As Graph may put it into a link to the next page.
        pytest.param(
            '/me/messages?$skiptoken=a b"c#d',
            "/me/messages?$skiptoken=a%20b%22c",
            id="not encoded",
        ),
        pytest.param("/me/é?q=ü", "/me/%C3%A9?q=%C3%BC", id="not ASCII"),
        pytest.param("/me/x/../y?$top=1", "/me/y?$top=1", id="with dots"),
    ],
)
async def test_a_target_arrives_as_it_should(
    network: Network, root: str, target: str, arrives: str
) -> None:
    """What is encoded is sent as it is; what is not is put in order."""
    found = await seen(network, asked(target), root)

    assert found.target == root + arrives


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(asked("/me"), id="read"),
        pytest.param(asked("/me", method="POST"), id="no body"),
        pytest.param(asked("/me", method="PATCH", body=b"{}"), id="body"),
        pytest.param(asked("/me", streamed=True), id="stream"),
    ],
)
async def test_whoever_carries_it_says_the_same(
    request_: GraphRequest,
) -> None:
    """The shortest way leaves nothing out, and adds nothing."""
    direct = await seen(AiohttpTransport, request_, "/v1.0")
    wrapped = await seen(_Wrapped, request_, "/v1.0")

    assert without_host(direct) == without_host(wrapped)
    assert direct.values("host")[0].startswith("localhost:")
    assert direct.values("authorization") == ["Bearer t"]


def without_host(found: Seen) -> object:
    """Return all of a request but where it went to."""
    headers = [pair for pair in found.headers if pair[0] != "Host"]
    return found.method, found.target, headers, found.body


@pytest.mark.parametrize("network", [AiohttpTransport, _Wrapped])
@pytest.mark.parametrize("text", ["a\r\nX-Other: b", "a\nb", "a\0b"])
async def test_no_header_brings_another(network: Network, text: str) -> None:
    """It is not sent at all, and the caller hears that."""
    with pytest.raises(GraphRejected) as raised:
        await seen(network, asked("/me", headers={"X-One": text}), "")

    assert raised.value.outcome is Outcome.NOT_PERFORMED
