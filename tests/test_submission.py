"""A student's file is read once, as plain text of a sane size, and no link is followed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from grader.submission import MAX_BYTES, Submission, read_plain_file, read_submission
from grader.verdict import Ungradable


def test_bytes_are_kept_as_they_are(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfx = 1\r\ny = 2\n"
    (tmp_path / "a.py").write_bytes(data)
    got = read_submission(tmp_path / "a.py")
    assert (got.name, got.source, got.sha256) == ("a.py", data, hashlib.sha256(data).hexdigest())
    assert [got.line(n) for n in (0, 1, 2, 3)] == ["", "x = 1", "y = 2", ""]


REFUSED = {
    "empty": (b" \n", "is empty", None), "NUL": (b"x\0", "NUL", None), "latin-1": (b"x = 1\ny = '\xe9'\n", "UTF-8", 2),
    "too large": (b"#" * (MAX_BYTES + 1), "larger than 1000 kB", None),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_text_is_refused(tmp_path: Path, name: str) -> None:
    data, words, line = REFUSED[name]
    (tmp_path / "a.py").write_bytes(data)
    with pytest.raises(Ungradable, match=words) as caught:
        read_submission(tmp_path / "a.py")
    assert caught.value.line == line


@pytest.mark.parametrize("kind", ["missing", "folder", "link", "dangling", "fifo"])
def test_what_is_no_plain_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.py"
    target = tmp_path / "target"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind in ("link", "dangling"):
        target.write_text("x = 1") if kind == "link" else None
        path.symlink_to(target)
    with pytest.raises(Ungradable, match="is a link" if "link" in kind or kind == "dangling" else "is not"):
        read_plain_file(path, 100)


def test_the_largest_file_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"#" * MAX_BYTES)
    assert len(read_submission(tmp_path / "a.py").source) == MAX_BYTES
    assert Submission("a", b"").line(1) == ""


def test_lines_are_counted_as_python_counts_them() -> None:
    text = "x = 1\fy\n# \u2028 \x85 \x1c\r\nz = 3\rlast"
    submission = Submission("a.py", text.encode())
    assert [submission.line(n) for n in (1, 3, 4, 5)] == ["x = 1\fy", "z = 3", "last", ""]
    assert submission.line(2).startswith("#")


def test_a_name_that_acts_on_its_reader_is_cleaned(tmp_path: Path) -> None:
    path = tmp_path / "\x1b[31m\u202etiny\udcff\n.py"
    path.write_bytes(b"x = 1\n")
    assert read_submission(path).name == "tiny\ufffd.py"
