"""Messages between the coordinator of a class and its lanes: JSON with the bytes of files in it, whole or not at all."""

from __future__ import annotations

import base64
import json
from multiprocessing.connection import Connection
from typing import Any

from grader.classroom.work import Work
from grader.submission import Submission
from grader.verdict import Ungradable

Message = dict[str, Any]


def send(connection: Connection, message: Message) -> None:
    """Send one message; raises OSError if nobody is at the other end."""
    connection.send_bytes(json.dumps(message).encode())


def receive(connection: Connection) -> Message:
    """Return the next message; raises EOFError or OSError if there will be none."""
    message: Message = json.loads(connection.recv_bytes())
    return message


def pack_work(work: Work) -> Message:
    """Return a piece of work as plain data."""
    return {
        "run": work.run, "chapter": work.chapter, "student": work.student, "submitted_at": work.submitted_at,
        "module": _pack(work.module), "quiz": _pack(work.quiz),
    }  # fmt: skip


def unpack_work(message: Message) -> Work:
    """Return the piece of work that plain data stands for."""
    module, quiz = _unpack(message["module"]), _unpack(message["quiz"])
    assert module is not None
    assert not isinstance(module, bytes)
    assert not isinstance(quiz, Submission)
    return Work(message["run"], message["chapter"], message["student"], module, quiz, message["submitted_at"])


def _pack(part: Submission | Ungradable | bytes | None) -> Any:
    if isinstance(part, Submission):
        return {"name": part.name, "source": base64.b64encode(part.source).decode()}
    if isinstance(part, Ungradable):
        return {"code": part.code, "message": part.message, "line": part.line}
    return None if part is None else {"bytes": base64.b64encode(part).decode()}


def _unpack(part: Any) -> Submission | Ungradable | bytes | None:
    if part is None:
        return None
    if "source" in part:
        return Submission(part["name"], base64.b64decode(part["source"]))
    return base64.b64decode(part["bytes"]) if "bytes" in part else Ungradable(**part)
