"""An exception as plain data, with only the lines that are the student's own."""

from __future__ import annotations

import traceback
from typing import Any

from grader.worker.imports import is_allowed

MESSAGE_LIMIT = 4096
FRAMES_KEPT = 10
MAY_IMPORT = "a submission may import the standard library and NumPy"


def describe(error: BaseException, filename: str) -> dict[str, Any]:
    """Return what the grader may know of an exception: its names, its message and where the student's code was.

    Args:
        error: what was raised, of a class the student may have written.
        filename: the submission's name; frames of other files are left out.
    """
    lines = _student_lines(error, filename)[-FRAMES_KEPT:]
    if isinstance(error, SyntaxError) and error.filename == filename:
        lines.append(error.lineno or 1)
    refused = _refused_module(error)
    return {
        "type": "ImportNotAllowed" if refused else _name(type(error)),
        "bases": [_name(base) for base in type.mro(type(error))[:16]],
        "message": f"cannot import {refused}: {MAY_IMPORT}" if refused else _message(error),
        "lines": lines,
        "exit": isinstance(error, SystemExit),
        "todo": isinstance(error, NotImplementedError),
        "memory": isinstance(error, MemoryError),
        "forbidden": bool(refused) or isinstance(error, PermissionError),
    }


def _refused_module(error: BaseException) -> str:
    """Return the name of the package whose import failed, where that is none that a submission may import, else ""."""
    if type(error) is not ModuleNotFoundError or type(error.name) is not str or is_allowed(error.name):
        return ""
    return error.name.partition(".")[0][:100]


def _student_lines(error: BaseException, filename: str) -> list[int]:
    trace = BaseException.__dict__["__traceback__"].__get__(error)  # a class of the student's can have another one
    walk = traceback.walk_tb(trace)
    return [line for frame, line in walk if frame.f_code.co_filename == filename and line]


def _name(kind: type) -> str:
    name: str = type.__dict__["__name__"].__get__(kind)  # whatever its metaclass says
    return name[:100]


def _message(error: BaseException) -> str:
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
        return str.__str__(text)[:MESSAGE_LIMIT]
    except BaseException:  # a __str__ of the student's can raise anything
        return ""
