"""A Graph whose every answer tells for whom it was given."""

import re
from typing import Any

import httpx

from app.sandbox import Reset, Sandbox
from app.sandbox.seeds.people import ADA, GRACE, LINUS
from app.sandbox.tenants import CONTOSO, FABRIKAM, Tenant
from tests.security.isolation.people import ALL, STAMP, box
from tests.support.network import SandboxNetwork

__all__ = ["StampingNetwork", "furnish"]

_TENANTS = {"contoso": CONTOSO, "fabrikam": FABRIKAM}
_IDS = {user.address: user.id for user in (ADA, GRACE, LINUS)}
_JOB = re.compile(rb'"jobTitle":"[^"]*"')
_GRAPH = "http://graph.example/v1.0"


class StampingNetwork(SandboxNetwork):
    """Puts into what Graph tells whose token it was told for.

    What is kept under a wrong key then bears the wrong stamp, even where two
    principals may read the same mailbox.
    """

    async def handle_async_request(
        self, request: httpx.Request
    ) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("connection refused")
        try:
            response = await self._inner.handle_async_request(request)
        except Reset as reset:
            raise httpx.ReadError("connection reset") from reset
        if not request.url.path.startswith("/v1.0"):
            return response
        content = await response.aread()
        stamp = self._stamp(request).encode()
        content = content.replace(STAMP.encode(), stamp)
        content = _JOB.sub(b'"jobTitle":"%s"' % stamp, content)
        headers = [
            (name, value)
            for name, value in response.headers.raw
            if name.lower() != b"content-length"
        ]
        return httpx.Response(
            response.status_code,
            headers=headers,
            stream=httpx.ByteStream(content),
        )

    def _stamp(self, request: httpx.Request) -> str:
        grant = self.sandbox.tokens.verify(
            request.headers.get("Authorization"), self.sandbox.now
        )
        for principal in ALL:
            whose = _IDS.get(principal.user or "")
            tenant = _TENANTS[principal.tenant].id
            if (tenant, whose) == (grant.tenant, grant.user):
                return principal.stamp
        raise LookupError("a token of nobody")


async def furnish(sandbox: Sandbox) -> None:
    """Put canaries into everything that is in the mailboxes."""
    transport = httpx.ASGITransport(app=sandbox.app)
    async with httpx.AsyncClient(transport=transport) as graph:
        for mailbox, tenant in _mailboxes().items():
            token = sandbox.tokens.issue(
                tenant.id, tenant.client_id, sandbox.now
            )
            graph.headers["Authorization"] = f"Bearer {token}"
            await _fill(sandbox, graph, mailbox)


def _mailboxes() -> dict[str, Tenant]:
    return {
        mailbox: _TENANTS[principal.tenant]
        for principal in ALL
        for mailbox in principal.mailboxes
    }


async def _fill(
    sandbox: Sandbox, graph: httpx.AsyncClient, mailbox: str
) -> None:
    text = f"{box(mailbox)} {STAMP}"
    for number in range(5):
        sandbox.deliver(
            mailbox,
            subject=f"{text} {number}",
            body={"contentType": "text", "content": text},
        )
        sandbox.plan(mailbox, subject=text, **_hour(sandbox, number))
    for path, body in _things(text):
        answer = await graph.post(f"{_GRAPH}/users/{mailbox}{path}", json=body)
        answer.raise_for_status()
    away = {"status": "alwaysEnabled", "internalReplyMessage": text}
    answer = await graph.patch(
        f"{_GRAPH}/users/{mailbox}/mailboxSettings",
        json={"automaticRepliesSetting": away},
    )
    answer.raise_for_status()


def _hour(sandbox: Sandbox, number: int) -> dict[str, Any]:
    day = sandbox.now.date().isoformat()
    return {
        name: {
            "dateTime": f"{day}T{8 + number + later:02}:00:00",
            "timeZone": "UTC",
        }
        for name, later in (("start", 0), ("end", 1))
    }


def _things(text: str) -> list[tuple[str, dict[str, Any]]]:
    rule = {
        "displayName": text,
        "sequence": 1,
        "conditions": {"subjectContains": [text]},
        "actions": {"stopProcessingRules": True},
    }
    return [
        ("/mailFolders", {"displayName": text}),
        ("/contacts", {"givenName": text, "personalNotes": text}),
        ("/contactFolders", {"displayName": text}),
        ("/calendars", {"name": text}),
        (
            "/outlook/masterCategories",
            {"displayName": text, "color": "preset7"},
        ),
        ("/mailFolders/inbox/messageRules", rule),
    ]
