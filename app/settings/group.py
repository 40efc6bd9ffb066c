"""What every group of settings has in common."""

from itertools import pairwise

from pydantic import BaseModel, ConfigDict

__all__ = ["Group"]


class Group(BaseModel):
    """Frozen, refuses what it does not know, says what each field is for."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True
    )

    def check_ascending(self, *names: str) -> None:
        """Raise `ValueError` unless these fields are in ascending order."""
        for lower, upper in pairwise(names):
            if getattr(self, lower) > getattr(self, upper):
                raise ValueError(
                    f"{lower.upper()}: must not be above {upper.upper()}"
                )
