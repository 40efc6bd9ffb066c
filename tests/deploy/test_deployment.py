"""The files of `deploy/` say what the code and each other say.

Their form is linted by `make check`.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from app import __version__
from app.sandbox.tenants import TENANTS
from app.settings import AuthMode, Settings, load_settings, prepare_otel

DEPLOY = Path(__file__).parents[2] / "deploy"
OVERLAYS = DEPLOY / "kubernetes/overlays"


def read(path: str) -> Any:
    return yaml.safe_load((DEPLOY / path).read_text())


def compose() -> Any:
    return read("compose.yaml")["services"]


def literals(folder: str) -> dict[str, str]:
    """Return the environment that a kustomization sets."""
    [made] = read(f"kubernetes/{folder}/kustomization.yaml")[
        "configMapGenerator"
    ]
    return dict(pair.split("=", 1) for pair in made["literals"])


def accepted(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> Settings:
    """Start from these variables alone, as a container does."""
    for name in list(os.environ):  # noqa: TID251 - to be rid of the tester's
        if name.startswith(("EXCHANGE_", "OTEL_")):
            monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    prepare_otel()
    return load_settings()


def image_variables() -> dict[str, str]:
    text = (DEPLOY / "Dockerfile").read_text()
    return dict(re.findall(r"(EXCHANGE_\w+)=(\S+)", text))


def test_compose_starts_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its settings are allowed, and point at the sandbox beside it."""
    variables = compose()["service"]["environment"]
    settings = accepted(monkeypatch, {**image_variables(), **variables})

    assert settings.auth_mode is AuthMode.NONE
    assert settings.graph_url == "http://127.0.0.1:8001/v1.0"
    assert "8001" in compose()["graph"]["command"]
    assert [
        (t.tenant_id, t.client_id, t.client_secret)
        for t in settings.every_tenant
    ] == [(t.id, t.client_id, SecretStr(t.credential)) for t in TENANTS]


def test_the_dev_overlay_starts_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a secret, and with the sandbox in it."""
    variables = literals("base") | literals("overlays/dev")
    settings = accepted(monkeypatch, image_variables() | variables)

    assert settings.sandbox
    assert settings.host == "127.0.0.1"


def test_the_production_overlay_has_what_the_service_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With what its vault holds, callers sign in and processes share."""
    variables = literals("base") | literals("overlays/production")
    vault = read("kubernetes/overlays/production/secrets.yaml")["spec"]
    secrets = {
        "secret-keys": '["k"]',
        "database-url": "postgresql://user@database/exchange",
    }
    [synced] = vault["secretObjects"]
    variables |= {
        entry["key"]: secrets[entry["objectName"]] for entry in synced["data"]
    }
    settings = accepted(monkeypatch, image_variables() | variables)
    [tenant] = settings.every_tenant

    assert tenant.proofs == ("client_federated_token_file",)
    assert settings.auth_mode is AuthMode.ENTRA
    assert settings.browser_client_id in {
        caller.client_id for caller in settings.callers
    }
    assert settings.host == "0.0.0.0"  # noqa: S104 - in a container
    assert settings.database_url is not None


def test_replicas_share_what_graph_allows_the_app(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many there are: limits are counted by each of them."""
    most = read("kubernetes/base/autoscaling.yaml")["spec"]["maxReplicas"]
    variables = literals("overlays/production")
    shared = [name for name in variables if "LIMITS__" in name]
    one = accepted(
        monkeypatch,
        {"EXCHANGE_SANDBOX": "true"} | {n: variables[n] for n in shared},
    ).limits
    graph = Settings.model_construct().limits

    assert len(shared) == 2
    assert one.mailbox_concurrency * most <= graph.mailbox_concurrency
    assert one.mailbox_requests * most <= graph.mailbox_requests


def test_the_pod_is_what_the_image_expects() -> None:
    """The same user and port, and a place to write where it writes."""
    text = (DEPLOY / "Dockerfile").read_text()
    pod = read("kubernetes/base/deployment.yaml")["spec"]["template"]["spec"]
    [container] = pod["containers"]
    user = pod["securityContext"]["runAsUser"]
    places = {mount["mountPath"] for mount in container["volumeMounts"]}

    assert f"USER {user}:{user}\n" in text
    assert f"--owner {user}" in text
    assert places == {image_variables()["EXCHANGE_DATA_DIR"], "/tmp"}  # noqa: S108
    assert container["ports"] == [
        {
            "name": "http",
            "containerPort": int(image_variables()["EXCHANGE_PORT"]),
        }
    ]


def test_policies_are_about_the_service_alone() -> None:
    """A selector that is empty would mean all that is in its namespace."""
    kind = {"matchLabels": {"app.kubernetes.io/name": "exchange-api"}}
    disruption = read("kubernetes/base/disruption.yaml")["spec"]
    network = read("kubernetes/base/network.yaml")["spec"]

    assert disruption["selector"] == kind
    assert network["podSelector"] == kind


def test_versions_are_named() -> None:
    """Ours is the code's; those of others are not whatever is latest."""
    overlay = read("kubernetes/overlays/production/kustomization.yaml")
    others = {
        image
        for service in compose().values()
        if (image := service["image"]) != "exchange-api"
    }

    assert overlay["images"][0]["newTag"] == __version__
    for image in others:
        assert re.search(r":v?\d+\.?\d*", image), image


def test_doors_lead_somewhere() -> None:
    """Each address that one file names is opened by another."""
    collector = read("otel/collector.yaml")
    prometheus = read("prometheus.yaml")
    front = (DEPLOY / "haproxy.cfg").read_text()
    opened = {
        f"collector:{address.rpartition(':')[2]}"
        for address in (
            collector["receivers"]["otlp"]["protocols"]["http"]["endpoint"],
            collector["exporters"]["prometheus"]["endpoint"],
        )
    }
    variables = compose()["service"]["environment"]
    [scraped] = prometheus["scrape_configs"][0]["static_configs"]

    assert {
        variables["OTEL_EXPORTER_OTLP_ENDPOINT"].removeprefix("http://"),
        *scraped["targets"],
    } == opened
    for port in compose()["front"]["ports"]:
        outside, inside = port.split(":")[1:]
        [listens] = [p for p in front.split("\n\n") if f":{inside}\n" in p]
        assert f"127.0.0.1:{outside}" in listens


def test_the_collector_uses_what_it_declares() -> None:
    """And declares what it uses; no binary of it is at hand to say so."""
    config = read("otel/collector.yaml")
    for kind in ("receivers", "processors", "exporters"):
        used = {
            name
            for pipeline in config["service"]["pipelines"].values()
            for name in pipeline[kind]
        }
        assert used == set(config[kind])


def test_the_collector_chooses_what_traces_are_kept() -> None:
    """Callers that sample few would hide those that fail."""
    for variables in (compose()["service"]["environment"], literals("base")):
        assert variables["OTEL_TRACES_SAMPLER"] == "always_on"


def test_what_is_mounted_is_there() -> None:
    """Each file and folder that compose hands to a container."""
    for name, service in compose().items():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert not source.startswith(".") or (DEPLOY / source).exists(), (
                name
            )
