"""Formulas judged in a process of their own: the same verdicts, and an answer that ends the process costs only itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.symbolic import Formula, beside
from grader.symbolic import judge as judge_here

QUESTION = Formula("sin(x**2)", with_respect_to="x")
BOUNDED = Formula("log(x)*y", ("x", "y"), "x", domain={"x": (0, None)})


def running() -> beside.Judge:
    """Return the process that judges."""
    return beside._running[-1]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (QUESTION, "2*x*cos(x**2)"),
        (QUESTION, "cos(x**2)"),
        (QUESTION, "2*x*cos(x**2) +\n"),
        (QUESTION, "\ud800\x00é"),
        (QUESTION, None),
        (BOUNDED, "y/x"),
        (BOUNDED, "y/x + 1"),
    ],
)
def test_the_verdict_is_the_same_as_here(question: Formula, answer: object) -> None:
    with beside.formulas_beside():
        assert beside.judge(question, answer, 3) == judge_here(question, answer, 3)


def test_a_process_that_was_killed_is_started_again() -> None:
    with beside.formulas_beside():
        process = running().process
        os.kill(process.pid, signal.SIGKILL)
        assert beside.judge(QUESTION, "2*x*cos(x**2)", 3).kind == "equal"
        assert running().process.pid != process.pid


def test_an_answer_that_ends_every_process_is_refused_and_the_next_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    with beside.formulas_beside():
        monkeypatch.setattr(beside, "ANSWER_SECONDS", 0.0)
        assert beside.judge(QUESTION, "2*x*cos(x**2)", 3).kind == "refused"
        monkeypatch.undo()
        assert beside.judge(QUESTION, "2*x*cos(x**2)", 3).kind == "equal"


def test_an_interrupted_question_is_not_answered_in_the_place_of_the_next() -> None:
    with beside.formulas_beside():

        class Interrupted:
            """A reader that is interrupted before it reads the answer."""

            def readline(self) -> str:
                raise KeyboardInterrupt

        judge = running()
        pipes = judge._pipes
        judge._pipes = lambda: (pipes()[0], Interrupted())  # type: ignore[method-assign, assignment, return-value]
        with pytest.raises(KeyboardInterrupt):
            beside.judge(QUESTION, "2*x*cos(x**2)", 3)
        judge._pipes = pipes  # type: ignore[method-assign]
        assert beside.judge(QUESTION, "cos(x)", 3).kind == "different"


def test_no_process_is_left_behind() -> None:
    with beside.formulas_beside():
        process = running().process
    assert process.poll() is not None
    assert not Path("/proc", str(process.pid)).exists()


def test_it_ends_with_a_grader_that_is_killed() -> None:
    code = (
        "import os, sys; from grader.symbolic import beside\n"
        "with beside.formulas_beside():\n"
        "    print(beside._running[-1].process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=False)
    pid = int(done.stdout)
    waited_until = time.monotonic() + 30  # it is still importing SymPy when its pipe closes
    while Path("/proc", str(pid)).exists() and time.monotonic() < waited_until:
        time.sleep(0.02)
    assert not Path("/proc", str(pid)).exists()


def test_the_grader_itself_does_not_import_sympy_while_the_process_judges() -> None:
    code = (
        "import sys; from grader.symbolic import beside, Formula\n"
        "with beside.formulas_beside():\n"
        "    print(beside.judge(Formula('sin(x)', with_respect_to='x'), 'cos(x)', 1).kind, 'sympy' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "equal False"
