"""The control API: look at the sandbox and turn its knobs over HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from fnmatch import fnmatchcase
from typing import Any

from msgspec import MsgspecError

from app.sandbox.calls import Call
from app.sandbox.control_bodies import (
    apply_changes,
    read_changes,
    read_fault,
    read_object,
)
from app.sandbox.control_entra import entra_routes
from app.sandbox.delivery import find_mailbox, put_message
from app.sandbox.entra.endpoints import ENTRA_ROUTES
from app.sandbox.faults import Fault
from app.sandbox.graph.routes import ROUTES
from app.sandbox.memory import Memory
from app.sandbox.planning import put_event
from app.sandbox.request import Request
from app.sandbox.routing import Router
from app.sandbox.state.directory import User
from app.sandbox.upload_host import UPLOAD_ROUTES
from app.sandbox.views import MailboxView
from app.sandbox.wire import (
    Answer,
    GraphError,
    empty,
    error_body,
    json_answer,
)

__all__ = ["Control"]

Params = Mapping[str, str]
Handler = Callable[[Request, Params], Answer]
MAILBOX = "/mailboxes/{mailbox}"
DEFAULT_CALLS = 100


class Control:
    """Answers requests below ``/_sandbox``; no fault ever hits them."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._routes: Router[Handler] = Router(
            [
                ("GET", "/", self._overview),
                ("GET", "/routes", self._list_routes),
                ("GET", "/faults", self._list_faults),
                ("POST", "/faults", self._add_fault),
                ("DELETE", "/faults", self._clear_faults),
                ("DELETE", "/faults/{fault}", self._remove_fault),
                ("GET", "/calls", self._list_calls),
                ("GET", f"{MAILBOX}/sent", self._list_sent),
                ("POST", f"{MAILBOX}/messages", self._deliver),
                ("POST", f"{MAILBOX}/events", self._plan),
                ("GET", "/settings", self._show_settings),
                ("POST", "/settings", self._change_settings),
                ("POST", "/reset", self._reset),
                *entra_routes(memory.entra),
            ]
        )

    def respond(self, request: Request) -> Answer:
        """Answer a request; what is wrong with it is said plainly."""
        try:
            segments = request.segments[1:] or ("",)
            found = self._routes.find(request.method, segments)
            return found.target(request, found.params)
        except GraphError as error:
            return _refused(error.status, error.message)
        except KeyError as error:
            return _refused(404, f"There is no {error.args[0]!r}.")
        except (TypeError, ValueError, MsgspecError) as error:
            return _refused(400, str(error))

    def _overview(self, _request: Request, _params: Params) -> Answer:
        users = self._memory.world.directory.members()
        return json_answer(
            {
                "mailboxes": [self._box(u) for u in users if u.mailbox],
                "calls": self._memory.log.seen,
                "throttled": self._memory.throttle.refused,
                "faults": self._faults(),
                "settings": self._settings(),
            }
        )

    def _box(self, user: User) -> dict[str, Any]:
        view = MailboxView(find_mailbox(self._memory.world, user.id))
        return {
            "address": user.address,
            "tenant": user.tenant,
            "messages": len(view.messages),
            "sent": len(view.sent()),
            "peak": self._memory.throttle.peak(user.id),
        }

    def _faults(self) -> list[dict[str, Any]]:
        book = self._memory.faults
        return [
            {"id": name, "fired": book.fired(name), "fault": asdict(fault)}
            for name, fault in book.items()
        ]

    def _settings(self) -> dict[str, Any]:
        memory = self._memory
        return {
            **asdict(memory.settings),
            "limits": asdict(memory.throttle.limits),
            "tokens": {
                "expires_in": memory.tokens.expires_in,
                "refresh_in": memory.tokens.refresh_in,
            },
        }

    def _list_routes(self, _request: Request, _params: Params) -> Answer:
        names = [f"{method} {template}" for method, template in _all_routes()]
        return json_answer({"routes": names})

    def _list_faults(self, _request: Request, _params: Params) -> Answer:
        return json_answer({"faults": self._faults()})

    def _add_fault(self, request: Request, _params: Params) -> Answer:
        fault = read_fault(request)
        if not any(_names(fault, *route) for route in _all_routes()):
            raise ValueError("No route is like that; GET /_sandbox/routes.")
        return json_answer({"id": self._memory.faults.add(fault)}, 201)

    def _clear_faults(self, _request: Request, _params: Params) -> Answer:
        self._memory.faults.clear()
        return empty(204)

    def _remove_fault(self, _request: Request, params: Params) -> Answer:
        self._memory.faults.remove(params["fault"])
        return empty(204)

    def _list_calls(self, request: Request, _params: Params) -> Answer:
        limit = _limit(request)
        calls = self._memory.log.all()[-limit:]
        return json_answer({"calls": [_call(call) for call in calls]})

    def _list_sent(self, _request: Request, params: Params) -> Answer:
        mailbox = find_mailbox(self._memory.world, params["mailbox"])
        return json_answer({"messages": MailboxView(mailbox).sent()})

    def _deliver(self, request: Request, params: Params) -> Answer:
        given = read_object(request)
        folder = str(given.pop("folder", "inbox"))
        world = self._memory.world
        item = put_message(world, params["mailbox"], folder, given)
        return json_answer({"id": item.id}, 201)

    def _plan(self, request: Request, params: Params) -> Answer:
        given = read_object(request)
        event = put_event(self._memory.world, params["mailbox"], given)
        return json_answer({"id": event.id}, 201)

    def _show_settings(self, _request: Request, _params: Params) -> Answer:
        return json_answer(self._settings())

    def _change_settings(self, request: Request, _params: Params) -> Answer:
        apply_changes(read_changes(request), self._memory)
        return json_answer(self._settings())

    def _reset(self, _request: Request, _params: Params) -> Answer:
        self._memory.reset()
        return empty(204)


def _all_routes() -> tuple[tuple[str, str], ...]:
    return ENTRA_ROUTES + ROUTES.names + UPLOAD_ROUTES


def _names(fault: Fault, method: str, template: str) -> bool:
    return (fault.method is None or fault.method.upper() == method) and (
        fault.route is None or fnmatchcase(template, fault.route)
    )


def _call(call: Call) -> dict[str, Any]:
    return {
        **{name: getattr(call, name) for name in Call.__slots__},
        "headers": dict(call.headers),
        "form": dict(call.form),
    }


def _limit(request: Request) -> int:
    options = dict(request.options)
    limit = int(options.pop("limit", str(DEFAULT_CALLS)))
    if options or limit < 1:
        raise ValueError("The only option is 'limit', which is at least 1.")
    return limit


def _refused(status: int, message: str) -> Answer:
    return json_answer(error_body("SandboxControl", message), status)
