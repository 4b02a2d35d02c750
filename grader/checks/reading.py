"""A chapter's checks.py: imported as a module of its own name, and held against chapter.toml."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

from grader.checks.declare import Check, declared_checks
from grader.course import Chapter
from grader.errors import CourseError, did_you_mean


def read_checks(chapter: Chapter) -> list[Check]:
    """Return a chapter's checks in the order they stand in checks.py.

    Raises:
        CourseError: checks.py cannot be imported, or does not fit chapter.toml; names what is wrong.
    """
    checks = declared_checks(import_checks(chapter))
    validate_checks(chapter, checks)
    return checks


def import_checks(chapter: Chapter) -> ModuleType:
    """Return a chapter's checks as a module of a name of its own."""
    name = f"grader_checks_{chapter.name}"
    spec = importlib.util.spec_from_file_location(name, chapter.checks_path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise CourseError(f"checks.py of {chapter.name} cannot be imported: {type(error).__name__}: {error}") from error
    return module


def validate_checks(chapter: Chapter, checks: list[Check]) -> None:
    """Demand that the checks are of the chapter's tasks, wait for each other in order and add up to the tasks' points.

    Raises:
        CourseError: naming the check or task that is wrong.
    """
    where = f"checks.py of {chapter.name}"
    names = [task.name for task in chapter.tasks]
    known = {misconception.id for misconception in chapter.misconceptions}
    seen: dict[str, str] = {}
    for check in checks:
        if check.task not in names:
            close = did_you_mean(check.task, names)
            raise CourseError(
                f"{where}: {check.name} is of task {check.task!r}, which chapter.toml does not name.{close}"
            )
        for name in check.after:
            if seen.get(name) != check.task:
                raise CourseError(f"{where}: {check.name} waits for {name}, which is no earlier check of {check.task}.")
        for identifier in check.blames.values():
            if identifier not in known:
                close = did_you_mean(identifier, known)
                raise CourseError(
                    f"{where}: {check.name} blames {identifier!r}, which chapter.toml does not name.{close}"
                )
        seen[check.name] = check.task
    for task in chapter.tasks:
        total = sum(check.points for check in checks if check.task == task.name)
        if total != task.points:
            raise CourseError(
                f"{where}: the checks of {task.name} are worth {total} points, chapter.toml says {task.points}."
            )
