"""A Prometheus of the tests' own, which watches one running service."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import yaml

from tests.support.process import Overheard, Process
from tests.support.tools import installed

__all__ = ["Prometheus", "watching"]

# As often as can be where the machine has other work too.
_OFTEN = "500ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prometheus:
    """A running Prometheus."""

    client: httpx.AsyncClient

    async def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the series that an expression gives now.

        Raises:
            httpx.HTTPStatusError: It is no expression.
        """
        found = await self._get("query", query=expression)
        series: list[dict[str, Any]] = found["result"]
        return series

    async def rules(self) -> list[dict[str, Any]]:
        """Return all rules, with ``health`` and, of alerts, ``alerts``."""
        groups = (await self._get("rules"))["groups"]
        return [rule for group in groups for rule in group["rules"]]

    async def firing(self) -> set[str]:
        """Return the names of the alerts that somebody is called for."""
        alerts = (await self._get("alerts"))["alerts"]
        return {
            alert["labels"]["alertname"]
            for alert in alerts
            if alert["state"] == "firing"
        }

    async def _get(self, what: str, **parameters: str) -> dict[str, Any]:
        answer = await self.client.get(f"/api/v1/{what}", params=parameters)
        data: dict[str, Any] = answer.raise_for_status().json()["data"]
        return data


@asynccontextmanager
async def watching(
    service: Process, home: Path, rules: str
) -> AsyncIterator[Prometheus]:
    """Have a service's page of metrics read, and rules evaluated.

    Without Prometheus, the test is skipped; in CI it fails.

    Args:
        service: A service with metrics.
        home: Where Prometheus may keep what it has.
        rules: The text of a file of rules.
    """
    with _running(service, home, rules) as url:
        async with httpx.AsyncClient(base_url=url) as client:
            yield Prometheus(client=client)


@contextmanager
def _running(service: Process, home: Path, rules: str) -> Iterator[str]:
    (home / "rules.yaml").write_text(rules, encoding="utf-8")
    (home / "prometheus.yaml").write_text(yaml.dump(_configuration(service)))
    with subprocess.Popen(
        [
            installed("prometheus"),
            f"--config.file={home / 'prometheus.yaml'}",
            f"--storage.tsdb.path={home / 'series'}",
            "--web.listen-address=127.0.0.1:0",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as popen:
        said = Overheard(popen, [])
        try:
            address = said.told(r"Listening on.*address=(\S+)")
            said.told("(ready to receive web requests)")
            yield f"http://{address}"
        finally:
            said.end()


def _configuration(service: Process) -> dict[str, Any]:
    target = urlsplit(service.metrics).netloc
    return {
        "global": {
            "scrape_interval": _OFTEN,
            "scrape_timeout": _OFTEN,
            "evaluation_interval": _OFTEN,
            "external_labels": {"exchange_api_url": service.url},
        },
        "rule_files": ["rules.yaml"],
        "scrape_configs": [
            {
                "job_name": "exchange-api",
                "static_configs": [{"targets": [target]}],
            }
        ],
    }
