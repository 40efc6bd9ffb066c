"""Files from strangers: neither pages of ours nor paths of anybody's."""

import base64
import json
import re
import unicodedata
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.routers.file_names import disposition, safe_name
from tests.support.network import Carry
from tests.support.service import Service

pytestmark = pytest.mark.anyio

MESSAGES = "/v1/mailboxes/ada@contoso.example/messages"
PAGE = b"<script>fetch('/v1/mailboxes')</script>"


async def downloaded(service: Service, **changes: Any) -> httpx.Response:
    """Return the download of a file that Graph describes in this way."""
    file = {"name": "a", "content": base64.b64encode(PAGE).decode()}
    made = await service.client.post(MESSAGES, json={"attachments": [file]})
    number = made.json()["attachments"][0]["id"]
    place = f"{made.headers['location']}/attachments/{number}/content"

    async def telling(request: httpx.Request, carry: Carry) -> httpx.Response:
        answer = await carry(request)
        if request.url.path.endswith("$value"):
            return answer
        content = json.loads(await answer.aread())
        # In ASCII, so that half a character stays one.
        text = json.dumps(content | changes)
        return httpx.Response(200, content=text)

    service.network.between = telling
    return await service.client.get(place)


KINDS = (
    *("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml"),
    *("multipart/related", "text/html\r\nX: y", "", "application/pdf"),
)


@pytest.mark.attack(
    "A page with a script as an attachment, of any type",
    "Saved, not shown: attachment, nosniff, and CSP sandbox",
)
async def test_no_download_is_a_page(service: Service) -> None:
    """Whatever its sender calls it, no browser runs it as ours."""
    for kind in KINDS:
        answer = await downloaded(service, contentType=kind)
        told = answer.headers

        assert answer.status_code == 200, kind
        assert answer.content == PAGE
        assert told["content-disposition"].startswith("attachment;")
        assert told["x-content-type-options"] == "nosniff"
        assert told["content-security-policy"] == (
            "sandbox; default-src 'none'"
        )
        assert "x" not in told


NAMES = {
    "../../etc/passwd": "_.._etc_passwd",
    "..\\..\\Windows\\win.ini": "_.._Windows_win.ini",
    "/etc/passwd": "_etc_passwd",
    "C:\\autoexec.bat": "C__autoexec.bat",
    "..": "attachment",
    ".bashrc": "bashrc",
    "invoice\u202efdp.exe": "invoicefdp.exe",
    "invoice\u2066fdp\u2069.exe": "invoicefdp.exe",
    "a\u0000b\u0085c\u2028d.txt": "abcd.txt",
    'a"; filename="evil.exe': "a_; filename=_evil.exe",
    "a\r\nSet-Cookie: x=1": "aSet-Cookie_ x=1",
    "x" * 5_000 + ".txt": "x" * 251 + ".txt",
    "Übersicht 2026 für Köln.pdf": "Übersicht 2026 für Köln.pdf",
    "": "attachment",
}


@pytest.mark.attack(
    "Names of attachments with ../, drives, NUL, line breaks, quotes, or"
    " turned around by bidirectional characters",
    "Saved under a plain name that reads as it is",
)
async def test_names_are_no_paths(service: Service) -> None:
    """Neither form of the name leads anywhere, or to another header."""
    for name, safe in NAMES.items():
        answer = await downloaded(service, name=name)
        header = answer.headers["content-disposition"]
        found = re.fullmatch(
            r"attachment; filename=\"([A-Za-z0-9 ._-]*)\";"
            r" filename\*=UTF-8''([A-Za-z0-9%._~-]+)",
            header,
        )

        assert found, header
        assert unquote(found[2]) == safe
        assert "set-cookie" not in answer.headers


@given(st.text(st.characters()))
def test_any_name_can_be_told(name: str) -> None:
    """Whatever it is made of: a header, and no path."""
    told = disposition(name)

    assert told.isascii()
    assert told.isprintable()
    plain = safe_name(name)
    assert not set(plain) & set('/\\:"<>|*?')
    assert plain.strip(" .") == plain != ""
    assert not any(unicodedata.category(c) in {"Cc", "Cf"} for c in plain)


@pytest.mark.attack(
    "Half a character (a lone surrogate) in a name from Graph",
    "A download or a problem, never a fault of the service",
)
async def test_half_characters(service: Service) -> None:
    """JSON can hold what no header and no text can."""
    answer = await downloaded(service, name="a\ud800b")

    assert answer.status_code in {200, 502}


RANGES = (
    "bytes=" + ",".join(["0-"] * 1_000),
    *("bytes=0-99999999999999999999", "bytes=-99999999999999999999"),
    *("bytes=5-2", "bytes=--1", "bytes=0-0-0", "bytes=-0", "bytes=9999-"),
    *("lines=0-1", "bytes=0x0-1", "bytes=\xb2-", "bytes", "bytes=" * 999),
)


@pytest.mark.attack(
    "Ranges that overlap a thousand times, are huge, negative or nonsense",
    "The whole file, one part of it or 416; never more than the file",
)
async def test_ranges_are_never_more(service: Service) -> None:
    """No sum of parts is larger than what they are parts of."""
    whole = await downloaded(service)
    for wanted in RANGES:
        answer = await service.client.get(
            whole.request.url, headers={b"Range": wanted.encode("latin-1")}
        )
        assert answer.status_code in {200, 206, 416}, wanted
        assert answer.status_code == 416 or PAGE.endswith(answer.content)
