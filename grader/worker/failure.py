"""An exception as plain data, with only the lines that are the student's own."""

from __future__ import annotations

import traceback
from typing import Any

MESSAGE_LIMIT = 4096
FRAMES_KEPT = 10


def describe(error: BaseException, filename: str) -> dict[str, Any]:
    """Return what the grader may know of an exception: its names, its message and where the student's code was.

    Args:
        error: what was raised, of a class the student may have written.
        filename: the submission's name; frames of other files are left out.
    """
    lines = _student_lines(error, filename)[-FRAMES_KEPT:]
    if isinstance(error, SyntaxError) and error.filename == filename:
        lines.append(error.lineno or 1)
    return {
        "type": type(error).__name__[:100],
        "bases": [base.__name__[:100] for base in type(error).__mro__[:16]],
        "message": _message(error),
        "lines": lines,
        "exit": isinstance(error, SystemExit),
        "todo": isinstance(error, NotImplementedError),
        "memory": isinstance(error, MemoryError),
        "forbidden": type(error).__name__ == "ImportNotAllowed" or isinstance(error, PermissionError),
    }


def _student_lines(error: BaseException, filename: str) -> list[int]:
    walk = traceback.walk_tb(error.__traceback__)
    return [line for frame, line in walk if frame.f_code.co_filename == filename and line]


def _message(error: BaseException) -> str:
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
        return str.__str__(text)[:MESSAGE_LIMIT]
    except BaseException:  # a __str__ of the student's can raise anything
        return ""
