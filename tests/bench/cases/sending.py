"""Sending: the ledger, a draft, and Graph's word that it is sent."""

import json
from collections.abc import Iterator
from itertools import count

from tests.bench.cases.base import ADA, Case, Stage
from tests.bench.load.outcome import Expected
from tests.bench.load.wire import request

__all__ = ["Send"]

_MAIL = {
    "to": [{"name": "Grace Hopper", "address": "grace@fabrikam.example"}],
    "subject": "Minutes",
    "body": {"format": "html", "content": "<p>They are attached.</p>" * 20},
}


class Send(Case):
    """A message that is written and sent, once."""

    _numbers = count(10_000_000)

    async def requests(self, stage: Stage) -> Iterator[bytes]:
        body = json.dumps(_MAIL).encode()
        headers = {
            **stage.it.target.headers,
            "Content-Type": "application/json",
        }
        return (
            request(
                f"/v1/mailboxes/{ADA}/sends",
                {**headers, "Idempotency-Key": f'"bench-{number}"'},
                method="POST",
                body=body,
            )
            for number in self._numbers
        )

    def expected(self) -> Expected:
        return Expected(status=201, body=b'"status":"sent"')
