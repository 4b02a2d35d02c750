"""How an author declares a check: a decorated function whose docstring is the line the student reads."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

CheckFunction = Callable[[Any, np.random.Generator], None]
MARK = "__micrograde_check__"


@dataclass(frozen=True)
class Check:
    """One graded question about one task.

    Attributes:
        function: takes the student's module and a random generator; returns, or raises CheckFailed.
        name: the function's name, a sentence.
        task: name of the task whose points it gives.
        points: whole points.
        title: what the student reads.
        after: names of checks of the same task that must have passed before.
        cpu_seconds: CPU seconds of one call; None takes the task's.
        repeat: whether the first call of each function is made twice and compared.
        no_warnings: whether a RuntimeWarning that reaches the caller fails the check.
        blames: code to the misconception that a failure with that code shows.
    """

    function: CheckFunction
    name: str
    task: str
    points: int
    title: str
    after: tuple[str, ...] = ()
    cpu_seconds: float | None = None
    repeat: bool = True
    no_warnings: bool = False
    blames: Mapping[str, str] = field(default_factory=dict)


def check(
    task: str, points: int, *, after: tuple[str, ...] | list[str] = (), cpu_seconds: float | None = None,
    repeat: bool = True, no_warnings: bool = False, blames: Mapping[str, str] | None = None,
) -> Callable[[CheckFunction], CheckFunction]:  # fmt: skip
    """Declare the decorated function a check of task, worth points; the arguments are those of Check."""

    def declare(function: CheckFunction) -> CheckFunction:
        title = (inspect.getdoc(function) or function.__name__).splitlines()[0]
        declared = Check(
            function,
            function.__name__,
            task,
            points,
            title,
            tuple(after),
            cpu_seconds,
            repeat,
            no_warnings,
            blames or {},
        )
        setattr(function, MARK, declared)
        return function

    return declare


def declared_checks(module: ModuleType) -> list[Check]:
    """Return a module's checks in the order they stand in it."""
    return [getattr(value, MARK) for value in vars(module).values() if hasattr(value, MARK)]
