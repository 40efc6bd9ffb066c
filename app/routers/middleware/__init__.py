"""What every request passes before its route; pure ASGI.

In this order: `Head`, `Door`, `IdsInPaths`, `Audit`, `Disconnect`, `Cors`,
`Guard`, `LoopbackOnly`, `Authentication`, `CallerQuota`, `BodyLimit`.
`ShortWay` stands before them, and takes plain reads through the same.
"""

from app.routers.middleware.audit import Audit
from app.routers.middleware.authentication import Authentication
from app.routers.middleware.body import BodyLimit
from app.routers.middleware.cors import Cors
from app.routers.middleware.disconnect import Disconnect
from app.routers.middleware.door import Door
from app.routers.middleware.guard import Guard
from app.routers.middleware.head import Head
from app.routers.middleware.loopback import LoopbackOnly
from app.routers.middleware.paths import IdsInPaths
from app.routers.middleware.quota import CallerQuota
from app.routers.middleware.short_way import ShortWay

__all__ = [
    "Audit",
    "Authentication",
    "BodyLimit",
    "CallerQuota",
    "Cors",
    "Disconnect",
    "Door",
    "Guard",
    "Head",
    "IdsInPaths",
    "LoopbackOnly",
    "ShortWay",
]
