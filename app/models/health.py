"""Health as callers see it.

Source: https://datatracker.ietf.org/doc/draft-inadarei-api-health-check/
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

__all__ = ["Check", "Health", "HealthStatus", "TokenState"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenState:
    """What is known about a tenant's token; times in seconds.

    ``problem`` is the code of the last failure to get one, while that is
    remembered.
    """

    tenant: str
    age: float | None
    expires_in: float | None
    problem: str | None


HealthStatus = Literal["pass", "warn", "fail"]


class Check(TypedDict):
    """One thing that was looked at."""

    status: HealthStatus
    componentType: NotRequired[str]
    observedValue: NotRequired[Any]
    observedUnit: NotRequired[str]
    output: NotRequired[str]


class Health(TypedDict):
    """How the service is."""

    status: HealthStatus
    version: str
    checks: Annotated[
        dict[str, list[Check]],
        Field(description="By component and measurement, such as graph:p95."),
    ]
