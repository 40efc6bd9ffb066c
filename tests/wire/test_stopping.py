"""Case T59 with a real process: what callers see when it is told to stop."""

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.support.process import serving

ROUTE = "/users/{mailbox}/messages"


def messages(mailbox: str) -> str:
    return f"/v1/mailboxes/{mailbox}@contoso.example/messages"


def poll(state: Callable[[], bool]) -> None:
    """Ask again and again until something is so."""
    for _ in range(2000):
        if state():
            return
    raise TimeoutError


def test_t059_sleepers_leave_and_requests_finish(tmp_path: Path) -> None:
    """SIGTERM: who sleeps gets 503, who is being served is; then it ends."""
    with (
        serving(tmp_path) as running,
        httpx.Client(base_url=running.url, timeout=40) as caller,
        httpx.Client(base_url=f"{running.sandbox}/_sandbox") as control,
        ThreadPoolExecutor() as pool,
    ):
        # A token is there, so that nobody waits for one.
        caller.get("/v1/mailboxes")
        for fault in (
            {"mailbox": "ada@contoso.example", "delay": 2.5},
            {"mailbox": "support@contoso.example", "delay": 2.5},
            {
                "mailbox": "grace@contoso.example",
                "status": 429,
                "retry_after": 14,
            },
        ):
            made = control.post("/faults", json={"route": ROUTE, **fault})
            assert made.status_code == 201
        slow = pool.submit(caller.get, messages("ada"))
        sleeping = pool.submit(caller.get, messages("grace"))
        sending = pool.submit(
            caller.post,
            "/v1/mailboxes/support@contoso.example/sends",
            json={"to": [{"address": "grace@contoso.example"}]},
        )

        def is_under_way() -> bool:
            calls = control.get("/calls").json()["calls"]
            ours = [call for call in calls if call["route"] == ROUTE]
            return sorted(call["status"] or 0 for call in ours) == [0, 0, 429]

        poll(is_under_way)
        running.popen.send_signal(signal.SIGTERM)
        finished, sent_away = slow.result(), sleeping.result()
        promised = sending.result()
        status = running.popen.wait(20)

    assert finished.status_code == 200
    assert promised.status_code == 202
    assert promised.json()["status"] == "queued"
    assert promised.json()["outcome"] == "not_performed"
    assert sent_away.status_code == 503
    assert sent_away.headers["retry-after"] == "1"
    assert sent_away.headers["content-type"] == "application/problem+json"
    assert sent_away.json()["code"] == "service-stopping"
    assert sent_away.json()["retryable"] is True
    assert status == 0
