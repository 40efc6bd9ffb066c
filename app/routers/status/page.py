"""The status page: one file for browsers, made of three for people."""

import base64
import hashlib
from pathlib import Path

__all__ = ["PAGE", "POLICY"]

_HERE = Path(__file__).parent
_SCRIPTS = ("dom", "charts", "actions", "sections", "live")


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


_STYLE = _read("page.css")
_SCRIPT = "\n".join(_read(f"{name}.js") for name in _SCRIPTS)

PAGE = (
    _read("page.html")
    .replace("/* style */", _STYLE)
    .replace("/* script */", _SCRIPT)
)
"""The whole page; it asks for nothing else."""

POLICY = (
    f"default-src 'none'; script-src {_hash(_SCRIPT)};"
    f" style-src {_hash(_STYLE)}; img-src data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Nothing runs in it but its own script, and that makes no markup of text."""
