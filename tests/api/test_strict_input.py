"""What resembles good input and is none: refused, and nothing is done."""

from typing import Any

import httpx
import pytest

from app.sandbox import Sandbox

pytestmark = pytest.mark.anyio

ADA = "/v1/mailboxes/ada@contoso.example"
MESSAGES = f"{ADA}/messages"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(autouse=True)
def nothing_is_done(sandbox: Sandbox) -> Any:
    """Whatever is refused leaves the mailbox as it was."""
    before = sandbox.mailbox("ada@contoso.example").messages
    yield
    assert sandbox.mailbox("ada@contoso.example").messages == before


@pytest.mark.attack(
    "JSON with half characters, repeated names, NaN, other encodings, NUL or"
    " without an end",
    "400 or 422, nothing is done",
)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b'{"subject": "\\ud800"}', 400, id="lone surrogate"),
        pytest.param(
            b'{"body": {"content": "\\udc00"}}', 400, id="lone, further in"
        ),
        pytest.param(b'{"subject": "a", "subject": "b"}', 400, id="twice"),
        pytest.param('{"subject": "a"}'.encode("utf-16"), 400, id="utf-16"),
        pytest.param(b'{"subject": NaN}', 400, id="NaN"),
        pytest.param(b"[" * 100_000, 400, id="deep"),
        pytest.param(b'{"subject": "a\xc2\x85Bcc: x"}', 422, id="C1 control"),
        pytest.param(
            '{"subject": "a\u2028b"}'.encode(), 422, id="line separator"
        ),
        pytest.param(b'{"body": {"content": "a\\u0000"}}', 422, id="NUL"),
        pytest.param(
            b'{"attachments": [{"name": "a", "content": "", "content_type":'
            b' "\xd0\xb6/\xd0\xb6"}]}',
            422,
            id="Cyrillic type",
        ),
    ],
)
async def test_wrong_bodies(
    client: httpx.AsyncClient, body: bytes, status: int
) -> None:
    """JSON is UTF-8 and unambiguous; text for headers is one line."""
    answer = await client.post(MESSAGES, content=body, headers=JSON)

    assert answer.status_code == status


@pytest.mark.attack(
    "100,000 wrong things in one body", "422 of less than 10 kB"
)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            b'{"attachments": [' + b"{}," * 100_000 + b"{}]}", id="list"
        ),
        pytest.param(
            b"{"
            + b",".join(b'"a%d":1' % number for number in range(50_000))
            + b"}",
            id="members",
        ),
        pytest.param(
            b'{"to": [' + b'{"x":1},' * 400 + b'{"y":1}]}', id="recipients"
        ),
    ],
)
async def test_wrong_bodies_are_not_answered_at_length(
    client: httpx.AsyncClient, body: bytes
) -> None:
    """However much is wrong, the answer names some of it."""
    answer = await client.post(MESSAGES, content=body, headers=JSON)

    assert answer.status_code == 422
    assert len(answer.json().get("errors", [])) <= 50
    assert len(answer.content) < 10_000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("since", "0001-01-01T00:00:00+14:00"),
        ("until", "9999-12-31T23:59:59-12:00"),
        ("since", "5"),
        ("since", "1700000000"),
        ("limit", "5.0"),
        ("limit", "1_0"),
        ("limit", "+5"),
        ("limit", " 5"),
        ("is_read", "yes"),
        ("is_read", "1"),
        ("a/b", "1"),
    ],
)
async def test_wrong_values(
    client: httpx.AsyncClient, name: str, value: str
) -> None:
    """What the API document does not allow is refused, and pointed at."""
    answer = await client.get(MESSAGES, params={name: value})

    assert answer.status_code == 422
    pointer = "#/query/" + name.replace("/", "~1")
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_times_outside_of_the_calendar(
    client: httpx.AsyncClient,
) -> None:
    """A flag cannot be due before there were years."""
    listed = await client.get(MESSAGES, params={"limit": 1})
    [message] = listed.json()["items"]
    flag = {"status": "flagged", "due_at": "0001-01-01T00:00:00+14:00"}
    answer = await client.patch(
        f"{MESSAGES}/{message['id']}", json={"flag": flag}
    )

    assert answer.status_code == 422


async def test_pointers_are_fragments(client: httpx.AsyncClient) -> None:
    """Names that are unlike any other can be found in the body again."""
    answer = await client.post(MESSAGES, json={"a b%/~": 1})

    assert answer.json()["errors"][0]["pointer"] == "#/body/a%20b%25~1~0"


async def test_header_lines_are_one_list(client: httpx.AsyncClient) -> None:
    """A second line counts as much as the first (RFC 9110 §5.3)."""
    first = await client.get(MESSAGES)
    lines = [("Cache-Control", "max-age=100"), ("Cache-Control", "no-cache")]
    asked = await client.get(MESSAGES, headers=lines)
    lines = [
        ("If-None-Match", '"x"'),
        ("If-None-Match", first.headers["etag"]),
    ]
    known = await client.get(MESSAGES, headers=lines)
    lines = [("Prefer", "respond-async"), ("Prefer", "wait=7;x=1, wait=9")]
    patient = await client.get(MESSAGES, headers=lines)

    assert asked.headers["exchange-graph-calls"] == "1"
    assert known.status_code == 304
    assert patient.headers["preference-applied"] == "wait=7"


async def test_what_must_be_one_is_not_two(client: httpx.AsyncClient) -> None:
    """Which key, which host is meant, nobody could tell."""
    keys = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    hosts = [("Host", "127.0.0.1"), ("Host", "evil.example")]
    answers = [
        await client.post(MESSAGES, json={}, headers=keys),
        await client.get(MESSAGES, headers=hosts),
    ]

    assert [answer.status_code for answer in answers] == [400, 400]


@pytest.mark.parametrize("words", ['"', "\\", " ", "***", "@", "😀" * 200])
async def test_there_must_be_a_word(
    client: httpx.AsyncClient, words: str
) -> None:
    """Nothing to search for is the caller's mistake, not Graph's."""
    answer = await client.get("/v1/mailboxes", params={"query": words})

    assert answer.status_code == 422


async def test_quotes_are_no_syntax(client: httpx.AsyncClient) -> None:
    """What is searched for is words, whatever stands between them."""
    query = {"query": 'grace" OR "mail:ada'}
    answer = await client.get("/v1/mailboxes", params=query)

    assert answer.status_code == 200
    assert answer.json()["items"] == []


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (MESSAGES, "GET, HEAD, POST"),
        (f"{MESSAGES}/AAAA", "DELETE, GET, HEAD, PATCH"),
    ],
)
async def test_allow_names_all_methods(
    client: httpx.AsyncClient, path: str, allowed: str
) -> None:
    """Those of every route that has the path."""
    answer = await client.put(path)

    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed


async def test_instance_is_the_path_as_asked_for(
    client: httpx.AsyncClient,
) -> None:
    """Encoded once, as the caller did."""
    answer = await client.get(f"{MESSAGES}/a%2Fb%2Bc%3D")

    assert answer.json()["instance"] == f"{MESSAGES}/a%2Fb%2Bc%3D"


async def test_no_body_where_none_belongs(client: httpx.AsyncClient) -> None:
    """Who sends one believes that it does something."""
    listed = await client.get(MESSAGES, params={"folder": "drafts"})
    draft = listed.json()["items"][0]
    sent = await client.post(
        f"{MESSAGES}/{draft['id']}/send", json={"bogus": 1}
    )
    read = await client.request("GET", MESSAGES, json={"limit": 1})

    assert sent.status_code == read.status_code == 422


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/json, text/html;q=0.5", "application/json"),
        ("text/html;q=0, application/json", "application/json"),
        ("TEXT/HTML", "text/html"),
        ("text/*", "text/html"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", "application/json"),
    ],
)
async def test_problems_are_explained_as_wanted(
    client: httpx.AsyncClient, accept: str, media_type: str
) -> None:
    """Browsers get a page, programs JSON, by the qualities they name."""
    answer = await client.get(
        "/problems/graph-throttled", headers={"Accept": accept}
    )

    assert answer.headers["content-type"].startswith(media_type)
    assert answer.headers["vary"] == "Accept"


async def test_weak_tags_never_allow_a_purge(
    client: httpx.AsyncClient,
) -> None:
    """If-Match compares strongly (RFC 9110 §13.1.1)."""
    listed = await client.get(MESSAGES, params={"limit": 1})
    [message] = listed.json()["items"]
    key = message["etag"].strip('"').partition(".")[0]
    answer = await client.delete(
        f"{MESSAGES}/{message['id']}",
        params={"permanent": "true"},
        headers={"If-Match": f'W/"{key}"'},
    )

    assert answer.status_code == 412


@pytest.mark.parametrize("name", ["msgfolderroot", "recoverableitemspurges"])
async def test_folders_that_are_nobody_s_mail(
    client: httpx.AsyncClient, name: str
) -> None:
    """Graph's names beside ours are no folders here."""
    answers = [
        await client.get(f"{ADA}/folders/{name}"),
        await client.get(MESSAGES, params={"folder": name}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
