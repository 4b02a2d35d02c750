"""Git's objects, read by git in an empty repository of our own, so that no setting of a clone is ever seen."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

SECONDS = 20.0  # of one git command
MEMORY = 1 << 30  # bytes of one git command's address space
MAX_LISTING = 8 << 20  # bytes of the list of a commit's files
_MISSING = "an object is missing or broken (a partial clone?); clone it whole"
_SETTINGS = """[core]
    repositoryformatversion = {}
    bare = true
    commitGraph = false
    multiPackIndex = false
    packedGitWindowSize = 32m
    packedGitLimit = 256m
"""
_SHA256 = "[extensions]\n    objectFormat = sha256\n"


class RefusedClone(Exception):
    """A clone that is not read; the text says why."""


class Objects:
    """A clone's objects, seen from an empty repository of our own."""

    def __init__(self, repository: str, folder: str) -> None:
        self._repository = repository
        self._folder = folder
        self._reader: subprocess.Popen[bytes] | None = None

    def listing(self, commit: str) -> bytes:
        """Return what ``git ls-tree`` says of a commit's files; raises RefusedClone, also for what is too long."""
        process = self._start("ls-tree", "-r", "-z", "-l", commit)
        assert process.stdout is not None
        try:
            with _in_time(process):
                listing = process.stdout.read(MAX_LISTING + 1)
                if len(listing) > MAX_LISTING:
                    raise RefusedClone(f"its commit has a list of files of more than {MAX_LISTING >> 20} MiB")
                if process.wait():
                    raise RefusedClone(_MISSING)
        finally:
            _end(process)
        return listing

    def read(self, id: str, kind: bytes, limit: int) -> bytes:
        """Return an object of a kind from ``git cat-file``; raises RefusedClone if it is not there or too large."""
        process = self._reader = self._reader or self._start("cat-file", "--batch")
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            with _in_time(process):
                process.stdin.write(f"{id}\n".encode())
                process.stdin.flush()
                _, _, found = process.stdout.readline(200).partition(b" ")
                name, _, size = found.strip().partition(b" ")
                if name != kind or not size.isdigit() or int(size) > limit:
                    raise RefusedClone(_MISSING if name != kind else f"an object is larger than {limit // 1000} kB")
                data = process.stdout.read(int(size) + 1)
            if len(data) != int(size) + 1:
                raise RefusedClone(_MISSING)
        except RefusedClone:
            self.close()
            raise
        return data[:-1]

    def close(self) -> None:
        """End git."""
        if self._reader is not None:
            _end(self._reader)
        self._reader = None

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        environment = {
            "PATH": os.environ.get("PATH", os.defpath), "HOME": self._repository, "LC_ALL": "C",
            "GIT_DIR": self._repository, "GIT_OBJECT_DIRECTORY": self._folder, "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0",
        }  # fmt: skip
        try:
            process = subprocess.Popen(
                ["git", "--no-pager", *command], cwd=self._repository, env=environment, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except FileNotFoundError:
            raise RefusedClone("git is not installed on this machine; install it and grade again") from None
        _limit_memory(process)
        return process


def _limit_memory(process: subprocess.Popen[bytes]) -> None:
    """Limit a process's memory from outside, for code between fork and exec would make every start slow."""
    if sys.platform == "linux":
        import resource

        with suppress(ProcessLookupError):
            resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with suppress(BrokenPipeError):
            assert pipe is not None
            pipe.close()
    process.wait()


@contextmanager
def _in_time(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a process that takes too long over what is done meanwhile, and say so by RefusedClone."""
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(SECONDS, end)
    timer.start()
    try:
        yield
    except BrokenPipeError:
        if not late.is_set():
            raise RefusedClone(_MISSING) from None
    except RefusedClone:
        if not late.is_set():
            raise
    finally:
        timer.cancel()
        timer.join()  # whoever forks later must find no thread
    if late.is_set():
        raise RefusedClone(f"git took more than {SECONDS:.0f} s to read it")


@contextmanager
def borrowed(objects: Path, commit: str) -> Iterator[Objects]:
    """Give an empty repository that borrows these objects; it is gone at the end."""
    with TemporaryDirectory(prefix="grade-git-") as place:
        is_sha256 = len(commit) == 64
        Path(place, "objects").mkdir()
        Path(place, "refs").mkdir()
        Path(place, "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
        settings = _SETTINGS.format(1 if is_sha256 else 0) + (_SHA256 if is_sha256 else "")
        Path(place, "config").write_text(settings, encoding="ascii")
        borrower = Objects(place, str(objects.resolve()))
        try:
            yield borrower
        finally:
            borrower.close()
