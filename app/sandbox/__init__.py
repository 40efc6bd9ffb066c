"""A local, stateful emulation of Microsoft Graph mail and Entra ID.

It imports nothing of the service, so that one bug cannot hide in both.
"""

from app.sandbox.faults import Fault, Reset
from app.sandbox.sandbox import Sandbox

__all__ = ["Fault", "Reset", "Sandbox"]
