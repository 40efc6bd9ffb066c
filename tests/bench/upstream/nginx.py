"""The stand-in by nginx: static answers, so fast that they cost little."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.ports import wait_for
from tests.bench.upstream import bodies

__all__ = ["found", "nginx"]

_CONFIGURATION = """\
daemon off;
master_process off;
pid nginx.pid;
error_log stderr error;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    keepalive_requests 1000000000;
    keepalive_timeout 3600;
    open_file_cache max=16;
    default_type application/json;
    root {root};
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location ~ ^/v1.0/users/[^/]+/messages$ {{
            try_files /page.json =404;
        }}
        location ~ ^/v1.0/users/[^/]+/messages/[^/]+$ {{
            try_files /message.json =404;
        }}
        location / {{ proxy_pass {stub}; }}
    }}
}}
"""
_END = 10.0


def found() -> str | None:
    """Return where nginx is, if it is there."""
    search = os.environ.get("PATH", "") + ":/usr/sbin"  # noqa: TID251
    return shutil.which("nginx", path=search)


@contextmanager
def nginx(port: int, stub: str) -> Iterator[int]:
    """Serve the two documents, leave all else to the stub.

    What it yields is the id of the process.
    """
    url = f"http://127.0.0.1:{port}"
    with TemporaryDirectory() as scratch:
        root = Path(scratch)
        (root / "page.json").write_bytes(bodies.page(url))
        (root / "message.json").write_bytes(bodies.message(url))
        configuration = root / "nginx.conf"
        configuration.write_text(
            _CONFIGURATION.format(root=root, port=port, stub=stub)
        )
        with subprocess.Popen(
            [found() or "nginx", "-p", str(root), "-c", str(configuration)],
            stdin=subprocess.DEVNULL,
        ) as it:
            try:
                wait_for(it, f"{url}/ready")
                yield it.pid
            finally:
                it.terminate()
                it.wait(_END)
