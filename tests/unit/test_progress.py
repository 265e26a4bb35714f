"""Long work tells how far it is in lines; short work says nothing, and long work ever more rarely."""

import time

import pytest

from broadsheet.progress import duration, next_line_s, progress_lines


def _wait_for(lines: list[str], count: int) -> None:
    deadline = time.monotonic() + 10
    while len(lines) < count and time.monotonic() < deadline:
        time.sleep(0.005)


def test_a_line_says_what_how_many_of_how_many_and_how_long_it_takes() -> None:
    lines: list[str] = []
    with progress_lines("tone of comments", lines.append, every_s=0.05) as report:
        report(0, 4000)
        time.sleep(0.01)
        report(1000, 4000, "marts.articles")
        _wait_for(lines, 1)
    assert lines[0].startswith("tone of comments: 1,000 of 4,000, ")
    assert "/s, about " in lines[0]
    assert lines[0].endswith(" left, finished marts.articles")


def test_work_that_reports_nothing_is_said_to_go_on() -> None:
    lines: list[str] = []
    with progress_lines("linking copies", lines.append, every_s=0.05):
        _wait_for(lines, 2)
    assert set(lines) == {"linking copies: going on for 0 s"}
    told = len(lines)
    time.sleep(0.2)
    assert len(lines) == told, "it goes on after the work is over"


def test_short_work_says_nothing_and_an_hour_some_seventy_lines() -> None:
    lines: list[str] = []
    with progress_lines("parsing pages", lines.append) as report:
        report(1, 1)
    assert lines == []
    gone, told = next_line_s(0), 1
    assert gone == 10
    while gone < 3600:
        gone += next_line_s(gone)
        told += 1
    assert told < 75


def test_an_error_in_the_work_passes_and_ends_the_lines() -> None:
    lines: list[str] = []
    with pytest.raises(ValueError, match="bad"), progress_lines("x", lines.append, every_s=0.01):
        raise ValueError("bad")


@pytest.mark.parametrize(("seconds", "said"), [(4.4, "4 s"), (125, "2 min 5 s"), (11_400, "3 h 10 min")])
def test_a_duration_reads_as_people_say_it(seconds: float, said: str) -> None:
    assert duration(seconds) == said
