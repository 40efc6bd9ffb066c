"""What is declared about who may do what."""

from pathlib import Path

import pytest
from starlette.routing import Mount

from app.callers.permissions import PERMISSIONS
from app.routers.guarded import GuardedRoute
from app.sandbox import Sandbox
from app.settings.roles import Role
from tests.support.callers import api_key
from tests.support.service import settings_for, started

pytestmark = pytest.mark.anyio


async def test_every_route_has_a_declared_role(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """Routes are guarded, without exception; only assets are mounted."""
    async with started(settings_for(tmp_path), sandbox) as service:
        routes = list(service.app.routes)

    mounted = [route for route in routes if isinstance(route, Mount)]
    others = [route for route in routes if not isinstance(route, Mount)]
    assert [r for r in others if not isinstance(r, GuardedRoute)] == []
    assert [mount.path for mount in mounted] == ["/docs/assets"]
    names = {r.name for r in others if isinstance(r, GuardedRoute)}
    assert names == set(PERMISSIONS)


async def test_a_route_without_a_role_cannot_be_made() -> None:
    """What nobody declared is not served; the process does not start."""

    async def undeclared() -> None:
        """Do something new."""

    with pytest.raises(KeyError, match="undeclared"):
        GuardedRoute("/v1/undeclared", undeclared)


async def test_nothing_answers_without_credentials(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """401 from each operation that demands a role, and of paths unknown."""
    settings = settings_for(
        tmp_path, auth_mode="api_key", api_keys=[api_key("k")]
    )
    async with started(settings, sandbox) as service:
        statuses = {}
        for route in service.app.routes:
            if not isinstance(route, GuardedRoute) or not route.methods:
                continue
            [method] = route.methods
            path = route.path.replace("{", "").replace("}", "")
            answer = await service.client.request(method, path)
            statuses[route.name] = answer.status_code
        unknown = await service.client.get("/v2/nothing")

    closed = {name for name, roles in PERMISSIONS.items() if roles}
    assert {name for name, s in statuses.items() if s == 401} == closed
    assert unknown.status_code == 401
    assert unknown.headers["WWW-Authenticate"] == 'ApiKey realm="exchange-api"'
    assert sandbox.calls == []


async def test_each_operation_demands_its_roles(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """With all other roles than one that it demands it is refused."""
    every = set(Role)
    keys = [api_key("all", roles=list(Role))]
    keys += [api_key(f"no-{r}", roles=list(every - {r})) for r in Role]
    settings = settings_for(
        tmp_path,
        auth_mode="api_key",
        api_keys=keys,
        quota={"requests": 1_000_000},
    )
    async with started(settings, sandbox) as service:
        for route in service.app.routes:
            if not isinstance(route, GuardedRoute) or not route.methods:
                continue
            [method] = route.methods
            path = route.path.replace("{", "").replace("}", "")
            for role in route.needed:
                answer = await service.client.request(
                    method, path, headers={"X-API-Key": f"no-{role}"}
                )
                assert answer.status_code == 403, route.name
                assert answer.json()["code"] == "caller-forbidden"
                assert role in answer.json()["detail"]

    assert sandbox.calls == []
