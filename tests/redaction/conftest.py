"""How spans are recorded, and how the count of what was searched is told."""

import os

import pytest

# As the service does for itself; read once for all, when anything is traced.
os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "http"  # noqa: TID251 - see above


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> None:
    """Tell how many places were searched for canaries."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            is_call = getattr(report, "when", "") == "call"
            for name, told in report.user_properties if is_call else ():
                if name == "redaction":
                    terminalreporter.write_line(f"redaction: {told}")
