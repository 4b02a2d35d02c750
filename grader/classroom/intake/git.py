"""Git clones, of which only the objects are read: no work tree, hook, filter or setting of theirs has a say.

Git runs in an empty repository of our own that borrows the clone's objects, so it never sees the clone's config,
replaced or grafted commits, or where it would fetch what is missing. HEAD and the refs are small texts, read here.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from grader.classroom.intake.names import UnsafeName, readable, safe_parts
from grader.classroom.intake.objects import Objects, RefusedClone, borrowed
from grader.classroom.intake.parcels import SPECIAL_REASON, File, Parcel, why_ignored
from grader.submission import read_plain_file
from grader.verdict import Ungradable

MAX_OBJECTS = 50_000  # files below objects/
MAX_REFS = 4 << 20  # bytes of packed-refs
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REF = re.compile(r"ref: (refs/[^\x00-\x20\x7f~^:?*\[\\]{1,200})")
_ROW = re.compile(rb"(\d{6}) \w+ ([0-9a-f]+) +(\d+|-|BAD)\t(.+)", re.DOTALL)
_COMMITTED = re.compile(rb"^committer [^\n]*> (\d{1,12}) [+-]\d{4}$", re.MULTILINE)


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
        yield Parcel.refused_whole(shown, reason)
    except OSError as error:
        yield Parcel.refused_whole(shown, f"it cannot be read: {error.strerror}")


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
