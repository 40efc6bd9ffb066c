"""The sandbox as a process of its own, for as long as the service runs."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.settings import CallerSettings, Settings, TenantSettings, check

__all__ = ["sandboxed"]


@contextmanager
def sandboxed(settings: Settings) -> Iterator[Settings]:
    """Start the sandbox if it is wanted, and point the settings there."""
    if not settings.sandbox:
        yield settings
        return
    command = [sys.executable, "-m", "app.sandbox", "--port", "0"]
    # It ends when its stdin does: with this process, however that ends.
    with subprocess.Popen(  # noqa: S603 - the command is our own
        [*command, "--exit-with-parent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        told, lifeline = process.stdout, process.stdin
        if told is None or lifeline is None:
            raise RuntimeError("the sandbox has no pipes")
        found = json.loads(told.readline())
        sys.stderr.write(f"  Sandbox     {found['sandbox']}/_sandbox/\n")
        # What it holds ends with it; so does what is remembered of it, unless
        # a place was named.
        with TemporaryDirectory(prefix="exchange-") as passing:
            try:
                settled = _pointed_at(found, settings, Path(passing))
                check(settled)
                yield settled
            finally:
                lifeline.close()


def _pointed_at(
    found: Mapping[str, Any], settings: Settings, passing: Path
) -> Settings:
    """Return the settings for the sandbox that has told of itself."""
    is_named = "data_dir" in settings.model_fields_set
    expires = {"client_secret_expires": settings.client_secret_expires}
    tenants = tuple(
        TenantSettings.model_validate(tenant | expires)
        for tenant in found["tenants"]
    )
    callers = tuple(
        CallerSettings.model_validate(caller)
        for caller in found.get("callers", ())
    )
    return settings.model_copy(
        update={
            "graph_base_url": f"{found['sandbox']}/v1.0",
            "authority_url": found["sandbox"],
            "data_dir": settings.data_dir if is_named else passing,
            "tenants": tenants,
            "tenants_file": (),
            "callers": settings.callers or callers,
            "browser_client_id": settings.browser_client_id
            or found.get("browser_client_id"),
        }
    )
