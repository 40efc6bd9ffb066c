"""Bad input: a clear problem each, and nothing is done."""

import json
from typing import Any

import httpx
import pytest

from app.sandbox import Sandbox
from tests.support.service import Service

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
MESSAGES = f"{ADA}/messages"
SENDS = f"{ADA}/sends"
MAIL: dict[str, Any] = {
    "to": [{"address": "grace@contoso.example"}],
    "subject": "Hello",
}


@pytest.fixture(autouse=True)
async def nothing_is_done(sandbox: Sandbox) -> Any:
    """No test in here may write anything to the sandbox."""
    yield
    writes = [call for call in sandbox.calls if call.method != "GET"]
    assert [w.route for w in writes if w.route != "token"] == []


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "route-not-found"),
        ("GET", "/v1", 404, "route-not-found"),
        ("GET", "/v2/mailboxes", 404, "route-not-found"),
        ("GET", "/v1/mailboxes/", 404, "route-not-found"),
        ("GET", f"{MESSAGES}/a/b", 404, "route-not-found"),
        ("GET", "/problems/none", 404, "route-not-found"),
        ("PUT", MESSAGES, 405, "method-not-allowed"),
        ("DELETE", MESSAGES, 405, "method-not-allowed"),
        ("PATCH", "/v1/mailboxes", 405, "method-not-allowed"),
        ("GET", SENDS, 405, "method-not-allowed"),
        ("BREW", MESSAGES, 405, "method-not-allowed"),
    ],
)
async def test_unknown_paths_and_methods(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    """What does not exist is said not to exist."""
    answer = await client.request(method, path)

    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert status != 405 or answer.headers["allow"]


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        (MESSAGES, {"limit": "0"}, "#/query/limit"),
        (MESSAGES, {"limit": "101"}, "#/query/limit"),
        (MESSAGES, {"limit": "-1"}, "#/query/limit"),
        (MESSAGES, {"limit": "ten"}, "#/query/limit"),
        (MESSAGES, {"limit": ["1", "2"]}, "#/query/limit"),
        (MESSAGES, {"limt": "1"}, "#/query/limt"),
        (MESSAGES, {"is_read": "perhaps"}, "#/query/is_read"),
        (MESSAGES, {"from": "not an address"}, "#/query/from"),
        (MESSAGES, {"from_": "ada@contoso.example"}, "#/query/from_"),
        (MESSAGES, {"since": "yesterday"}, "#/query/since"),
        (MESSAGES, {"since": "2026-11-22T09:00:00"}, "#/query/since"),
        (MESSAGES, {"importance": "urgent"}, "#/query/importance"),
        (MESSAGES, {"sort": "size"}, "#/query/sort"),
        (MESSAGES, {"query": ""}, "#/query/query"),
        (MESSAGES, {"query": "a\r\nb"}, "#/query/query"),
        (MESSAGES, {"folder": "a b"}, "#/query/folder"),
        (f"{MESSAGES}/AAA=", {"body": "rtf"}, "#/query/body"),
        (f"{MESSAGES}/AAA=", {"limit": "1"}, "#/query/limit"),
        (f"{MESSAGES}/AAA=/mime", {"x": "1"}, "#/query/x"),
        (f"{ADA}/folders", {"depth": "0"}, "#/query/depth"),
        ("/v1/mailboxes", {"query": "x" * 201}, "#/query/query"),
        (ADA, {"expand": "all"}, "#/query/expand"),
        ("/health/live", {"verbose": "1"}, "#/query/verbose"),
    ],
)
async def test_wrong_query_parameters(
    client: httpx.AsyncClient, path: str, query: Any, pointer: str
) -> None:
    """Unknown, repeated, out of range, of another type: named each."""
    answer = await client.get(path, params=query)

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid-request"
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_a_query_of_no_words(client: httpx.AsyncClient) -> None:
    """Signs alone cannot be searched for."""
    answer = await client.get(MESSAGES, params={"query": '" : \\ "'})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"to": []}, "#/body"),
        ({"to": None}, "#/body/to"),
        ({"to": [{"address": "grace"}]}, "#/body/to/0/address"),
        ({"to": [{"address": "a@b\r\nBcc: c@d"}]}, "#/body/to/0/address"),
        ({"to": [{"address": "a@b.c", "nmae": "x"}]}, "#/body/to/0/nmae"),
        ({"to": "grace@contoso.example"}, "#/body/to"),
        ({"subject": "a\r\nBcc: everybody@contoso.example"}, "#/body/subject"),
        ({"subject": 7}, "#/body/subject"),
        ({"subject": "x\x00y"}, "#/body/subject"),
        ({"body": "Hello"}, "#/body/body"),
        ({"body": {"format": "rtf", "content": ""}}, "#/body/body/format"),
        ({"importance": "urgent"}, "#/body/importance"),
        ({"categories": ["a\nb"]}, "#/body/categories/0"),
        ({"send_at": "2026-12-01T09:00:00"}, "#/body/send_at"),
        ({"send_at": "9999-12-01T09:00:00Z"}, "#/body/send_at"),
        ({"a/b~c": 1}, "#/body/a~1b~0c"),
        (
            {"attachments": [{"name": "x", "content": "%%%"}]},
            "#/body/attachments/0/content",
        ),
        (
            {"attachments": [{"name": "a\nb", "content": ""}]},
            "#/body/attachments/0/name",
        ),
        (
            {
                "attachments": [
                    {
                        "name": "x",
                        "content": "",
                        "content_type": "text\r\nX: y",
                    }
                ]
            },
            "#/body/attachments/0/content_type",
        ),
        (
            {"to": [{"address": f"a{n}@b.c"} for n in range(501)]},
            "#/body/to",
        ),
        (
            {
                name: [{"address": f"a{n}@b.c"} for n in range(200)]
                for name in ("to", "cc", "bcc")
            },
            "#/body",
        ),
    ],
)
async def test_wrong_bodies(
    client: httpx.AsyncClient, change: dict[str, Any], pointer: str
) -> None:
    """Each member that does not fit is pointed at; nothing is sent."""
    answer = await client.post(SENDS, json=MAIL | change)

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid-request"
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert answer.json()["outcome"] == "not_performed"


@pytest.mark.parametrize(
    "patch",
    [
        {},
        {"is_read": "true"},
        {"is_read": None},
        {"is_red": True},
        {"flag": {"status": "flagged", "due_at": "tomorrow"}},
        {"categories": "Red"},
        {"body": None},
        [],
        None,
        "x",
    ],
)
async def test_wrong_patches(client: httpx.AsyncClient, patch: object) -> None:
    """A patch that changes nothing, or nothing known, is an error."""
    answer = await client.patch(
        f"{MESSAGES}/AAA=",
        content=json.dumps(patch),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed-request"),
        (b"\xff\xfe", "application/json", 400, "malformed-request"),
        (b"", "application/json", 422, "invalid-request"),
        (b"{}", "text/plain", 415, "unsupported-media-type"),
        (b"{}", "application/x-www-form-urlencoded", 415, None),
        (b"{}", "application/merge-patch+json", 415, None),
        (b"{}", "", 415, None),
    ],
)
async def test_bodies_that_are_no_json(
    client: httpx.AsyncClient,
    content: bytes,
    content_type: str,
    status: int,
    code: str | None,
) -> None:
    """A body must be JSON and say so."""
    headers = {"Content-Type": content_type} if content_type else {}
    answer = await client.post(SENDS, content=content, headers=headers)

    assert answer.status_code == status
    assert code in {None, answer.json()["code"]}


@pytest.mark.attack(
    "A body above 4 MB, announced or in chunks", "413 payload-too-large"
)
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_above_4_mb(
    client: httpx.AsyncClient, *, chunked: bool
) -> None:
    """Too much is refused, whether its length is announced or not."""
    whole = json.dumps(
        MAIL | {"body": {"content": "x" * (4 * 1024 * 1024)}}
    ).encode()

    async def pieces() -> Any:
        for start in range(0, len(whole), 65_536):
            yield whole[start : start + 65_536]

    answer = await client.post(
        SENDS,
        content=pieces() if chunked else whole,
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 413
    assert answer.json()["code"] == "payload-too-large"


@pytest.mark.attack(
    "Mailboxes named ../, by NUL, line breaks, queries or 10,000 letters",
    "422, and nothing is asked of Graph",
)
@pytest.mark.parametrize(
    "mailbox",
    [
        *("ada", "@contoso.example", "ada@", "a@b@c", "ada@contoso..x"),
        *("ada%40contoso.example%00", "ada@contoso.example%0d%0aX", "%20"),
        *("..%2F..%2Fusers", "ada@contoso.example%2F..", "x" * 10_000),
        "ada@contoso.example%3F$top=1",
    ],
)
async def test_names_that_are_no_mailbox(
    client: httpx.AsyncClient, sandbox: Sandbox, mailbox: str
) -> None:
    """A name that cannot be a mailbox's never gets to Graph."""
    answer = await client.get(f"/v1/mailboxes/{mailbox}/messages")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/path/mailbox"
    assert sandbox.calls == []


@pytest.mark.attack(
    "Ids with NUL, dots, quotes, other alphabets or double encoding",
    "404 or 422, never another path of Graph's",
)
@pytest.mark.parametrize(
    ("identity", "status"),
    [
        ("AAA%2FBBB%2BCCC%3D", 404),
        ("AAA+BBB=", 404),
        ("%00", 422),
        ("a%00b", 422),
        ("A" * 10_000, 422),
        ("%2E%2E", 422),
        ("%2525", 422),
        ("a%20b", 422),
        ("%F0%9F%92%A9", 422),
        ("%FF", 422),
        ("'%20or%201%20eq%201", 422),
    ],
)
async def test_ids_that_are_none(
    client: httpx.AsyncClient, identity: str, status: int
) -> None:
    """Whatever stands for an id: a problem, and no other path of Graph's."""
    answer = await client.get(f"{MESSAGES}/{identity}")

    assert answer.status_code == status


@pytest.mark.attack(
    "An X-Request-ID with markup, quotes or line breaks",
    "Another id is made up, nothing is repeated",
)
async def test_headers_cannot_be_injected(client: httpx.AsyncClient) -> None:
    """What comes back in headers is a sane token, or made up here."""
    taken = await client.get("/health/live", headers={"X-Request-ID": "abc-1"})
    for given in ("a b", "x" * 129, "a\tb", 'a"b', "<script>", ""):
        answer = await client.get(
            "/health/live", headers={"X-Request-ID": given}
        )
        assert answer.headers["x-request-id"] != given
        assert answer.headers["x-request-id"].isalnum()

    assert taken.headers["x-request-id"] == "abc-1"


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "application/json;q=0", "x/y"]
)
async def test_what_cannot_be_produced(
    client: httpx.AsyncClient, accept: str
) -> None:
    """A caller that accepts no JSON is told before Graph is asked."""
    answer = await client.get(MESSAGES, headers={"Accept": accept})

    assert answer.status_code == 406
    assert answer.json()["code"] == "not-acceptable"


@pytest.mark.parametrize(
    "accept",
    [
        *("*/*", "application/*", "application/json"),
        "text/html, application/json;q=0.1",
        "text/html, */*;q=0.8",
    ],
)
async def test_what_can_be_produced(
    client: httpx.AsyncClient, accept: str
) -> None:
    """Wildcards and lists that leave room for JSON are fine."""
    answer = await client.get(MESSAGES, headers={"Accept": accept})

    assert answer.status_code == 200


@pytest.mark.attack(
    "A cursor that was changed, cut, or given for another list, mailbox or"
    " tenant",
    "400 invalid-cursor",
)
async def test_forged_and_foreign_cursors(client: httpx.AsyncClient) -> None:
    """A cursor is good for its own list only."""
    page = await client.get(MESSAGES, params={"limit": 5, "folder": "inbox"})
    cursor = page.json()["next_cursor"]
    middle = len(cursor) // 2
    flipped = "A" if cursor[middle] != "A" else "B"
    forged = cursor[:middle] + flipped + cursor[middle + 1 :]
    own = {"limit": "5", "folder": "inbox"}
    attempts = [
        (MESSAGES, {**own, "cursor": forged}),
        (MESSAGES, {**own, "cursor": cursor[:-3]}),
        (MESSAGES, {**own, "cursor": cursor + "AAAA"}),
        (MESSAGES, {**own, "cursor": "x"}),
        (MESSAGES, {**own, "cursor": "http://169.254.169.254/"}),
        (MESSAGES, {**own, "cursor": "é" * 40}),
        (MESSAGES, {**own, "cursor": cursor, "is_read": "true"}),
        (MESSAGES, {**own, "cursor": cursor, "limit": "6"}),
        (MESSAGES, {"limit": "5", "cursor": cursor}),
        (MESSAGES.replace("ada", "grace"), {**own, "cursor": cursor}),
        (f"{ADA}/folders", {"limit": "5", "cursor": cursor}),
        ("/v1/mailboxes", {"limit": "5", "cursor": cursor}),
    ]
    for path, query in attempts:
        answer = await client.get(path, params=query)
        assert answer.status_code == 400, (path, query)
        assert answer.json()["code"] == "invalid-cursor"
    tenant = await client.get(
        MESSAGES,
        params={**own, "cursor": cursor},
        headers={"Exchange-Tenant": "fabrikam"},
    )

    assert tenant.json()["code"] == "invalid-cursor"
    assert "=" not in cursor
    assert "/" not in cursor


async def test_an_unknown_tenant(client: httpx.AsyncClient) -> None:
    """A tenant that is not served is not found."""
    answer = await client.get(MESSAGES, headers={"Exchange-Tenant": "acme"})

    assert answer.status_code == 404
    assert answer.json()["code"] == "tenant-not-found"


@pytest.mark.attack(
    "A foreign Host where nobody signs in (DNS rebinding)", "400"
)
@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8000", "10.0.0.1", "", "[::2]:80"),
        *("localhost:evil.example", "[::1", "localhost."),
    ],
)
async def test_hosts_that_are_not_this_machine(
    client: httpx.AsyncClient, host: str
) -> None:
    """Without authentication a foreign Host is DNS rebinding."""
    answer = await client.get(MESSAGES, headers={"Host": host})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000"]
)
async def test_hosts_that_are(client: httpx.AsyncClient, host: str) -> None:
    """All names of this machine are served."""
    answer = await client.get("/health/live", headers={"Host": host})

    assert answer.status_code == 200


async def test_a_preference_that_is_none_is_ignored(
    service: Service,
) -> None:
    """RFC 7240: what is not understood does not matter; 120 is the most."""
    ignored = await service.client.get(
        MESSAGES, headers={"Prefer": "wait=soon, respond-async"}
    )
    capped = await service.client.get(
        MESSAGES, headers={"Prefer": "wait=100000"}
    )

    assert "preference-applied" not in ignored.headers
    assert capped.headers["preference-applied"] == "wait=120"


async def test_problems_never_echo_what_was_given(
    client: httpx.AsyncClient,
) -> None:
    """The canary in the input is not in the detail."""
    answer = await client.post(
        SENDS, json=MAIL | {"importance": "canary-5cf1", "to": "canary-5cf1"}
    )

    assert "canary-5cf1" not in answer.text


async def test_an_empty_if_match_is_refused(
    client: httpx.AsyncClient,
) -> None:
    """It is not taken for none, and nothing is changed unasked."""
    answer = await client.patch(
        f"{MESSAGES}/AAk",
        json={"is_read": True},
        headers={"If-Match": ""},
    )

    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed-request"


async def test_a_path_of_its_own_allows_its_own_methods(
    client: httpx.AsyncClient,
) -> None:
    """What could be done with a message called bulk does not count."""
    answer = await client.put(f"{MESSAGES}/bulk", json={})

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
