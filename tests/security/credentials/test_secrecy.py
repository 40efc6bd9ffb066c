"""What a credential consists of gets into nothing that anybody reads."""

from pathlib import Path

import pytest

from app.sandbox import Sandbox
from tests.security.credentials.conftest import tenant
from tests.security.credentials.material import NEW, OLD
from tests.support.service import CONTOSO, settings_for, started

pytestmark = pytest.mark.anyio

MAIL = "/v1/mailboxes/ada@contoso.example/messages"
NO_CACHE = {"Cache-Control": "no-cache"}
PASSWORD = "canary-of-a-password"
GOOD = OLD.private(PASSWORD) + OLD.public
SPOILT = {
    "half-a-key": OLD.private()[:900],
    "anothers": OLD.private() + NEW.public,
    "a-secret": "canary-of-a-secret",
}


PAGES = ("/health/exchange", "/ops", "/ops/errors", "/status", "/metrics")


@pytest.mark.attack(
    "Reading the app's key from the problem or the log when its file breaks",
    "502 tenant-credentials-rejected; neither key, password nor path told",
)
@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
async def test_a_broken_credential_is_not_told(
    tmp_path: Path, sandbox: Sandbox, spoilt: str
) -> None:
    """Callers and the log learn what is wrong, and nothing of the file."""
    file = tmp_path / "canary-of-a-path.pem"
    file.write_text(GOOD)
    sandbox.entra.registrations.add_certificate(
        CONTOSO["client_id"], OLD.public
    )
    app = tenant(
        client_certificate_file=str(file),
        client_certificate_password=PASSWORD,
    )
    settings = settings_for(tmp_path, tenants=[app])
    async with started(settings, sandbox) as service:
        good = await service.client.get(MAIL)
        file.write_text(spoilt)
        await service.client.post("/ops/tokens/contoso/drop")
        bad = await service.client.get(MAIL, headers=NO_CACHE)
        pages = [await service.client.get(page) for page in PAGES]
        file.write_text(GOOD)
        await service.clock.sleep(61)
        mended = await service.client.get(MAIL, headers=NO_CACHE)
    read = "".join(answer.text for answer in (bad, *pages))
    read += service.log.getvalue()

    assert [good.status_code, mended.status_code] == [200, 200]
    assert bad.status_code == 502
    assert bad.json()["code"] == "tenant-credentials-rejected"
    assert bad.json()["detail"] in service.log.getvalue()
    assert "canary" not in read
    assert not [
        line for line in (OLD.private() + GOOD).splitlines() if line in read
    ]
