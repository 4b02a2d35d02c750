"""A student's file, read once: no link is followed, nothing but a plain text file of a sane size is taken."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from grader.text import clean_text
from grader.verdict import Ungradable

MAX_BYTES = 1_000_000
LONGEST_NAME = 255  # bytes
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_ENCODING = re.compile(rb"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*[-\w.]")
"""A comment in one of the first two lines that names the file's encoding (PEP 263)."""


@dataclass(frozen=True)
class Submission:
    """The bytes that are graded, and the name that messages call them by."""

    name: str
    source: bytes

    @property
    def sha256(self) -> str:
        """Return the hash of the bytes, hexadecimal."""
        return hashlib.sha256(self.source).hexdigest()

    def line(self, number: int) -> str:
        """Return one line of the text, counted from 1; "" where there is none."""
        lines = self.lines()
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""

    def lines(self) -> list[str]:
        """Return the text's lines as Python counts them: a form feed, or what Unicode calls a line end, ends none."""
        return re.split("\r\n|\r|\n", self.source.decode("utf-8-sig", "replace"))


def read_submission(path: Path) -> Submission:
    """Return the submission that a file holds.

    Raises:
        Ungradable: missing, not a plain file, empty, too large, not UTF-8; the message says which.
    """
    return submission_of(path.name, read_plain_file(path, MAX_BYTES))


def submission_of(name: str, source: bytes) -> Submission:
    """Return the submission that these bytes are; what a file's name may hold and a scorecard not is left out of it.

    Raises:
        Ungradable: empty, or not UTF-8 text though it names no other encoding; the message says which.
    """
    name = clean_text(name.replace("\n", ""), LONGEST_NAME)
    if not source.strip():
        raise Ungradable("NOT_WRITTEN", f"{name} is empty")
    if b"\0" in source:
        raise Ungradable("EXCEPTION", f"{name} is not a text file: it holds NUL bytes")
    try:
        source.decode("utf-8")
    except UnicodeDecodeError as error:
        if _ENCODING.match(source):
            return Submission(name, source)
        line = source[: error.start].count(b"\n") + 1
        raise Ungradable("EXCEPTION", f"{name} is not UTF-8 text; save it as UTF-8", line) from None
    return Submission(name, source)


def read_plain_file(path: Path, limit: int) -> bytes:
    """Return a regular file's bytes without following a link or waiting on a pipe.

    Raises:
        Ungradable: there is no such regular file, it cannot be read, or it is larger than limit bytes.
    """
    if path.is_symlink():
        raise Ungradable("NOT_WRITTEN", f"{path.name} is a link; hand in the file itself")
    try:
        fd = os.open(path, os.O_RDONLY | _NO_FOLLOW)
    except FileNotFoundError:
        raise Ungradable("NOT_WRITTEN", f"{path.name} is not there") from None
    except OSError as error:
        raise Ungradable("NOT_WRITTEN", f"{path.name} cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise Ungradable("NOT_WRITTEN", f"{path.name} is not a plain file")
    with os.fdopen(fd, "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise Ungradable("NOT_WRITTEN", f"{path.name} is larger than {limit // 1000} kB")
    return data
