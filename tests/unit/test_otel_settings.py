"""Where signals go, by the standard variables of OpenTelemetry."""

import os

import pytest

from app.settings import (
    Exports,
    OtlpProtocol,
    Scrape,
    SettingsError,
    prepare_otel,
)

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
BATCH = "BSP_MAX_EXPORT_BATCH_SIZE"
BATCH_OF_LOGS = "BLRP_MAX_EXPORT_BATCH_SIZE"
GRPC, HTTP = OtlpProtocol.GRPC, OtlpProtocol.HTTP


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what is set for the libraries taken back."""
    for name in ("SEMCONV_STABILITY_OPT_IN", BATCH, BATCH_OF_LOGS):
        monkeypatch.setenv(f"OTEL_{name}", "")
        monkeypatch.delenv(f"OTEL_{name}")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, Exports()),
        (ENDPOINT, Exports(traces=HTTP, metrics=HTTP)),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "true"}, Exports()),
        (
            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x"},
            Exports(traces=HTTP),
        ),
        (
            {**ENDPOINT, "OTEL_LOGS_EXPORTER": "otlp, console"},
            Exports(traces=HTTP, metrics=HTTP, logs=HTTP),
        ),
        ({"OTEL_LOGS_EXPORTER": "console"}, Exports()),
        (
            {**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"},
            Exports(metrics=HTTP),
        ),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, Exports(traces=HTTP)),
        (
            {
                **ENDPOINT,
                "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
                "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf",
            },
            Exports(traces=HTTP, metrics=GRPC),
        ),
        (
            {"OTEL_METRICS_EXPORTER": "prometheus"},
            Exports(scrape=Scrape(host="localhost", port=9464)),
        ),
        (
            {
                "OTEL_METRICS_EXPORTER": "prometheus,otlp",
                "OTEL_EXPORTER_PROMETHEUS_HOST": "::1",
                "OTEL_EXPORTER_PROMETHEUS_PORT": "0",
            },
            Exports(metrics=HTTP, scrape=Scrape(host="::1", port=0)),
        ),
    ],
)
def test_signals_go_where_they_are_wanted(
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    expected: Exports,
) -> None:
    """Once a collector is named, or when a variable asks for it."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = prepare_otel()

    assert found == expected
    assert bool(found) is (expected != Exports())


def test_requests_are_measured_by_the_stable_conventions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever all programs of a machine were told: alerts need them."""
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "database")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://x")
    prepare_otel()

    found = os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"]  # noqa: TID251 - set there

    assert found == "http"


@pytest.mark.parametrize("given", [None, "512"])
def test_few_spans_are_encoded_at_once(
    monkeypatch: pytest.MonkeyPatch, given: str | None
) -> None:
    """Unless somebody wants it otherwise."""
    if given is not None:
        monkeypatch.setenv(f"OTEL_{BATCH}", given)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://x")
    prepare_otel()

    found = os.environ[f"OTEL_{BATCH}"]  # noqa: TID251 - set there

    assert found == (given or "32")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "grpc or http/protobuf"),
        ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "x", "grpc or http/protobuf"),
        ("OTEL_TRACES_EXPORTER", "zipkin", "otlp or none"),
        ("OTEL_METRICS_EXPORTER", "otlp,x", "otlp or prometheus or none"),
        ("OTEL_LOGS_EXPORTER", "x", "otlp or console or none"),
        ("OTEL_EXPORTER_PROMETHEUS_PORT", "70000", "a port"),
        ("OTEL_EXPORTER_PROMETHEUS_PORT", "http", "a port"),
    ],
)
def test_what_is_not_known_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    """With the variable's name, and what it may be."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://x")
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "otlp,prometheus")
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: expected {said}$"):
        prepare_otel()
