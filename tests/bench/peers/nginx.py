"""nginx before Graph: the floor of a hop, and of an answer that is kept.

``python -m tests.bench.peers.nginx --port PORT --graph URL --state DIR``
becomes nginx, which passes ``/v1.0/…`` on; with ``--keep`` it asks once and
keeps the answer in memory.
"""

import argparse
import os
from pathlib import Path

from tests.bench.upstream.nginx import found

__all__ = ["configuration"]

_CONFIGURATION = """\
daemon off;
user root;
worker_processes 1;
pid {state}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {state}/body;
    proxy_temp_path {state}/proxy;
    fastcgi_temp_path {state}/fastcgi;
    uwsgi_temp_path {state}/uwsgi;
    scgi_temp_path {state}/scgi;
    proxy_cache_path {state}/kept keys_zone=kept:10m;
    proxy_buffers 16 16k;
    proxy_buffer_size 16k;
    upstream graph {{
        server {graph};
        keepalive 512;
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location = /ready {{ return 200; }}
        location / {{
            proxy_pass http://graph;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Authorization "Bearer static";
            {cache}
        }}
    }}
}}
"""
_CACHE = "proxy_cache kept; proxy_cache_valid 200 1h;"


def configuration(state: Path, port: int, graph: str, *, keep: bool) -> str:
    """Return nginx's configuration; all that it writes goes below `state`.

    Whoever starts it as root keeps a directory that nobody else may enter, so
    that its worker stays root, too; everybody else's is their own anyway.
    """
    return _CONFIGURATION.format(
        state=state,
        port=port,
        graph=graph.removeprefix("http://"),
        cache=_CACHE if keep else "",
    )


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--graph", required=True, help="URL, without version")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--keep", action="store_true")
    told = parser.parse_args()
    path = told.state / "nginx.conf"
    path.write_text(
        configuration(told.state, told.port, told.graph, keep=told.keep)
    )
    nginx = found()
    if nginx is None:
        parser.error("there is no nginx")
    os.execv(nginx, [nginx, "-p", str(told.state), "-c", str(path)])  # noqa: S606 - no shell


if __name__ == "__main__":
    _main()
