"""Tenants that are listed in a file, for those who keep secrets in files."""

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_settings import NoDecode

from app.settings.tenant import TenantSettings

__all__ = ["TenantsInFile"]


def _read(value: Any) -> Any:
    """Return what is in the file, not yet validated.

    Raises:
        ValueError: It cannot be read, or is no JSON. What is in it is never
            quoted.
    """
    if not isinstance(value, str | Path):
        return value
    try:
        return json.loads(Path(value).read_text("utf-8"))
    except OSError as e:
        raise ValueError(f"cannot read {value}: {e.strerror}") from None
    except ValueError:
        raise ValueError(f"{value} is not valid JSON") from None


TenantsInFile = Annotated[
    tuple[TenantSettings, ...],
    NoDecode,
    BeforeValidator(_read),
    WithJsonSchema({"type": "string", "format": "path"}),
]
"""Given as the path of a file that is like ``EXCHANGE_TENANTS``."""
