"""A scorecard for a person: 80 columns, no colour needed, one total."""

from __future__ import annotations

import io

import pytest

from grader.report.terminal import MARKS, PLAIN_MARKS, STYLES, PipeConsole, make_console
from grader.selftest.judging import ACTING
from tests.conftest import Checkout


def test_every_status_has_a_mark_and_a_style() -> None:
    assert MARKS.keys() == PLAIN_MARKS.keys() == STYLES.keys()
    assert len(MARKS) == 8
    assert all(mark.isascii() for mark in PLAIN_MARKS.values())


def test_no_line_is_longer_than_a_hundred_columns() -> None:
    assert make_console(300).width == 100
    assert make_console(80).width == 80


def test_a_reader_that_is_gone_is_an_error_of_its_own() -> None:
    with pytest.raises(BrokenPipeError):
        PipeConsole(file=io.StringIO()).on_broken_pipe()


def test_markup_in_a_students_text_is_text(checkout: Checkout) -> None:
    source = checkout.solution.replace(
        "return identity(x) * 2", "print('[bold]loud[/bold] [link=x]'); raise ValueError('[red]a[/nothing]')"
    )
    checkout.module.write_text(source, encoding="utf-8")
    result = checkout.grade("chapter1")
    assert result.status == 1
    assert "[bold]loud[/bold] [link=x]" in result.out
    assert "[red]a[/nothing]" in result.out
    assert result.out.count("of 20 points") == 1


def test_the_line_that_is_shown_does_not_act_on_the_terminal(checkout: Checkout) -> None:
    source = checkout.solution.replace(
        "return identity(x) * 2", "raise ValueError  # \x1b[31m \x1b]0;title\x07 \x1b[2J \u202e \u200b shown"
    )
    checkout.module.write_text(source, encoding="utf-8")
    out = checkout.grade("chapter1").out
    assert "raise ValueError" in out
    assert not ACTING.search(out)
