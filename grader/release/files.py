"""Files of exercises: written whole or not at all, never through a link, with a record of what was written."""

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.errors import UsageError

RECORD = ".micrograde.json"
"""The file in ``exercises/`` that says what was written there: relative path → SHA-256."""

NO_PLAIN_FILE = "no plain file"


@dataclass(frozen=True)
class Action:
    """Something that was done to a file, or deliberately not done.

    Attributes:
        verb: "wrote", "updated", "unchanged", "kept" (the student's work), "copied" (the student's file, before it was
            replaced), "removed".
        path: the file, relative to the folder that was asked for.
        note: what the student should know, or empty.
    """

    verb: str
    path: Path
    note: str = ""


def put_file(home: Path, path: str, data: bytes) -> Action:
    """Write a file of the exercises unless it is already there as it should be, and return what was done."""
    there = sha256_of_file(home / path)
    if there == sha256_of_bytes(data):
        return Action("unchanged", Path(path))
    write_file(home / path, data)
    return Action("wrote" if there is None else "updated", Path(path))


def write_file(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part; a link is replaced, not followed.

    Folders that are missing are made. Raises UsageError if it cannot be written.
    """
    unfinished = path.with_name(f".{path.name[:100]}.{os.urandom(6).hex()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("xb") as file:
            file.write(data)
        os.replace(unfinished, path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise UsageError(f"Cannot write {path}: {error.strerror}. Choose a folder that you may write to.") from None


def remove_file(out: Path, path: Path) -> None:
    """Remove a file below out, and the folders that are empty then; raises UsageError if it cannot."""
    try:
        path.unlink()
        for folder in path.parents:
            if folder == out or any(folder.iterdir()):
                return
            folder.rmdir()
    except OSError as error:
        raise UsageError(f"Cannot remove {path}: {error.strerror}. Remove it by hand.") from None


def require_no_links(home: Path, path: str) -> None:
    """Raise UsageError if a folder on the way to a file is a link."""
    for folder in (home, *((home / path).parents)[: len(PurePosixPath(path).parts) - 1]):
        if folder.is_symlink():
            raise UsageError(
                f"{folder} is a link, and nothing is written through links: remove it or choose another folder."
            )


def record_of(files: Mapping[str, bytes]) -> bytes:
    """Return the record of these files."""
    return record_text({path: sha256_of_bytes(data) for path, data in files.items()})


def record_text(files: Mapping[str, str]) -> bytes:
    """Return the record of files whose SHA-256 is known."""
    return (json.dumps({"format": 1, "files": files}, indent=1, sort_keys=True) + "\n").encode()


def read_record(home: Path) -> dict[str, str]:
    """Return what the record says was written; nothing if it is missing or damaged, so that all counts as touched."""
    try:
        files = json.loads((home / RECORD).read_bytes())["files"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}
    is_record = isinstance(files, dict) and all(isinstance(sha256, str) for sha256 in files.values())
    return {path: sha256 for path, sha256 in files.items() if _stays_below(path)} if is_record else {}


def _stays_below(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and ".." not in parts and not PurePosixPath(path).is_absolute() and "\\" not in path


def sha256_of_bytes(data: bytes) -> str:
    """Return the SHA-256 of data, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def sha256_of_file(path: Path) -> str | None:
    """Return the SHA-256 of a plain file, None if nothing is there, NO_PLAIN_FILE for links, folders and such."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return NO_PLAIN_FILE
        return sha256_of_bytes(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}. Check its permissions.") from None
