"""Health as callers see it.

Source: https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
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
    remembered; ``unmended`` the same until one is given.
    """

    tenant: str
    age: float | None
    expires_in: float | None
    problem: str | None
    unmended: str | None = None


HealthStatus = Literal["pass", "warn", "fail"]


class Check(TypedDict):
    """One thing that was looked at."""

    status: HealthStatus
    time: Annotated[str, Field(description="When it was looked at.")]
    componentType: NotRequired[str]
    componentId: NotRequired[
        Annotated[
            str, Field(description="Which of several, such as a workload.")
        ]
    ]
    observedValue: NotRequired[Any]
    observedUnit: NotRequired[str]
    output: NotRequired[
        Annotated[str, Field(description="The code of a problem.")]
    ]
    links: NotRequired[
        Annotated[
            dict[str, str],
            Field(description="`about` is where the problem is explained."),
        ]
    ]


class Health(TypedDict):
    """How the service is."""

    status: HealthStatus
    version: Annotated[str, Field(description="Of the API.")]
    releaseId: Annotated[str, Field(description="Of the service.")]
    checks: Annotated[
        dict[str, list[Check]],
        Field(description="By component and measurement: contoso:p95."),
    ]
