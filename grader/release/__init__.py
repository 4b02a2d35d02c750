"""What leaves a course: exercises for students, and the pack inside the wheel."""

import shutil
from pathlib import Path, PurePosixPath

from grader.course import Course
from grader.errors import UsageError
from grader.release.contents import all_exercises, all_packed, chapter_stub, exercise_files, pack_files
from grader.release.files import (
    RECORD,
    Action,
    put_file,
    read_record,
    record_of,
    remove_file,
    sha256_of_file,
    write_file,
)
from grader.release.leaks import find_leaks
from grader.release.start import reset_chapter, start_exercises

__all__ = [
    "RECORD",
    "Action",
    "chapter_stub",
    "diff_exercises",
    "exercise_files",
    "find_leaks",
    "pack_files",
    "release_exercises",
    "reset_chapter",
    "start_exercises",
    "write_file",
    "write_pack",
]

_IGNORED = ("__pycache__", ".ipynb_checkpoints", ".DS_Store", RECORD)


def release_exercises(course: Course, out: Path) -> list[Action]:
    """Write what students get of every chapter below ``out``; remove what an earlier release wrote and this does not.

    The same course gives the same files. A file that was changed since it was released is overwritten if it is still
    part of the course, else left alone. Raises UsageError if ``out`` is not writable.
    """
    files, recorded = all_exercises(course), read_record(out)
    actions = [put_file(out, path, data) for path, data in files.items()]
    for path in sorted(recorded.keys() - files.keys()):
        if sha256_of_file(out / path) == recorded[path]:
            remove_file(out, out / path)
            actions.append(Action("removed", Path(path)))
    put_file(out, RECORD, record_of(files))
    return actions


def diff_exercises(course: Course, out: Path) -> list[str]:
    """Return a line for each file below ``out`` that is not as ``release_exercises`` would write it."""
    files = all_exercises(course)
    files[RECORD] = record_of(files)
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file() or path.is_symlink()}
    strays = {path for path in there - files.keys() if not set(PurePosixPath(path).parts) & set(_IGNORED)}
    lines = [f"{path}: is not part of the course" for path in strays]
    for path, data in files.items():
        if path not in there:
            lines.append(f"{path}: is missing")
        elif (out / path).is_symlink() or (out / path).read_bytes() != data:
            lines.append(f"{path}: differs from what the course makes")
    return sorted(lines)


def write_pack(course: Course, out: Path) -> None:
    """Write the course as the wheel carries it into the folder ``out``, replacing a pack that is there.

    Raises UsageError if ``out`` holds something else, or is not writable.
    """
    if out.exists() and any(out.iterdir()) and not (out / "course.toml").is_file():
        raise UsageError(
            f"{out} is not empty and holds no course.toml, so it is no pack: remove it or name another folder."
        )
    files = all_packed(course)
    shutil.rmtree(out, ignore_errors=True)
    for path, data in files.items():
        write_file(out / path, data)
