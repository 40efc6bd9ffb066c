"""Who may call what, as the API document tells it."""

from typing import Any

from app.callers.permissions import PERMISSIONS
from app.callers.sign_in import SignIn
from app.settings import AuthMode
from app.settings.roles import Role

__all__ = ["SCOPES", "fitted", "secure"]

Document = dict[str, Any]

_ENTRA, _KEY = "entra", "api_key"
_NAMES = {AuthMode.ENTRA: _ENTRA, AuthMode.API_KEY: _KEY}
_ANY_TENANT = "https://login.microsoftonline.com/organizations/oauth2/v2.0"
SCOPES = {
    "mail.read": "Read folders, messages and attachments.",
    "mail.send": "Send, reply and forward.",
    "mail.write": "Write drafts, change, move and delete messages.",
    "calendar.read": "Read calendars, see who is free.",
    "calendar.write": "Make, change and answer events.",
    "contacts.read": "Read contacts, look people up.",
    "contacts.write": "Make, change and delete contacts.",
    "settings.read": "Read settings, automatic replies and rules.",
    "settings.write": "Change settings, automatic replies and rules.",
}
"""What people can be asked to consent to; `operator` is assigned to them."""


def secure(document: Document) -> None:
    """Tell of each operation which roles it demands, and how to show them.

    That is the same for all configurations: either way of signing in.
    """
    flow = {
        "authorizationUrl": f"{_ANY_TENANT}/authorize",
        "tokenUrl": f"{_ANY_TENANT}/token",
        "scopes": SCOPES,
    }
    document["components"]["securitySchemes"] = {
        _ENTRA: {
            "type": "oauth2",
            "description": (
                "An access token of Entra ID for this service, with the roles"
                " as delegated permissions or app roles"
                " (`EXCHANGE_AUTH_MODE=entra`). `operator` is a role that is"
                " assigned, and no scope."
            ),
            "flows": {"authorizationCode": flow},
        },
        _KEY: {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": (
                "A key that the operators have given out"
                " (`EXCHANGE_AUTH_MODE=api_key`)."
            ),
        },
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            roles = sorted(PERMISSIONS[operation["operationId"]])
            operation["security"] = _demanded(roles)
            operation["description"] += f"\n\n{_said(roles)}"


def _demanded(roles: list[Role]) -> list[Document]:
    if not roles:
        return []
    scopes = [str(role) for role in roles if str(role) in SCOPES]
    return [{_ENTRA: scopes}, {_KEY: [str(role) for role in roles]}]


def _said(roles: list[Role]) -> str:
    if not roles:
        return "Needs no credentials."
    return f"Needs {' and '.join(f'`{role}`' for role in roles)}."


def fitted(document: Document, sign_in: SignIn) -> Document:
    """Return the document as it is for those who call this very service."""
    name = _NAMES.get(sign_in.mode)
    components = dict(document["components"])
    schemes = components.pop("securitySchemes")
    if name is not None:
        scheme = schemes[name]
        if name == _ENTRA:
            scheme = scheme | {"flows": {"authorizationCode": _flow(sign_in)}}
        components["securitySchemes"] = {name: scheme}
    paths = {
        path: {
            method: _fitted(operation, name, sign_in.resource)
            for method, operation in operations.items()
        }
        for path, operations in document["paths"].items()
    }
    return document | {"components": components, "paths": paths}


def _flow(sign_in: SignIn) -> Document:
    return {
        "authorizationUrl": sign_in.authorize,
        "tokenUrl": sign_in.token,
        "scopes": {
            f"{sign_in.resource}{role}": about
            for role, about in SCOPES.items()
        },
    }


def _fitted(operation: Document, name: str | None, resource: str) -> Document:
    """Return an operation that demands only what is shown in one way."""
    demanded = [
        {name: [f"{resource}{role}" for role in roles]}
        for one in operation["security"]
        for way, roles in one.items()
        if way == name
    ]
    return operation | {"security": demanded}
