"""The status page: one file for browsers, made of several for people."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from app.callers.sign_in import SignIn
from app.routers.embedded import json_in_html

__all__ = ["StatusPage", "page_for"]

_HERE = Path(__file__).parent
_SCRIPTS = ("dom", "charts", "signing", "actions", "sections", "live")


class StatusPage(NamedTuple):
    """The whole page, which asks for nothing else, and its policy."""

    text: str
    policy: str


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


_STYLE = _read("page.css")
_SCRIPT = "\n".join(_read(f"{name}.js") for name in _SCRIPTS)


@cache
def page_for(sign_in: SignIn) -> StatusPage:
    """Return the page for those who sign in like that.

    Nothing runs in it but its own script, and that makes no markup of text.
    """
    told = {
        "mode": sign_in.mode,
        "authorize": sign_in.authorize,
        "token": sign_in.token,
        "client_id": sign_in.client_id,
        # To be an operator is assigned; there is no scope to ask for.
        "scope": f"{sign_in.resource}.default",
    }
    text = (
        _read("page.html")
        .replace("/* sign-in */", json_in_html(told))
        .replace("/* style */", _STYLE)
        .replace("/* script */", _SCRIPT)
    )
    hosts = " ".join(filter(None, ("'self'", sign_in.origin)))
    policy = (
        f"default-src 'none'; script-src {_hash(_SCRIPT)};"
        f" style-src {_hash(_STYLE)}; img-src data:; connect-src {hosts};"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return StatusPage(text, policy)
