"""Names under which strangers would have files saved. Pure."""

import re
import unicodedata
from urllib.parse import quote

__all__ = ["disposition", "safe_name"]

# Control characters, ends of lines, half characters, and what turns the
# order of others around or is not seen at all: "invoice\u202Efdp.exe" looks
# like "invoiceexe.pdf".
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# What parts a path, here or elsewhere, or means something to a shell.
_PARTING = re.compile(r'[/\\:*?"<>|]')
_LONGEST = 255


def safe_name(name: str) -> str:
    """Return a name that is no path, not hidden, and reads as it is."""
    seen = (c for c in name if unicodedata.category(c) not in _UNSEEN)
    plain = _PARTING.sub("_", "".join(seen))[-_LONGEST:]
    return plain.strip(" .") or "attachment"


def disposition(name: str) -> str:
    """Return ``Content-Disposition`` (RFC 6266, RFC 8187) to save a file."""
    safe = safe_name(name)
    plain = safe.encode("ascii", "replace").decode()
    plain = "".join(c if c.isalnum() or c in " ._-" else "_" for c in plain)
    encoded = quote(safe, safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
