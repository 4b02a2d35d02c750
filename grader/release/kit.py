"""The kit: what a class is given. Exercises, a README and the packed course, and nothing else."""

from __future__ import annotations

from pathlib import Path

from grader.course import COURSE_VARIABLE, Course
from grader.errors import UsageError
from grader.release.contents import all_exercises, all_packed
from grader.release.files import RECORD, record_of, write_file
from grader.release.leaks import find_leaks

EXERCISES, COURSE, README = "exercises", "course", "README.md"


def kit_files(course: Course) -> dict[str, bytes]:
    """Return what a kit of a course holds, by path."""
    exercises = all_exercises(course)
    files = {README: kit_readme(course).encode(), f"{EXERCISES}/{RECORD}": record_of(exercises)}
    files |= {f"{EXERCISES}/{path}": data for path, data in exercises.items()}
    return files | {f"{COURSE}/{path}": data for path, data in all_packed(course).items()}


def write_kit(course: Course, out: Path) -> int:
    """Write a kit into a folder and return how many files it has.

    Raises:
        UsageError: the folder holds something else, or cannot be written.
    """
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / COURSE / "course.toml").is_file())):
        raise UsageError(f"{out} is there and is no kit: name a folder that is empty or new.")
    files = kit_files(course)
    for path, data in files.items():
        write_file(out / path, data)
    return len(files)


def check_kit(course: Course, out: Path) -> list[str]:
    """Return a line for each file of a kit that should not be as it is; answers are searched for in a checkout."""
    if not (out / COURSE / "course.toml").is_file():
        raise UsageError(f"{out} holds no kit; `grade kit {out}` writes one.")
    wanted = kit_files(course)
    there = {
        path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_symlink() or not path.is_dir()
    }
    problems = [f"{path}: is missing" for path in wanted if path not in there]
    for name, path in sorted(there.items()):
        if path.is_symlink() or not path.is_file():
            problems.append(f"{name}: is no plain file")
        elif name not in wanted:
            problems.append(f"{name}: is no part of a kit")
        elif path.read_bytes() != wanted[name]:
            problems.append(f"{name}: differs from what the course makes")
    if course.kind == "checkout":
        contents = [(name, path.read_bytes()) for name, path in sorted(there.items()) if path.is_file()]
        problems += find_leaks(course, contents)
    return problems


def kit_readme(course: Course) -> str:
    """Return what a student reads first."""
    first = course.chapters[0]
    rows = [
        f"| {c.number} | {c.title} | `{EXERCISES}/{c.name}/{c.file_name}` | {c.max_points} |" for c in course.chapters
    ]
    return "\n".join(
        [
            f"# {course.title}",
            "",
            "You need Python 3.11 or newer and the grader, installed as your teacher says.",
            "Tell it, once in each terminal and in this folder, which course to use:",
            "",
            "```sh",
            f'export {COURSE_VARIABLE}="$PWD/{COURSE}"      # Windows: $env:{COURSE_VARIABLE} = "$PWD\\{COURSE}"',
            f"grade {first.short_name}",
            "```",
            "",
            f"Read `{EXERCISES}/{first.name}/README.md`, fill in `{first.file_name}` beside it, and run the command again after",
            "each step. Hand in the file you filled in and, if the chapter has a quiz, the `quiz.toml` beside it.",
            "",
            "| chapter | | file to fill in | points |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )
