"""Which people may see and move what belongs to everybody."""

from pathlib import Path

import pytest

from app.sandbox import Sandbox
from tests.support.issuing import entra_settings
from tests.support.service import started

pytestmark = pytest.mark.anyio

ADA, GRACE = "ada@contoso.example", "grace@contoso.example"
LINUS = "linus@fabrikam.example"


@pytest.mark.parametrize(
    ("user", "claims", "status"),
    [
        pytest.param(ADA, {}, 200, id="operator"),
        pytest.param(
            GRACE,
            {},
            403,
            id="nobody",
            marks=pytest.mark.attack(
                "A person without the role operator looks at /ops",
                "403 caller-forbidden",
            ),
        ),
        pytest.param(
            GRACE,
            {"scp": "mail.read operator"},
            403,
            id="consented",
            marks=pytest.mark.attack(
                "A person consents to a scope operator instead of being one",
                "403 caller-forbidden",
            ),
        ),
        pytest.param(
            LINUS,
            {},
            403,
            id="of-one-tenant",
            marks=pytest.mark.attack(
                "An operator of one tenant looks at those of all others",
                "403 caller-forbidden",
            ),
        ),
    ],
)
async def test_people_are_operators_where_their_application_is_for_all(
    tmp_path: Path,
    sandbox: Sandbox,
    user: str,
    claims: dict[str, str],
    status: int,
) -> None:
    """The role is assigned to them, and their application to all tenants."""
    token = sandbox.caller_token(
        user.partition("@")[2], user=user, claims=claims
    )
    headers = {"Authorization": f"Bearer {token}"}
    async with started(entra_settings(tmp_path), sandbox) as service:
        answer = await service.client.get("/ops", headers=headers)

    assert answer.status_code == status
    assert (status == 200) == ("breakers" in answer.json())


async def test_an_operator_has_no_more_mailboxes_for_it(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """To oversee all tenants is not to read in them."""
    token = sandbox.caller_token("contoso.example", user=ADA)
    headers = {
        "Authorization": f"Bearer {token}",
        "Exchange-Tenant": "fabrikam",
    }
    async with started(entra_settings(tmp_path), sandbox) as service:
        answer = await service.client.get(
            f"/v1/mailboxes/{LINUS}/messages", headers=headers
        )

    assert answer.status_code == 403
    assert "tenant" in answer.json()["detail"]
