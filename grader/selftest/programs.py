"""Hostile programs as data: each added to a right answer, with the verdict that it must get."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
COURSE = HERE / "course"
LINE_MARK = "# HERE"
"""Ends a line that a lost check must point to."""

Codes = tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """A hostile submission and what must become of it.

    Attributes:
        name: a sentence without its subject: "exits in a call".
        kind: name of the file it stands in.
        attack: what is added to the right answer.
        file: kind of file that is handed in instead (see grader.selftest.files), "" for the plain text.
        quiz: text of the quiz answers, None for the right ones.
        quiz_file: kind of file that is handed in as quiz, "" for plain text.
        tells: whether what it prints while it is loaded is told again in a call, since only calls' output is kept.
        beside: files that lie in the same folder, by name.
        loses: check, task, "quiz" or "tasks" (all but the quiz) to the codes of which it must lose each with one; every other check must pass.
        may_lose: the same for checks that may pass as well.
        at_least: those of ``loses`` that must be lost, all if empty.
        ungradable: codes of which one says why nothing of it can be graded; empty if it can.
        forbids: words that must not stand in its scorecard.
        bubblewrap_hides: the same, where bubblewrap is in use.
        at_most: seconds that its grading may take.
    """

    name: str
    kind: str
    attack: str = ""
    file: str = ""
    quiz: str | None = None
    quiz_file: str = ""
    tells: bool = False
    beside: Mapping[str, str] = field(default_factory=dict)
    loses: Mapping[str, Codes] = field(default_factory=dict)
    may_lose: Mapping[str, Codes] = field(default_factory=dict)
    at_least: tuple[str, ...] = ()
    ungradable: Codes = ()
    forbids: str = ""
    bubblewrap_hides: str = ""
    at_most: float = 90.0


def read_programs(folder: Path = CORPUS) -> tuple[Program, ...]:
    """Return the corpus in the order of its files.

    Raises:
        ValueError: two programs have the same name.
    """
    programs = tuple(program for path in sorted(folder.glob("*.toml")) for program in read_file(path))
    names = [program.name for program in programs]
    if double := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"several programs are called {', '.join(sorted(double))}")
    return programs


def read_file(path: Path) -> Iterable[Program]:
    """Yield the programs of one file."""
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["program"]:
        row |= {key: all_codes(row[key]) for key in ("loses", "may_lose") if key in row}
        row |= {"ungradable": codes(row.get("ungradable", [])), "at_least": tuple(row.get("at_least", ()))}
        yield Program(kind=path.stem, **row)


def all_codes(table: Mapping[str, Any]) -> dict[str, Codes]:
    """Return what may be lost with its codes."""
    return {name: codes(value) for name, value in table.items()}


def codes(value: str | list[str]) -> Codes:
    """Return one code or several."""
    return (value,) if isinstance(value, str) else tuple(value)


def right_answer() -> str:
    """Return the submission that earns every point."""
    return (COURSE / "chapter01_target" / "target.py").read_text(encoding="utf-8")


RIGHT_QUIZ = 'format = 1\n[answers]\nq1 = 0.5\nq2 = "2*x"\n'


LISTEN = """
import builtins, re
said = []
def print(*words):
    said.append(repr(words))
"""
TELL = r"""
silent_double = double
def double(x):
    for text in said:
        for found in re.findall(r"(?:planted|hidden|descriptor|rights|there|memory)-[\w -]{2,40}", text):
            builtins.print(found)
    return silent_double(x)
"""


def source_of(program: Program, names: Mapping[str, Any]) -> str:
    """Return a program's whole text; names that it mentions stand in its first line."""
    known = {name: value for name, value in names.items() if name in program.attack}
    head = f"{', '.join(known)}, = {tuple(known.values())!r}\n" if known else ""
    attack = f"{LISTEN}{program.attack}{TELL}" if program.tells else program.attack
    return f"{head}{right_answer()}\n{attack}"
