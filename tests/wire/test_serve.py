"""The service as a process: what starting, killing and wrong settings do."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.process import Process, environment, serving

PUBLISHED = Path(__file__).parents[2] / "openapi" / "exchange-api.yaml"
ADA = "/v1/mailboxes/ada@contoso.example"
MAIL: dict[str, Any] = {
    "to": [{"address": "grace@contoso.example"}],
    "subject": "Over the wire",
}


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One service for the tests that leave it as it was."""
    with serving(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def caller(process: Process) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=process.url, timeout=40) as client:
        yield client


@pytest.fixture
def control(process: Process) -> Iterator[httpx.Client]:
    """The sandbox's controls; faults are gone after the test."""
    url = f"{process.sandbox}/_sandbox"
    with httpx.Client(base_url=url, timeout=10) as client:
        yield client
        client.delete("/faults")


def run(
    data_dir: Path, *arguments: str, **variables: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        env=environment(data_dir, **variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def is_open(url: str) -> bool:
    address = httpx.URL(url)
    try:
        socket.create_connection((address.host, address.port or 80), 1).close()
    except OSError:
        return False
    return True


def wait_until_closed(url: str) -> bool:
    """Poll for a few seconds: another process is ending."""
    ends = time.monotonic() + 10  # noqa: TID251 - real time, real process
    while time.monotonic() < ends:  # noqa: TID251
        if not is_open(url):
            return True
    return False


def test_mail_is_read_to_the_end(caller: httpx.Client) -> None:
    """Over real sockets too, a folder is read without gap or repeat."""
    seen: list[str] = []
    query: dict[str, Any] = {"folder": "inbox", "limit": 100}
    while True:
        page = caller.get(f"{ADA}/messages", params=query).json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    total = caller.get(f"{ADA}/folders/inbox").json()["total_count"]

    assert len(seen) == len(set(seen)) == total


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"status": 504, "after_work": True},
        {"reset": "after"},
        {"status": 429, "retry_after": 1},
    ],
    ids=["calm", "504 after", "reset after", "429"],
)
def test_mail_is_sent_once(
    caller: httpx.Client, control: httpx.Client, fault: dict[str, Any]
) -> None:
    """With real broken connections too: once in Sent Items."""
    subject = f"Once {fault}"
    if fault:
        route = "/users/{mailbox}/messages/{id}/send"
        made = control.post(
            "/faults", json={"route": route, "times": 1, **fault}
        )
        assert made.status_code == 201
    answer = caller.post(f"{ADA}/sends", json={**MAIL, "subject": subject})
    sent = control.get("/mailboxes/ada@contoso.example/sent").json()

    assert answer.status_code == 201
    found = [m for m in sent["messages"] if m["subject"] == subject]
    assert [m["id"] for m in found] == [answer.json()["message_id"]]


def test_attachments_flow_through(caller: httpx.Client) -> None:
    """Content comes in its length over the wire."""
    query: dict[str, Any] = {
        "has_attachments": "true",
        "limit": 50,
        "folder": "inbox",
    }
    page = caller.get(f"{ADA}/messages", params=query).json()
    read = 0
    for message in page["items"][:10]:
        place = f"{ADA}/messages/{message['id']}/attachments"
        for item in caller.get(place).json()["items"]:
            if item["kind"] != "file":
                continue
            content = caller.get(f"{place}/{item['id']}/content")
            assert content.status_code == 200
            read += len(content.content)

    assert read > 0


def test_missing_assets_are_problems(caller: httpx.Client) -> None:
    """Even what serves files answers with problem documents."""
    there = caller.get("/docs/assets/swagger-ui.css")
    missing = caller.get("/docs/assets/none.js")

    assert there.status_code == 200
    assert missing.status_code == 404
    assert missing.json()["code"] == "route-not-found"


def test_a_caller_that_hangs_up_changes_nothing(
    caller: httpx.Client, control: httpx.Client
) -> None:
    """A send whose caller is gone is carried out all the same, once."""
    route = "/users/{mailbox}/messages/{id}/send"
    control.post("/faults", json={"route": route, "times": 1, "delay": 0.5})
    headers = {"Idempotency-Key": "hung-up"}
    mail = {**MAIL, "subject": "Hung up"}
    with pytest.raises(httpx.ReadTimeout):
        caller.post(f"{ADA}/sends", json=mail, headers=headers, timeout=0.2)
    answer = caller.post(f"{ADA}/sends", json=mail, headers=headers)
    sent = control.get("/mailboxes/ada@contoso.example/sent").json()

    assert answer.status_code == 201
    subjects = [message["subject"] for message in sent["messages"]]
    assert subjects.count("Hung up") == 1


def test_graph_gone_and_stale_answers(tmp_path: Path) -> None:
    """The sandbox killed: what was read before is still given, as stale."""
    with (
        serving(tmp_path, EXCHANGE_CACHE__FRESH="0.2") as running,
        httpx.Client(base_url=running.url, timeout=40) as caller,
    ):
        fresh = caller.get(f"{ADA}/messages")
        os.kill(sandbox_pid(running), signal.SIGKILL)
        assert wait_until_closed(running.sandbox)
        stale = caller.get(
            f"{ADA}/messages", headers={"Cache-Control": "max-age=0"}
        )
        strict = caller.get(
            f"{ADA}/messages", headers={"Cache-Control": "no-cache"}
        )
        live = caller.get("/health/live")

    assert fresh.headers["exchange-freshness"] == "fresh"
    assert stale.status_code == 200
    assert stale.headers["exchange-freshness"] == "stale"
    assert int(stale.headers["age"]) >= 0
    assert stale.content == fresh.content
    assert strict.status_code == 503
    assert strict.headers["content-type"] == "application/problem+json"
    assert strict.json()["code"] == "graph-unreachable"
    assert live.status_code == 200


@pytest.mark.parametrize(
    "how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL]
)
def test_the_sandbox_ends_with_the_service(
    tmp_path: Path, how: signal.Signals
) -> None:
    """However the service ends, it leaves nothing behind."""
    with serving(tmp_path) as running:
        running.popen.send_signal(how)
        status = running.popen.wait(20)

        assert wait_until_closed(running.sandbox)
    assert not is_open(running.url)
    assert status == (-signal.SIGKILL if how is signal.SIGKILL else 0)


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"EXCHANGE_PORT": "x"}, "EXCHANGE_PORT: Input should be"),
        ({"EXCHANGE_PROT": "1"}, "EXCHANGE_PROT: unknown setting"),
        (
            {"EXCHANGE_HOST": "0.0.0.0"},  # noqa: S104 - refused
            "EXCHANGE_AUTH_MODE: none needs EXCHANGE_HOST to be loopback",
        ),
        (
            {
                "EXCHANGE_AUTH_MODE": "entra",
                "EXCHANGE_SANDBOX": "false",
                "EXCHANGE_TENANT_ID": "contoso.example",
                "EXCHANGE_CLIENT_ID": "an-app",
                "EXCHANGE_CLIENT_SECRET": "a-secret",
            },
            "EXCHANGE_CALLERS: needed with EXCHANGE_AUTH_MODE=entra",
        ),
        (
            {"EXCHANGE_AUTH_MODE": "api_key"},
            "EXCHANGE_API_KEYS: needed with EXCHANGE_AUTH_MODE=api_key",
        ),
        (
            {"EXCHANGE_DATA_DIR": "/dev/null/x"},
            "EXCHANGE_DATA_DIR: [Errno 20] Not a directory",
        ),
        (
            {
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317",
                "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json",
            },
            "OTEL_EXPORTER_OTLP_PROTOCOL: expected grpc or http/protobuf",
        ),
        (
            {
                "OTEL_METRICS_EXPORTER": "prometheus",
                "OTEL_EXPORTER_PROMETHEUS_HOST": "192.0.2.1",
            },
            "OTEL_EXPORTER_PROMETHEUS_PORT: cannot listen there: ",
        ),
        (
            {
                "OTEL_TRACES_EXPORTER": "otlp",
                "OTEL_BSP_MAX_QUEUE_SIZE": "-3",
            },
            "A variable OTEL_* of the SDK: max_queue_size must be a positive",
        ),
    ],
)
def test_wrong_settings_end_it_at_once(
    tmp_path: Path, variables: dict[str, str], line: str
) -> None:
    """One line that names the variable, and an exit status."""
    done = run(tmp_path, "serve", **variables)
    said = [
        text for text in done.stderr.splitlines() if "Sandbox " not in text
    ]

    assert done.returncode == 2
    assert len(said) == 1
    assert said[0].startswith(line)


def test_settings_are_printed(tmp_path: Path) -> None:
    """All of them, secrets masked."""
    done = run(
        tmp_path,
        "settings",
        EXCHANGE_CLIENT_SECRET="canary-1",
        EXCHANGE_TENANT_ID="t",
        EXCHANGE_CLIENT_ID="c",
    )

    assert done.returncode == 0
    assert "EXCHANGE_RETRY__ATTEMPTS=3" in done.stdout
    assert "EXCHANGE_CLIENT_SECRET=********" in done.stdout
    assert "canary" not in done.stdout


def test_the_document_is_checked(tmp_path: Path) -> None:
    """An API document that is out of date is an error."""
    file = tmp_path / "api.yaml"
    file.write_text(PUBLISHED.read_text(encoding="utf-8") + "# more\n")
    other = run(tmp_path, "openapi", "--check", str(file))

    assert other.returncode == 1
    assert "make openapi" in other.stderr


def sandbox_pid(running: Process) -> int:
    """Return the process that the service has started."""
    pid = running.popen.pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return int(children.read_text().split()[0])


def test_a_download_that_breaks_off_is_seen_to(
    caller: httpx.Client, control: httpx.Client
) -> None:
    """Content that Graph cuts short does not pass for whole."""
    made = caller.post(
        f"{ADA}/messages",
        json={
            "subject": "With a file",
            "attachments": [{"name": "a.txt", "content": "YWJj" * 50_000}],
        },
    )
    item = made.json()["attachments"][0]
    place = f"{made.headers['location']}/attachments/{item['id']}/content"
    control.post("/faults", json={"route": "*/$value", "reset": "midway"})
    with pytest.raises(httpx.RemoteProtocolError):
        caller.get(place)
    control.delete("/faults")
    whole = caller.get(place)

    assert whole.content == b"abc" * 50_000
    assert whole.headers["content-length"] == "150000"


def test_a_port_that_is_taken_is_told_in_a_line(tmp_path: Path) -> None:
    """By the name of its setting; the sandbox is not even begun."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(tmp_path, "serve", EXCHANGE_PORT=port)

    assert done.returncode == 2
    assert done.stderr.lower() == (
        f"exchange_port: cannot listen on 127.0.0.1, port {port}:"
        " address already in use\n"
    )


def test_what_is_no_http_is_a_problem_too(process: Process) -> None:
    """A line that is too long is refused as everything else is."""
    url = httpx.URL(process.url)
    with socket.create_connection((url.host, url.port or 80)) as caller:
        caller.sendall(b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n")
        read = b"".join(iter(lambda: caller.recv(4096), b""))
    head, _, body = read.partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head.lower()
    assert json.loads(body)["code"] == "malformed-request"
