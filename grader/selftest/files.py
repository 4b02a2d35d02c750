"""Files that are not what they should be: each maker leaves one at a path."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from grader.selftest.programs import RIGHT_QUIZ, right_answer


def link(path: Path) -> None:
    """Leave a link to a right answer."""
    target = path.with_name("right.py")
    target.write_text(right_answer(), encoding="utf-8")
    path.symlink_to(target)


def a_socket(path: Path) -> None:
    """Leave a socket that nobody listens on."""
    with socket.socket(socket.AF_UNIX) as unbound:
        unbound.bind(str(path))


def gigabyte(path: Path) -> None:
    """Leave a file of 1 GB that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(1 << 30)


def text(content: str | bytes | Callable[[], str | bytes]) -> Callable[[Path], object]:
    """Return a maker of a file with this content."""

    def make(path: Path) -> None:
        made = content() if callable(content) else content
        path.write_bytes(made.encode() if isinstance(made, str) else made)

    return make


def quiz(formula: str) -> Callable[[Path], object]:
    """Return a maker of quiz answers with this formula."""
    return text(f'format = 1\n[answers]\nq1 = 0.5\nq2 = "{formula}"\n')


MAKERS: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: None,
    "link": link,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "fifo": lambda path: os.mkfifo(path),
    "socket": a_socket,
    "folder": lambda path: path.mkdir(),
    "empty": text(" \n\n"),
    "gigabyte": gigabyte,
    "invalid-utf8": text(b"x = 1\ny = '\xff\xfe'\n"),
    "utf16": text(lambda: right_answer().encode("utf-16")),
    "nul": text(lambda: right_answer() + "\0"),
    "rot13": text(lambda: "# -*- coding: rot13 -*-\n" + right_answer()),
    "bom": text(lambda: "\ufeff" + right_answer()),
    "crlf": text(lambda: right_answer().replace("\n", "\r\n")),
    "brackets": text("x = " + "(" * 300_000),
    "expression": text("x = " + "-" * 500_000 + "1"),
    "long-line": text("x = '" + "y" * 900_000),
    "escapes": text("x = 1\ny = ) # \x1b[31m\x1b[2J\u202e\x07 \x85\u2028\n"),
    "power": text("x = 'y' * 10**9 * 10**9\ny = 9 ** 9 ** 9 ** 9\n"),
    "dots": text("format = 1\n[answers]\nq1" + ".a" * 20_000 + " = 1\n"),
    "keys": text("format = 1\n[answers]\n" + "".join(f"q{i:05d} = 1\n" for i in range(3, 5_000))),
    "digits": text("format = 1\n[answers]\nq1 = " + "9" * 60_000 + "\n"),
    "formula-brackets": quiz("(" * 900 + "x" + ")" * 900),
    "formula-sum": quiz("+".join(["x"] * 900)),
    "right-quiz": text(RIGHT_QUIZ),
}
"""Kind of file to what leaves one at a path; a quiz's "brackets" are no TOML either."""
