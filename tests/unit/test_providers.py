"""What sends signals out."""

import pytest

from app.settings import Exports, OtlpProtocol
from app.telemetry.setup import connect


@pytest.mark.parametrize("protocol", OtlpProtocol)
def test_what_is_wanted_goes_out(
    monkeypatch: pytest.MonkeyPatch, protocol: OtlpProtocol
) -> None:
    """Each signal by itself, or all of them; nothing unless asked for."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    wanted = {
        "traces": Exports(traces=protocol),
        "metrics": Exports(metrics=protocol),
        "logs": Exports(logs=protocol),
    }
    for name, exports in wanted.items():
        alone = connect(exports, "1")
        alone.shutdown()

        assert alone.names == [name]
    everything = connect(
        Exports(traces=protocol, metrics=protocol, logs=protocol), "1"
    )
    everything.shutdown()

    assert everything.names == list(wanted)
    assert everything.tracer
    assert everything.meter
    assert everything.logger
    assert connect(Exports(), "1").names == []
