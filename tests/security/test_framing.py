"""Requests that two readers could take for different ones; real sockets."""

import re
import socket
from urllib.parse import urlsplit

import pytest

from tests.support.process import Process

HOST = b"Host: 127.0.0.1\r\n"
LIVE = b"GET /health/live HTTP/1.1\r\n" + HOST
DRAFT = (
    b"POST /v1/mailboxes/ada@contoso.example/messages HTTP/1.1\r\n"
    + HOST
    + b"Content-Type: application/json\r\n"
)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
# What must never be taken for a request of its own.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
REFUSED = "400 malformed-request, and the connection is closed"


def spoken(process: Process, *parts: bytes) -> bytes:
    """Say something, and return all that is answered until the end."""
    place = urlsplit(process.url)
    address = (place.hostname, place.port)
    with socket.create_connection(address, 10) as line:
        for part in parts:
            line.sendall(part)
        answer = bytearray()
        while got := line.recv(65_536):
            answer += got
    return bytes(answer)


def statuses(answer: bytes) -> list[int]:
    """Return the statuses of the answers on a connection."""
    return [int(s) for s in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def attack(what: str, sent: bytes) -> object:
    """Return a case of what is refused."""
    mark = pytest.mark.attack(what, REFUSED)
    return pytest.param(sent, id=what, marks=mark)


@pytest.mark.parametrize(
    "sent",
    [
        attack(
            "Content-Length beside Transfer-Encoding (CL.TE)",
            DRAFT + b"Content-Length: 4\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
        ),
        attack(
            "Transfer-Encoding before Content-Length (TE.CL)",
            DRAFT + CHUNKED + b"Content-Length: 4\r\n\r\n0\r\n\r\n",
        ),
        attack(
            "Two different Content-Lengths",
            DRAFT + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}",
        ),
        attack(
            "Two Content-Lengths in one line",
            DRAFT + b"Content-Length: 2, 2\r\n\r\n{}",
        ),
        attack(
            "A Content-Length with a sign",
            DRAFT + b"Content-Length: +2\r\n\r\n{}",
        ),
        attack(
            "A Content-Length beyond 64 bits",
            DRAFT + b"Content-Length: 18446744073709551618\r\n\r\n{}",
        ),
        attack(
            "Transfer-Encoding: xchunked",
            DRAFT + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        ),
        attack(
            "Transfer-Encoding: gzip, chunked",
            DRAFT
            + b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        ),
        attack(
            "Transfer-Encoding twice, the second identity",
            DRAFT
            + CHUNKED
            + b"Transfer-Encoding: identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        ),
        attack(
            "Transfer-Encoding hidden by a vertical tab",
            DRAFT + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        ),
        attack(
            "Transfer-Encoding in HTTP/1.0",
            DRAFT.replace(b"1.1", b"1.0", 1)
            + CHUNKED
            + b"\r\n2\r\n{}\r\n0\r\n\r\n",
        ),
        attack("A header folded over two lines", LIVE + b"X: a\r\n b\r\n\r\n"),
        attack(
            "Lines that end with LF alone",
            LIVE.replace(b"\r\n", b"\n") + b"\n",
        ),
        attack("A bare CR within a header", LIVE + b"X: a\rY: b\r\n\r\n"),
        attack("NUL within a header", LIVE + b"X: a\x00b\r\n\r\n"),
        attack(
            "A space before the colon",
            DRAFT + b"Content-Length : 2\r\n\r\n{}",
        ),
        attack("A header without a colon", LIVE + b"X\r\n\r\n"),
        attack(
            "A size of a chunk in hexadecimal with 0x",
            DRAFT + CHUNKED + b"\r\n0x2\r\n{}\r\n0\r\n\r\n",
        ),
        attack(
            "A chunk larger than 64 bits can tell",
            DRAFT + CHUNKED + b"\r\nFFFFFFFFFFFFFFFFFF\r\n{}",
        ),
        attack(
            "A chunk that is longer than it says",
            DRAFT + CHUNKED + b"\r\n2\r\n{}XX0\r\n\r\n",
        ),
        attack(
            "An extension of a chunk that ends with LF",
            DRAFT + CHUNKED + b"\r\n2;\n{}\r\n0\r\n\r\n",
        ),
        attack(
            "An extension of a chunk of 1 MB",
            DRAFT + CHUNKED + b"\r\n2;" + b"a" * 1_000_000,
        ),
        attack(
            "Trailers of 1 MB",
            DRAFT + CHUNKED + b"\r\n2\r\n{}\r\n0\r\nX: " + b"a" * 1_000_000,
        ),
        attack(
            "A URL of 1 MB",
            b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n" + HOST,
        ),
        attack("A header of 1 MB", LIVE + b"X: " + b"a" * 1_000_000),
        attack("Headers of 70 kB", LIVE + b"X: %s\r\n" % (b"a" * 700) * 99),
        attack("101 headers", LIVE + b"X: a\r\n" * 101 + b"\r\n"),
        attack("Empty lines without an end", b"\r\n" * 100_000),
        attack(
            "A URL of another host than Host",
            b"GET http://evil.example/health/live HTTP/1.1\r\n"
            + HOST
            + b"\r\n",
        ),
        attack(
            "A URL with a user before the host",
            b"GET http://a@127.0.0.1/health/live HTTP/1.1\r\n"
            + HOST
            + b"\r\n",
        ),
        attack(
            "CONNECT, as to a proxy",
            b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
        ),
        attack("No Host at all", LIVE.replace(HOST, b"") + b"\r\n"),
        attack("Two Hosts", LIVE + b"Host: evil.example\r\n\r\n"),
        attack(
            "A Host with a path",
            LIVE.replace(b"127.0.0.1", b"127.0.0.1/@evil.example") + b"\r\n",
        ),
        attack(
            "Two Authorizations",
            LIVE + b"Authorization: a\r\nAuthorization: b\r\n\r\n",
        ),
        attack("HTTP/0.9", b"GET /health/live\r\n\r\n"),
        attack("HTTP/2 without negotiation", b"PRI * HTTP/2.0\r\n\r\nSM\r\n"),
        attack("TLS where none is spoken", b"\x16\x03\x01\x02\x00\x01\x00"),
        attack(
            "A control character in the URL",
            LIVE.replace(b"live", b"li\x01ve") + b"\r\n",
        ),
    ],
)
def test_what_is_ambiguous_is_refused(process: Process, sent: bytes) -> None:
    """One refusal, no word to what follows, and the connection is closed."""
    answer = spoken(process, sent, SMUGGLED)

    assert statuses(answer) == [400]
    assert b'"code":"malformed-request"' in answer
    assert b"connection: close" in answer
    assert b"x-content-type-options: nosniff" in answer


def test_what_is_odd_and_clear_is_served(process: Process) -> None:
    """An absolute URL, an extension of a chunk and pipelining are fine."""
    last = LIVE + b"Connection: close\r\n\r\n"
    answer = spoken(
        process,
        b"GET http://127.0.0.1/health/live HTTP/1.1\r\n" + HOST + b"\r\n",
        DRAFT + CHUNKED + b"\r\n2;a=b\r\n{}\r\n0\r\n\r\n" + LIVE + b"\r\n",
        last,
    )

    assert statuses(answer) == [200, 201, 200, 200]


@pytest.mark.attack(
    "A tenant or a host named in trailers",
    "They are no headers: 201 for the tenant and the host of the head",
)
def test_trailers_are_no_headers(process: Process) -> None:
    """What a proxy has not looked at changes nothing."""
    trailers = b"Host: evil.example\r\nExchange-Tenant: fabrikam\r\n\r\n"
    answer = spoken(
        process,
        DRAFT + CHUNKED + b"\r\n2\r\n{}\r\n0\r\n" + trailers,
        LIVE + b"Connection: close\r\n\r\n",
    )

    assert statuses(answer) == [201, 200]


@pytest.mark.attack(
    "A request within the rest of a body that was refused",
    "413, and the connection is closed",
)
@pytest.mark.parametrize("expect", [b"", b"Expect: 100-continue\r\n"])
def test_nothing_follows_a_refused_body(
    process: Process, expect: bytes
) -> None:
    """The rest is never read as a request; a body is not asked for."""
    head = DRAFT + expect + b"Content-Length: 99999999\r\n\r\n"
    answer = spoken(process, head, SMUGGLED)

    assert statuses(answer) == [413]


@pytest.mark.attack(
    "A request within a body that nobody reads",
    "404 once: the body is skipped to its end",
)
def test_a_body_that_nobody_reads_is_skipped(process: Process) -> None:
    """What is announced belongs to the request, whatever it looks like."""
    length = b"Content-Length: %d\r\n\r\n" % len(SMUGGLED)
    answer = spoken(
        process,
        b"POST /nowhere HTTP/1.1\r\n" + HOST + length + SMUGGLED,
        LIVE + b"Connection: close\r\n\r\n",
    )

    assert statuses(answer) == [404, 200]


@pytest.mark.attack(
    "A Content-Length that is never sent, on a path that needs no body",
    "404, and the connection is closed",
)
def test_nobody_waits_for_a_body_that_is_not_wanted(process: Process) -> None:
    """The answer does not wait, and nothing else is read from there."""
    head = b"POST /nowhere HTTP/1.1\r\n" + HOST
    answer = spoken(process, head + b"Content-Length: 100\r\n\r\nabc")

    assert statuses(answer) == [404]


@pytest.mark.attack(
    "Garbage behind a request that is still being answered",
    "The answer that is owed, then the connection is closed",
)
def test_a_refusal_is_not_taken_for_an_answer(process: Process) -> None:
    """Who speaks for several callers would hand it to the wrong one."""
    listing = DRAFT.replace(b"POST", b"GET").partition(b"Content-Type")[0]
    answer = spoken(process, listing + b"\r\n\x00\x01garbage")

    assert statuses(answer) == [200]


@pytest.mark.attack(
    "A request behind the wish to speak HTTP/2 (h2c)",
    "200 for the first in HTTP/1.1, then the connection is closed",
)
@pytest.mark.parametrize("protocol", [b"h2c", b"websocket"])
def test_nothing_follows_an_upgrade(process: Process, protocol: bytes) -> None:
    """To a proxy that has switched, it would be no request."""
    wish = b"Connection: Upgrade\r\nUpgrade: " + protocol + b"\r\n\r\n"
    answer = spoken(process, LIVE + wish, SMUGGLED)

    assert statuses(answer) == [200]
    assert b"connection: close" in answer


@pytest.mark.attack(
    "X-Original-URL, X-Rewrite-URL and X-Forwarded-* of one's own",
    "They change nothing: the path, host and scheme of the request count",
)
def test_headers_of_proxies_are_not_believed(process: Process) -> None:
    """No answer mentions them, so that none can be poisoned."""
    others = (
        *(b"X-Original-URL: /evil.example", b"X-Rewrite-URL: /evil.example"),
        *(b"X-Forwarded-Host: evil.example", b"X-Forwarded-Proto: evil"),
        *(b"X-Forwarded-Prefix: /evil.example", b"X-Forwarded-For: evil"),
        *(b"Forwarded: host=evil.example", b"X-HTTP-Method-Override: EVIL"),
    )
    path = b"/v1/mailboxes/ada@contoso.example/messages?limit=1"
    answer = spoken(
        process,
        LIVE.replace(b"/health/live", path)
        + b"\r\n".join(others)
        + b"\r\nConnection: close\r\n\r\n",
    )

    assert statuses(answer) == [200]
    assert b"link: </v1/mailboxes/" in answer
    assert b"evil" not in answer
