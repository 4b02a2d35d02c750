"""``grade start`` and ``grade reset``: exercises come and are renewed, a student's work stays."""

import os
import time
from pathlib import Path

from grader.course import Course
from grader.errors import UsageError
from grader.release.contents import chapter_stub, exercise_files
from grader.release.files import (
    NO_PLAIN_FILE,
    RECORD,
    Action,
    put_file,
    read_record,
    record_text,
    require_no_links,
    sha256_of_bytes,
    sha256_of_file,
    write_file,
)


def start_exercises(course: Course, folder: Path) -> list[Action]:
    """Write the exercises below ``folder/exercises``; run again, bring what is new and leave the student's work alone.

    Stubs and quiz forms are replaced only if they are still what was last written there. A lesson that the student
    wrote into is kept as a dated copy when a new one comes. Raises UsageError if it is not writable or a link.
    """
    home = exercises_folder(folder)
    recorded = read_record(home)
    actions = []
    for chapter in course.chapters:
        for name, data in exercise_files(chapter).items():
            path = f"{chapter.name}/{name}"
            require_no_links(home, path)
            is_work = name in (chapter.file_name, "quiz.toml")
            done = _bring(home, path, data, recorded.get(path), is_work=is_work)
            if done[-1].verb != "kept":
                recorded[path] = sha256_of_bytes(data)
            actions += done
    put_file(home, RECORD, record_text(recorded))
    return [_from(folder, home, action) for action in actions]


def reset_chapter(course: Course, folder: Path, chapter: str) -> list[Action]:
    """Write a chapter's stub again; the student's file is kept beside it as a dated copy.

    Raises UsageError if the chapter's exercises are not in ``folder``, or it is not writable or a link.
    """
    chosen, home = course.chapter(chapter), exercises_folder(folder)
    path = f"{chosen.name}/{chosen.file_name}"
    if not (home / chosen.name).is_dir():
        raise UsageError(f"There is no {home / chosen.name}. Run `grade start` to write the exercises.")
    require_no_links(home, path)
    stub = chapter_stub(chosen).encode()
    actions = _replace(home, path, stub, "your file, before it was reset")
    put_file(home, RECORD, record_text(read_record(home) | {path: sha256_of_bytes(stub)}))
    return [_from(folder, home, action) for action in actions]


def exercises_folder(folder: Path) -> Path:
    """Return ``folder/exercises``, or the folder itself if it already is the exercises'."""
    return folder if folder.resolve().name == "exercises" and (folder / RECORD).is_file() else folder / "exercises"


def _bring(home: Path, path: str, data: bytes, recorded: str | None, *, is_work: bool) -> list[Action]:
    there = sha256_of_file(home / path)
    if there in (None, recorded, sha256_of_bytes(data)):
        return [put_file(home, path, data)]
    if there == NO_PLAIN_FILE:
        return [Action("kept", Path(path), "it is no plain file, so it was left alone")]
    if recorded == sha256_of_bytes(data):
        return [Action("kept", Path(path))]
    if is_work:
        return [Action("kept", Path(path), _newer(path))]
    return _replace(home, path, data, "as you had it, before the new one came")


def _newer(path: str) -> str:
    chapter, name = path.split("/", 1)
    if name == "quiz.toml":
        return "the questions have changed; to get the new form, rename yours and run `grade start` again"
    number = int(chapter.removeprefix("chapter").split("_")[0])
    return f"the course's own has changed; `grade reset chapter{number}` writes it and keeps yours as a copy"


def _replace(home: Path, path: str, data: bytes, note: str) -> list[Action]:
    there = sha256_of_file(home / path)
    if there == NO_PLAIN_FILE:
        raise UsageError(f"{home / path} is no plain file, so no copy of it can be kept: remove it yourself.")
    if there in (None, sha256_of_bytes(data)):
        return [put_file(home, path, data)]
    copy = _dated(home / path)
    write_file(copy, (home / path).read_bytes())
    return [Action("copied", copy.relative_to(home), note), put_file(home, path, data)]


def _dated(path: Path) -> Path:
    """Return a name beside a file that nothing has yet, such as ``xor.2026-11-20.py`` or ``xor.2026-11-20-2.py``."""
    day, n = time.strftime("%Y-%m-%d"), 1
    copy = path.with_name(f"{path.stem}.{day}{path.suffix}")
    while os.path.lexists(copy):
        n += 1
        copy = path.with_name(f"{path.stem}.{day}-{n}{path.suffix}")
    return copy


def _from(folder: Path, home: Path, action: Action) -> Action:
    path = action.path if home == folder else home.relative_to(folder) / action.path
    return Action(action.verb, path, action.note)
