"""What a person sees who signs in."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import urlsplit

from app.sandbox.entra.clients import OPERATORS, Client
from app.sandbox.state.directory import User
from app.sandbox.tenants import Tenant
from app.sandbox.wire import Answer

__all__ = ["choice", "refusal"]

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 26rem; padding: 2rem 1rem }
ul { list-style: none; margin: 0; padding: 0 }
button { width: 100%; margin: .25rem 0; padding: .75rem 1rem; font: inherit;
  text-align: start; border: 1px solid; border-radius: .5rem;
  cursor: pointer }
small { display: block; overflow-wrap: anywhere }
"""
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""


def choice(
    tenant: Tenant,
    client: Client,
    users: Iterable[User],
    options: Mapping[str, str],
) -> Answer:
    """Return the page on which a person picks who they are."""
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(text)}">\n'
        for name, text in options.items()
        if name != "login_hint"
    )
    buttons = "".join(f"<li>{_button(user)}</li>\n" for user in users)
    content = (
        f"<p>The application “{escape(client.name)}” wants to act for you. "
        "This is a sandbox: nobody here has a password.</p>\n"
        f'<form method="get">\n{kept}<ul>\n{buttons}</ul>\n</form>'
    )
    back = urlsplit(options["redirect_uri"])
    # The form's answer leads there.
    target = f"'self' {back.scheme}://{back.netloc}"
    return _page(f"Sign in to {tenant.name}", content, 200, target)


def refusal(tenant: Tenant, reason: str) -> Answer:
    """Return the page that says why nobody can sign in."""
    title = f"Nobody can sign in to {tenant.name}"
    return _page(title, f"<p>{escape(reason)}</p>", 400, "'none'")


def _button(user: User) -> str:
    label = escape(str(user.properties["displayName"]))
    address = escape(user.address)
    role = ", operator" if user.address in OPERATORS else ""
    return (
        f'<button name="login_hint" value="{address}">{label}'
        f"<small>{address}{role}</small></button>"
    )


def _page(title: str, content: str, status: int, target: str) -> Answer:
    text = PAGE.format(title=escape(title), style=STYLE, content=content)
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest())
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest.decode()}'; "
        f"form-action {target}; base-uri 'none'; frame-ancestors 'none'"
    )
    return Answer(
        status=status,
        headers={
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": policy,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
        body=text.encode(),
    )
