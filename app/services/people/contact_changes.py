"""Whether a contact shows what a change asked for. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from app.models.contact_input import ContactPatch
from app.models.contacts import Contact

__all__ = ["shows"]


def shows(contact: Contact, patch: ContactPatch) -> bool:
    """Tell whether all members that a patch sets have those values."""
    found: Mapping[str, Any] = {**contact}
    wanted = patch.model_dump(mode="json", include=patch.model_fields_set)
    return all(
        _FORM.get(name, _plain)(found[name])
        == _FORM.get(name, _plain)(wanted[name])
        for name in wanted
    )


def _plain(value: Any) -> Any:
    return value or None


def _addresses(people: Any) -> list[str]:
    return [(one["address"] or "").lower() for one in people or ()]


def _by_kind(members: Any) -> list[Any]:
    """Return them in an order that does not depend on where they are from."""
    return sorted(
        sorted((name, value or "") for name, value in one.items())
        for one in members or ()
    )


_FORM: Mapping[str, Callable[[Any], Any]] = {
    "emails": _addresses,
    "phones": _by_kind,
    "addresses": _by_kind,
}
