"""What is reported of a start, on a terminal and elsewhere."""

from __future__ import annotations

import io

from kg.database.server.progress import console_reporter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _report(stream: io.StringIO) -> str:
    with console_reporter(stream) as report:
        for done in range(218):
            report.count("Fetching [all]", done, 217)
        report.step("Starting")
        report.note("The server [moved] to http://localhost:7475")
    return stream.getvalue()


def test_a_log_gets_a_line_for_each_step_and_not_for_each_part() -> None:
    assert _report(io.StringIO()).splitlines() == [
        "Fetching [all]: 0 of 217",
        "Fetching [all]: 217 of 217",
        "Starting ...",
        "The server [moved] to http://localhost:7475",
    ]


def test_a_terminal_gets_a_bar_that_goes_away_and_keeps_the_note() -> None:
    shown = _report(Terminal())
    assert "Fetching" in shown
    assert "The server [moved] to http://localhost:7475" in shown
    assert "\x1b[2K" in shown
