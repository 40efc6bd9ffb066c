"""How the count of what was asked and seen is told."""

import pytest


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> None:
    """Tell how many calls were made, and what was seen."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            is_call = getattr(report, "when", "") == "call"
            for name, told in report.user_properties if is_call else ():
                if name == "isolation":
                    terminalreporter.write_line(f"isolation: {told}")
