"""A nursery of services: ``python -m tests.crash.service``.

It takes an order on each line of stdin, forks a service for it and tells on
stdout what becomes of that. All that takes long, to load the code, is done
once. Each service is a process of its own and is built and run like that of
``python -m app serve``, but for the seams by which it may kill itself.
"""

import json
import logging
import os
import signal
import sys
import traceback
from typing import Any

from app.clock import Stopping
from app.main import create_app
from app.server import Server, listening
from app.settings import load_settings, secret_keys
from app.telemetry.logs import EventLog, LibraryHandler
from app.telemetry.providers import Providers
from app.telemetry.recorder import Telemetry
from app.transport.aiohttp_transport import AiohttpTransport
from app.wiring import assemble
from tests.crash.points import Trap
from tests.crash.seams import TrappedLog, TrappedNetwork

__all__: list[str] = []

_STDOUT = 1


def main() -> int:
    """Fork what is ordered until stdin ends; nothing outlives that."""
    born: set[int] = set()

    def reap(*_: object) -> None:
        while born:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            born.discard(pid)
            _tell({"died": pid, "status": os.waitstatus_to_exitcode(status)})

    signal.signal(signal.SIGCHLD, reap)
    for line in sys.stdin:
        # Nobody is reaped before it is known to have been born.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if pid == 0:
            _become(json.loads(line))
        born.add(pid)
        _tell({"born": pid})
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for pid in born:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return 0


def _tell(what: dict[str, int]) -> None:
    os.write(_STDOUT, json.dumps(what).encode() + b"\n")


def _become(order: dict[str, Any]) -> None:
    """Be the service that was ordered, to the end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for fd in (1, 2):
        os.dup2(log, fd)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(order["environment"])  # noqa: TID251 - for ourselves
    status = 1
    try:
        status = _serve(Trap(order["point"], order["nth"]))
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stderr.flush()
        os._exit(status)


def _serve(trap: Trap) -> int:
    settings, stop = load_settings(), Stopping()
    with listening(settings) as entrance:
        log = EventLog(TrappedLog(_STDOUT, trap))
        logging.basicConfig(handlers=[LibraryHandler(log)], force=True)
        telemetry = Telemetry(log, hash_key=secret_keys(settings)[0])
        network = AiohttpTransport(
            limit=settings.pool.connections,
            connect_timeout=settings.timeouts.connect,
            max_age=settings.pool.max_age,
        )
        state = assemble(
            settings,
            telemetry,
            network=TrappedNetwork(network, trap),
            stopping=stop,
        )
        app = create_app(settings, telemetry, state)
        server = Server(app, settings, telemetry, stop, Providers())
        server.run(sockets=[entrance])
    return 0 if server.started else 3


if __name__ == "__main__":
    sys.exit(main())
