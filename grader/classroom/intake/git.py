"""Git clones, of which only the objects are read: no work tree, hook, filter or setting of theirs has a say.

Git runs in an empty repository of our own that borrows the clone's objects, so it never sees the clone's config,
replaced or grafted commits, or where it would fetch what is missing. HEAD and the refs are small texts, read here.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.classroom.handed_in import Refused
from grader.classroom.intake.names import UnsafeName, readable, safe_parts
from grader.classroom.intake.parcels import SPECIAL_REASON, File, Parcel, why_ignored
from grader.submission import read_plain_file
from grader.verdict import Ungradable

SECONDS = 20.0  # of one git command
MEMORY = 1 << 30  # bytes of one git command's address space
MAX_LISTING = 8 << 20  # bytes of the list of a commit's files
MAX_OBJECTS = 50_000  # files below objects/
MAX_REFS = 4 << 20  # bytes of packed-refs
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REF = re.compile(r"ref: (refs/[^\x00-\x20\x7f~^:?*\[\\]{1,200})")
_ROW = re.compile(rb"(\d{6}) \w+ ([0-9a-f]+) +(\d+|-|BAD)\t(.+)", re.DOTALL)
_MISSING = "an object is missing or broken (a partial clone?); clone it whole"
_COMMITTED = re.compile(rb"^committer [^\n]*> (\d{1,12}) [+-]\d{4}$", re.MULTILINE)
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


def is_clone(folder: Path) -> bool:
    """Return whether a folder is a clone, or a bare repository."""
    if os.path.lexists(folder / ".git"):
        return True
    return os.path.isfile(folder / "HEAD") and all(os.path.isdir(folder / name) for name in ("objects", "refs"))


def read_clone(folder: Path, shown: str) -> Iterator[Parcel]:
    """Yield what a clone hands in: the files of the commit that HEAD names; read them before you ask for more.

    Args:
        folder: the clone or bare repository.
        shown: its path, for people.
    """
    try:
        git_dir = _git_dir(folder)
        _require_plain(git_dir)
        commit = _head(git_dir)
        with borrowed(git_dir / "objects", commit) as objects:
            yield _parcel(objects, commit, f"{shown}@{commit[:10]}")
    except RefusedClone as reason:
        yield Parcel(shown, refused=[Refused(shown, f"refused: {reason}", None)])
    except OSError as error:
        yield Parcel(shown, refused=[Refused(shown, f"refused: it cannot be read: {error.strerror}", None)])


def _git_dir(folder: Path) -> Path:
    git_dir = folder / ".git"
    if not os.path.lexists(git_dir):
        return folder
    if not stat.S_ISDIR(git_dir.lstat().st_mode):
        raise RefusedClone("its .git is no folder but points elsewhere; hand in a clone of its own")
    return git_dir


def _require_plain(git_dir: Path) -> None:
    """Refuse a clone whose commits could be other than they seem, or lie elsewhere."""
    for name, reason in (
        ("objects/info/alternates", "its objects lie in another repository (alternates); clone it with --dissociate"),
        ("objects/info/http-alternates", "its objects lie on another machine (alternates)"),
        ("info/grafts", "its history is grafted (info/grafts)"),
        ("refs/replace", "its objects are replaced by others (refs/replace)"),
        ("commondir", "it is a work tree of another repository (commondir)"),
    ):
        if os.path.lexists(git_dir / name):
            raise RefusedClone(reason)
    if b" refs/replace/" in _text(git_dir, "packed-refs"):
        raise RefusedClone("its objects are replaced by others (refs/replace)")
    for count, entry in enumerate(_below(git_dir / "objects")):
        if count > MAX_OBJECTS:
            raise RefusedClone(f"it has more than {MAX_OBJECTS} object files; pack it with git gc")
        if not (entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)):
            raise RefusedClone(f"its objects hold a link, device or pipe ({readable(entry.name)})")


def _below(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield what lies in a folder of objects, three levels down, where git looks."""
    if folder.is_symlink():
        raise RefusedClone("its objects are a link")
    folders = [str(folder)]
    for _ in range(3):
        inner: list[str] = []
        for place in folders:
            try:
                with os.scandir(place) as entries:
                    for entry in entries:
                        yield entry
                        if entry.is_dir(follow_symlinks=False):
                            inner.append(entry.path)
            except OSError as error:
                raise RefusedClone(f"its objects cannot be read: {error.strerror}") from None
        folders = inner


def _text(git_dir: Path, name: str) -> bytes:
    """Return a small file of a clone, b"" where there is none; no folder on its way may be a link."""
    path = git_dir
    for part in name.split("/"):
        path = path / part
        if path.is_symlink():
            raise RefusedClone(f"its {readable(name)} is a link")
    try:
        return read_plain_file(path, MAX_REFS)
    except Ungradable as reason:
        if os.path.lexists(path):
            raise RefusedClone(f"its {readable(name)} cannot be read: {reason}") from None
        return b""


def _head(git_dir: Path) -> str:
    """Return the id of the commit that HEAD names."""
    head = os.fsdecode(_text(git_dir, "HEAD")).strip()
    if _ID.fullmatch(head):
        return head
    match = _REF.fullmatch(head)
    parts = match[1].split("/") if match else []
    if match is None or any(part in ("", ".", "..") for part in parts):
        raise RefusedClone("its HEAD names no branch and no commit")
    branch = match[1]
    found = os.fsdecode(_text(git_dir, branch)).strip() or _packed(_text(git_dir, "packed-refs"), branch)
    if not _ID.fullmatch(found):
        name = readable(branch.removeprefix("refs/heads/"))
        raise RefusedClone(f"its HEAD names the branch {name}, which has no commit")
    return found


def _packed(refs: bytes, branch: str) -> str:
    rows = (row.partition(b" ") for row in refs.splitlines())
    return next((os.fsdecode(id) for id, _, name in rows if name == os.fsencode(branch)), "")


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


def _parcel(objects: Objects, commit: str, shown: str) -> Parcel:
    match = _COMMITTED.search(objects.read(commit, b"commit", 1 << 20).partition(b"\n\n")[0])
    when = float(match[1]) if match else None
    parcel = Parcel(shown)
    for row in objects.listing(commit).split(b"\0")[:-1]:
        match = _ROW.fullmatch(row)
        if match is None:
            raise RefusedClone("git lists a file in a way that is not understood")
        mode, id, size, raw = match.groups()
        path = f"{shown}:{readable(os.fsdecode(raw))}"
        try:
            parts = safe_parts(os.fsdecode(raw))
        except UnsafeName as unsafe:
            parcel.refuse(path, f"refused: {unsafe}")
            continue
        refused = None if mode.startswith(b"100") else SPECIAL_REASON
        read = partial(_read, objects, parts[-1], id.decode(), int(size) if size.isdigit() else 0, refused)
        parcel.files.append(File(parts, path, read, when, "git commit", why_ignored(parts), refused))
    return parcel


def _read(objects: Objects, name: str, id: str, size: int, refused: str | None, limit: int) -> bytes:
    """Return a blob; raises Ungradable if it cannot be read or is larger than limit bytes."""
    if refused:
        raise Ungradable("NOT_WRITTEN", f"{readable(name)} is not read: {refused}")
    if size > limit:
        raise Ungradable("NOT_WRITTEN", f"{readable(name)} is larger than {limit // 1000} kB")
    try:
        return objects.read(id, b"blob", limit)
    except RefusedClone as reason:
        raise Ungradable("NOT_WRITTEN", f"{readable(name)} cannot be read: {reason}") from None
