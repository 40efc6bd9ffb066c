"""The page that Prometheus reads."""

from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.support.process import serving

ADA = "/v1/mailboxes/ada@contoso.example"


def test_names_are_those_that_alerts_and_dashboards_use(
    tmp_path: Path,
) -> None:
    """Dots become underscores, units and totals are told."""
    with (
        serving(
            tmp_path,
            OTEL_METRICS_EXPORTER="prometheus",
            OTEL_EXPORTER_PROMETHEUS_PORT="0",
            EXCHANGE_CLIENT_SECRET_EXPIRES="2020-02-29",
        ) as running,
        httpx.Client(base_url=running.url, timeout=40) as caller,
    ):
        caller.get(f"{ADA}/messages")
        page = httpx.get(running.metrics).text
    samples = {
        sample.name: sample
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }

    assert samples["exchange_up"].value == 1
    assert samples["exchange_ledger_available"].value == 1
    assert samples["exchange_credential_remaining_seconds"].value < 0
    assert samples["exchange_breaker_state"].labels == {
        "tenant": "contoso",
        "workload": "mail-read",
    }
    assert {
        *("exchange_calls_total", "exchange_call_duration_seconds_bucket"),
        *("exchange_cache_bytes", "exchange_graph_wait_seconds_sum"),
        *("exchange_graph_in_flight", "exchange_token_age_seconds"),
        *("http_client_request_duration_seconds_count", "target_info"),
    } <= set(samples)
    served = samples["http_server_request_duration_seconds_count"].labels
    assert served["http_route"] == "/v1/mailboxes/{mailbox}/messages"
    assert served["http_response_status_code"] == "200"
    assert (
        'http_server_request_duration_seconds_bucket{http_request_method="GET"'
    ) in page
    assert 'le="2.5"' in page
    assert not any("otel_scope" in sample for sample in page.split("{"))
