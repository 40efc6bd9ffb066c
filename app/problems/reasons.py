"""Why callers are refused: few and fixed, for metrics and the log."""

from enum import StrEnum

__all__ = ["Reason"]


class Reason(StrEnum):
    """What is wrong with a caller, its credentials or what it asks for."""

    MISSING = "missing"
    MALFORMED = "malformed"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    SIGNATURE = "signature"
    UNKNOWN_KEY = "unknown-key"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    KIND = "kind"
    APPLICATION = "application"
    ROLE = "role"
    TENANT = "tenant"
    MAILBOX = "mailbox"
    CLAIMS = "claims"
    REFUSED = "refused"
    QUOTA = "quota"
