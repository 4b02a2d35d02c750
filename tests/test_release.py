"""What leaves the course is complete, gives nothing away, and never costs a student's work."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course import Course, load_course
from grader.errors import CourseError, UsageError
from grader.release import (
    RECORD,
    chapter_stub,
    diff_exercises,
    exercise_files,
    find_leaks,
    pack_files,
    release_exercises,
    reset_chapter,
    start_exercises,
    write_file,
    write_pack,
)

ROOT = Path(__file__).parent.parent
TINY = Path(__file__).parent / "tiny_course"
needs_other_user = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tiny course to change."""
    return Path(shutil.copytree(TINY, tmp_path / "course"))


@pytest.fixture
def course(folder: Path) -> Course:
    return load_course(folder)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def add_later_chapter(folder: Path, given: str = "") -> Course:
    """Add chapter 2, a copy of chapter 1 with other names, which may give something as done."""
    other = Path(shutil.copytree(folder / "chapter01_tiny", folder / "chapter02_later"))
    (other / "tiny.py").rename(other / "later.py")
    shutil.rmtree(other / "variants")
    (other / "misconceptions.py").unlink()
    edit(other / "chapter.toml", 'module = "tiny"', 'module = "later"')
    for file in ("later.py", "chapter.toml", "checks.py"):
        text = (other / file).read_text(encoding="utf-8")
        (other / file).write_text(re.sub(r"\b(double|halves|Counter|descend)\b(?!-)", r"\1_2", text), encoding="utf-8")
    for old, new in (("identity(x) * 2", "identity(x) + x"), ("middle =", "center ="), ("count += 1", "count -= -1")):
        edit(other / "later.py", old, new)
    text = (other / "later.py").read_text(encoding="utf-8").replace("middle]", "center]").replace("[middle", "[center")
    (other / "later.py").write_text(text.replace("w - lr * grad(w)", "w - grad(w) * lr"), encoding="utf-8")
    edit(other / "later.py", "def identity(x):", given + "def identity(x):")
    return load_course(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def said(actions: list[object]) -> dict[str, str]:
    """Return verb by path of what was done, what stayed as it was left out."""
    done = {action.path.as_posix(): action.verb for action in actions}  # type: ignore[attr-defined]
    return {path: verb for path, verb in done.items() if verb != "unchanged"}


HOME = "chapter01_tiny"
EXERCISES = [f"{HOME}/README.md", f"{HOME}/pictures/line.svg", f"{HOME}/quiz.toml", f"{HOME}/tiny.py"]


class TestStubs:
    def test_a_pack_gives_the_stub_that_its_checkout_makes(self, course: Course, tmp_path: Path) -> None:
        write_pack(course, tmp_path / "pack")
        pack = load_course(tmp_path / "pack", "pack")
        assert chapter_stub(pack.chapter("1")) == chapter_stub(course.chapter("1"))
        assert exercise_files(pack.chapter("1")) == exercise_files(course.chapter("1"))

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("def double(", "def dubble(", "task \"double\" is not defined in tiny.py. Did you mean 'dubble'?"),
            ("def double(", "double = 3\ndef other(", 'task "double" is not defined in tiny.py.'),
            ("class Counter:", "class Count:", "task \"Counter\" is not defined in tiny.py. Did you mean 'Count'?"),
            (
                "def descend(grad, w,",
                "def descend(grad, x,",
                "is descend(grad, x, lr, steps) in tiny.py: correct takes.",
            ),
            (
                "    # BEGIN SOLUTION cut in the middle\n",
                "",
                "line 26: '# END SOLUTION' closes no block",
            ),
            (
                "def double(x):",
                "class double:\n  def double(x):",
                'double" is a class in tiny.py: write kind = "class".',
            ),
        ],
    )
    def test_tasks_and_solution_must_fit(self, folder: Path, old: str, new: str, message: str) -> None:
        path = folder / HOME / "tiny.py"
        edit(path, old, new)
        if "class double" in new:
            text = path.read_text(encoding="utf-8")
            head, tail = text.split("  def double(x):\n", 1)
            body, rest = tail.split("\n\n\n", 1)
            shifted = "\n".join(f"  {line}" if line else "" for line in body.split("\n"))
            path.write_text(f"{head}  def double(x):\n{shifted}\n\n\n{rest}", encoding="utf-8")
        with pytest.raises(CourseError) as error:
            chapter_stub(load_course(folder).chapter("1"))
        assert message in error.value.message
        assert "\n" not in error.value.message

    def test_a_task_without_a_block_would_show_its_solution(self, folder: Path) -> None:
        path = folder / HOME / "tiny.py"
        edit(path, "    # BEGIN SOLUTION cut in the middle\n", "")
        edit(path, "    return values[:middle], values[middle:]\n    # END SOLUTION\n", "    return values, values\n")
        with pytest.raises(
            CourseError, match=r"^tiny.py of chapter01_tiny: halves has no solution block: put `# BEGIN"
        ):
            chapter_stub(load_course(folder).chapter("1"))

    def test_only_pictures_are_taken_for_pictures(self, folder: Path) -> None:
        (folder / HOME / "pictures" / ".hidden").write_text("x")
        assert set(exercise_files(load_course(folder).chapter("1"))) == {"README.md", "tiny.py", "quiz.toml"} | {
            "pictures/line.svg"
        }
        (folder / HOME / "pictures" / "notes.txt").write_text("x")
        with pytest.raises(CourseError, match=r"pictures of chapter01_tiny: notes.txt is no picture \(.svg, "):
            exercise_files(load_course(folder).chapter("1"))


class TestRelease:
    def test_it_writes_what_students_get(self, course: Course, tmp_path: Path) -> None:
        out = tmp_path / "exercises"
        actions = release_exercises(course, out)
        assert sorted(contents(out)) == sorted([*EXERCISES, RECORD])
        assert said([*actions]) == dict.fromkeys(EXERCISES, "wrote")
        assert "NotImplementedError" in (out / HOME / "tiny.py").read_text(encoding="utf-8")
        assert diff_exercises(course, out) == []

    def test_it_always_writes_the_same(self, course: Course, tmp_path: Path) -> None:
        release_exercises(course, tmp_path / "one")
        release_exercises(course, tmp_path / "two")
        assert contents(tmp_path / "one") == contents(tmp_path / "two")
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "one").rglob("*")}
        assert said([*release_exercises(course, tmp_path / "one")]) == {}
        assert {path: path.stat().st_mtime_ns for path in (tmp_path / "one").rglob("*")} == before

    def test_it_removes_what_it_wrote_and_nothing_else(self, folder: Path, tmp_path: Path) -> None:
        out = tmp_path / "exercises"
        release_exercises(add_later_chapter(folder), out)
        (out / "chapter02_later" / "notes.md").write_text("mine")
        edit(out / "chapter02_later" / "quiz.toml", 'q1 = ""', 'q1 = "b"')
        shutil.rmtree(folder / "chapter02_later")
        gone = [f"chapter02_later/{name}" for name in ("README.md", "later.py", "pictures/line.svg")]
        assert said([*release_exercises(load_course(folder), out)]) == dict.fromkeys(gone, "removed")
        left = sorted(path for path in contents(out) if path.startswith("chapter02"))
        assert left == ["chapter02_later/notes.md", "chapter02_later/quiz.toml"]
        assert not (out / "chapter02_later" / "pictures").exists()

    def test_it_brings_what_the_source_says(self, course: Course, folder: Path, tmp_path: Path) -> None:
        release_exercises(course, tmp_path / "exercises")
        edit(folder / HOME / "README.md", "Doubling", "Twice")
        (tmp_path / "exercises" / HOME / "tiny.py").write_text("x = 1\n")
        changed = said([*release_exercises(load_course(folder), tmp_path / "exercises")])
        assert changed == {f"{HOME}/README.md": "updated", f"{HOME}/tiny.py": "updated"}
        assert diff_exercises(load_course(folder), tmp_path / "exercises") == []

    def test_differences_are_listed(self, course: Course, tmp_path: Path) -> None:
        out = tmp_path / "exercises"
        release_exercises(course, out)
        (out / HOME / "tiny.py").write_text("x = 1\n")
        (out / HOME / "quiz.toml").unlink()
        (out / HOME / "stray.py").write_text("x")
        (out / HOME / "README.md").unlink()
        (out / HOME / "README.md").symlink_to(course.chapter("1").lesson_path)
        (out / HOME / "__pycache__").mkdir()
        (out / HOME / "__pycache__" / "tiny.pyc").write_text("x")
        (out / RECORD).write_text("{}")
        assert diff_exercises(course, out) == [
            f"{RECORD}: differs from what the course makes",
            f"{HOME}/README.md: differs from what the course makes",
            f"{HOME}/quiz.toml: is missing",
            f"{HOME}/stray.py: is not part of the course",
            f"{HOME}/tiny.py: differs from what the course makes",
        ]

    def test_an_empty_place_lacks_everything(self, course: Course, tmp_path: Path) -> None:
        assert diff_exercises(course, tmp_path / "none") == sorted(
            f"{path}: is missing" for path in [*EXERCISES, RECORD]
        )

    @pytest.mark.parametrize("path", ["../outside.py", "{folder}/outside.py", "x/../../outside.py", ""])
    def test_a_forged_record_removes_nothing_outside(self, course: Course, tmp_path: Path, path: str) -> None:
        (tmp_path / "outside.py").write_text("mine")
        release_exercises(course, tmp_path / "out")
        digest = hashlib.sha256((tmp_path / "outside.py").read_bytes()).hexdigest()
        (tmp_path / "out" / RECORD).write_text(json.dumps({"files": {path.format(folder=tmp_path): digest}}))
        assert said([*release_exercises(course, tmp_path / "out")]) == {}
        assert (tmp_path / "outside.py").read_text() == "mine"


class TestThePack:
    def test_it_holds_what_grading_needs_and_no_more(self, course: Course, tmp_path: Path) -> None:
        write_pack(course, tmp_path / "pack")
        inside = [*EXERCISES, f"{HOME}/chapter.toml", f"{HOME}/checks.py", f"{HOME}/quiz.answers", "course.toml"]
        assert sorted(contents(tmp_path / "pack")) == sorted(inside)
        assert find_leaks(course, contents(tmp_path / "pack").items()) == []

    def test_it_replaces_an_older_one_whole(self, course: Course, tmp_path: Path) -> None:
        write_pack(course, tmp_path / "pack")
        (tmp_path / "pack" / HOME / "old.py").write_text("x")
        write_pack(course, tmp_path / "pack")
        assert f"{HOME}/old.py" not in contents(tmp_path / "pack")

    def test_it_replaces_nothing_else(self, course: Course, tmp_path: Path) -> None:
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "work.py").write_text("x")
        with pytest.raises(
            UsageError, match=r"mine is not empty and holds no course.toml, so it is no pack: remove it"
        ):
            write_pack(course, tmp_path / "mine")
        assert contents(tmp_path / "mine") == {"work.py": b"x"}

    def test_a_broken_course_leaves_the_old_pack(self, course: Course, folder: Path, tmp_path: Path) -> None:
        write_pack(course, tmp_path / "pack")
        before = contents(tmp_path / "pack")
        edit(folder / HOME / "tiny.py", "# END SOLUTION", "# END")
        with pytest.raises(CourseError):
            write_pack(load_course(folder), tmp_path / "pack")
        assert contents(tmp_path / "pack") == before

    def test_a_chapter_without_a_quiz_has_no_answers(self, folder: Path) -> None:
        edit(folder / "course.toml", "points = 20", "points = 16")
        edit(folder / HOME / "chapter.toml", "[quiz]\npoints = 4\n", "")
        files = pack_files(load_course(folder).chapter("1"))
        assert "quiz.toml" not in files
        assert "quiz.answers" not in files


class TestStart:
    def test_the_first_time_everything_is_written(self, course: Course, tmp_path: Path) -> None:
        actions = start_exercises(course, tmp_path / "new" / "home")
        assert said([*actions]) == {f"exercises/{path}": "wrote" for path in EXERCISES}
        assert sorted(contents(tmp_path / "new" / "home" / "exercises")) == sorted([*EXERCISES, RECORD])

    def test_again_nothing_changes(self, course: Course, tmp_path: Path) -> None:
        start_exercises(course, tmp_path)
        assert said([*start_exercises(course, tmp_path)]) == {}

    def test_a_student_s_work_is_kept(self, course: Course, tmp_path: Path) -> None:
        start_exercises(course, tmp_path)
        for name in ("tiny.py", "quiz.toml", "README.md"):
            (tmp_path / "exercises" / HOME / name).write_text("mine")
        for _ in range(2):
            actions = start_exercises(course, tmp_path)
            kept = {f"exercises/{HOME}/{name}": "kept" for name in ("tiny.py", "quiz.toml", "README.md")}
            assert said([*actions]) == kept
            assert {action.note for action in actions} == {""}
        assert (tmp_path / "exercises" / HOME / "tiny.py").read_text() == "mine"

    def test_an_upgrade_brings_what_is_new_and_keeps_what_was_touched(self, folder: Path, tmp_path: Path) -> None:
        start_exercises(load_course(folder), tmp_path)
        mine = tmp_path / "exercises" / HOME
        (mine / "tiny.py").write_text("mine")
        (mine / "quiz.toml").write_text("mine")
        edit(folder / HOME / "tiny.py", "Return x: given", "Return x, as it is: given")
        edit(folder / HOME / "quiz.toml", "twice 2", "two times 2")
        edit(folder / HOME / "README.md", "Doubling", "Twice")
        actions = start_exercises(add_later_chapter(folder), tmp_path)
        assert said([*actions]) == {
            f"exercises/{HOME}/README.md": "updated",
            f"exercises/{HOME}/quiz.toml": "kept",
            f"exercises/{HOME}/tiny.py": "kept",
        } | {f"exercises/chapter02_later/{name}": "wrote" for name in ("README.md", "quiz.toml", "later.py")} | {
            "exercises/chapter02_later/pictures/line.svg": "wrote"
        }
        notes = {action.path.name: action.note for action in actions if action.note}
        assert notes == {
            "tiny.py": "the course's own has changed; `grade reset chapter1` writes it and keeps yours as a copy",
            "quiz.toml": "the questions have changed; to get the new form, rename yours and run `grade start` again",
        }
        again = start_exercises(load_course(folder), tmp_path)
        assert {action.path.name: action.note for action in again if action.note} == notes
        assert (mine / "tiny.py").read_text() == "mine"

    def test_an_upgrade_replaces_untouched_stubs(self, folder: Path, tmp_path: Path) -> None:
        start_exercises(load_course(folder), tmp_path)
        edit(folder / HOME / "tiny.py", "Return x: given", "Return x, as it is: given")
        assert said([*start_exercises(load_course(folder), tmp_path)]) == {f"exercises/{HOME}/tiny.py": "updated"}
        assert "as it is" in (tmp_path / "exercises" / HOME / "tiny.py").read_text(encoding="utf-8")

    def test_a_lesson_that_was_written_into_is_copied_before_the_new_one_comes(
        self, folder: Path, tmp_path: Path
    ) -> None:
        start_exercises(load_course(folder), tmp_path)
        (tmp_path / "exercises" / HOME / "README.md").write_text("my notes")
        edit(folder / HOME / "README.md", "Doubling", "Twice")
        copy = f"README.{time.strftime('%Y-%m-%d')}.md"
        assert said([*start_exercises(load_course(folder), tmp_path)]) == {
            f"exercises/{HOME}/{copy}": "copied",
            f"exercises/{HOME}/README.md": "updated",
        }
        assert (tmp_path / "exercises" / HOME / copy).read_text() == "my notes"
        assert said([*start_exercises(load_course(folder), tmp_path)]) == {}

    def test_a_deleted_file_comes_back(self, course: Course, tmp_path: Path) -> None:
        start_exercises(course, tmp_path)
        (tmp_path / "exercises" / HOME / "tiny.py").unlink()
        assert said([*start_exercises(course, tmp_path)]) == {f"exercises/{HOME}/tiny.py": "wrote"}

    @pytest.mark.parametrize("record", [None, "", "[]", "{", '{"files": 3}', '{"files": {"a": 1}}', "[" * 5000])
    def test_without_a_record_all_counts_as_touched(self, folder: Path, tmp_path: Path, record: str | None) -> None:
        start_exercises(load_course(folder), tmp_path)
        path = tmp_path / "exercises" / RECORD
        path.unlink() if record is None else path.write_text(record)
        edit(folder / HOME / "tiny.py", "Return x: given", "Return x, as it is: given")
        assert said([*start_exercises(load_course(folder), tmp_path)]) == {f"exercises/{HOME}/tiny.py": "kept"}

    def test_it_may_be_run_in_the_exercises_folder(self, course: Course, tmp_path: Path) -> None:
        start_exercises(course, tmp_path)
        assert said([*start_exercises(course, tmp_path / "exercises")]) == {}
        assert not (tmp_path / "exercises" / "exercises").exists()

    def test_a_released_folder_is_known(self, course: Course, tmp_path: Path) -> None:
        release_exercises(course, tmp_path / "exercises")
        assert said([*start_exercises(course, tmp_path)]) == {}
        assert diff_exercises(course, tmp_path / "exercises") == []

    @pytest.mark.parametrize("link", ["exercises", f"exercises/{HOME}", f"exercises/{HOME}/pictures"])
    def test_nothing_is_written_through_a_link(self, course: Course, tmp_path: Path, link: str) -> None:
        (tmp_path / "elsewhere").mkdir()
        place = tmp_path / "home" / link
        place.parent.mkdir(parents=True)
        place.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        with pytest.raises(UsageError, match="is a link, and nothing is written through links: remove it or choose"):
            start_exercises(course, tmp_path / "home")
        assert contents(tmp_path / "elsewhere") == {}

    @pytest.mark.parametrize(
        "make", [lambda path: path.symlink_to("/etc/hostname"), os.mkfifo, lambda path: path.mkdir()]
    )
    def test_what_is_no_plain_file_is_left_alone(
        self, course: Course, tmp_path: Path, make: Callable[[Path], None]
    ) -> None:
        path = tmp_path / "exercises" / HOME / "tiny.py"
        path.parent.mkdir(parents=True)
        make(path)
        actions = start_exercises(course, tmp_path)
        kept = [action for action in actions if action.verb == "kept"]
        assert [(action.path.name, action.note) for action in kept] == [
            ("tiny.py", "it is no plain file, so it was left alone")
        ]
        with pytest.raises(UsageError, match=r"is no plain file, so no copy of it can be kept: remove it yourself."):
            reset_chapter(course, tmp_path, "1")

    @needs_other_user
    def test_a_folder_that_is_not_writable_is_a_usage_error(self, course: Course, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        with pytest.raises(UsageError, match=r"Cannot write .*: Permission denied. Choose a folder"):
            start_exercises(course, tmp_path)

    def test_a_full_disk_is_a_usage_error_and_leaves_nothing_unfinished(
        self, course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("grader.release.files.os.replace", refuse)
        with pytest.raises(
            UsageError, match=r"Cannot write .*README.md: No space left on device. Choose a folder that"
        ):
            start_exercises(course, tmp_path)
        assert contents(tmp_path / "exercises") == {}

    def test_a_file_where_a_folder_should_be_is_a_usage_error(self, course: Course, tmp_path: Path) -> None:
        (tmp_path / "exercises").write_text("x")
        with pytest.raises(UsageError, match=r"Cannot (read|write) .*: Not a directory\. "):
            start_exercises(course, tmp_path)


class TestReset:
    TODAY = time.strftime("%Y-%m-%d")

    def test_the_stub_comes_back_and_the_work_is_copied(self, course: Course, tmp_path: Path) -> None:
        start_exercises(course, tmp_path)
        path = tmp_path / "exercises" / HOME / "tiny.py"
        for n, name in enumerate([f"tiny.{self.TODAY}.py", f"tiny.{self.TODAY}-2.py"]):
            path.write_text(f"mine {n}")
            actions = reset_chapter(course, tmp_path, "tiny")
            assert said([*actions]) == {f"exercises/{HOME}/{name}": "copied", f"exercises/{HOME}/tiny.py": "updated"}
            assert path.with_name(name).read_text() == f"mine {n}"
        assert path.read_text(encoding="utf-8") == chapter_stub(course.chapter("1"))

    def test_an_untouched_stub_needs_no_copy(self, course: Course, tmp_path: Path) -> None:
        start_exercises(course, tmp_path)
        assert [action.verb for action in reset_chapter(course, tmp_path, "1")] == ["unchanged"]

    def test_a_missing_stub_is_written(self, course: Course, tmp_path: Path) -> None:
        start_exercises(course, tmp_path)
        (tmp_path / "exercises" / HOME / "tiny.py").unlink()
        assert [action.verb for action in reset_chapter(course, tmp_path, "1")] == ["wrote"]

    def test_after_an_upgrade_the_stub_counts_as_untouched(self, folder: Path, tmp_path: Path) -> None:
        start_exercises(load_course(folder), tmp_path)
        (tmp_path / "exercises" / HOME / "tiny.py").write_text("mine")
        edit(folder / HOME / "tiny.py", "Return x: given", "Return x, as it is: given")
        reset_chapter(load_course(folder), tmp_path, "1")
        edit(folder / HOME / "tiny.py", "as it is: given", "as it came: given")
        assert said([*start_exercises(load_course(folder), tmp_path)]) == {f"exercises/{HOME}/tiny.py": "updated"}

    def test_without_exercises_it_says_what_to_do(self, course: Course, tmp_path: Path) -> None:
        with pytest.raises(
            UsageError, match=r"There is no .*chapter01_tiny. Run `grade start` to write the exercises."
        ):
            reset_chapter(course, tmp_path, "1")

    def test_an_unknown_chapter_is_a_usage_error(self, course: Course, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"No such chapter 'tinny'. Did you mean 'tiny'\?"):
            reset_chapter(course, tmp_path, "tinny")


class TestWritingAFile:
    def test_a_link_is_replaced_and_its_target_stays(self, tmp_path: Path) -> None:
        (tmp_path / "target").write_text("old")
        (tmp_path / "link").symlink_to(tmp_path / "target")
        write_file(tmp_path / "link", b"new")
        assert (tmp_path / "target").read_text() == "old"
        assert not (tmp_path / "link").is_symlink()
        assert (tmp_path / "link").read_text() == "new"

    def test_nothing_unfinished_is_left(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        with pytest.raises(
            UsageError, match=r"Cannot write .*folder: Is a directory. Choose a folder that you may write"
        ):
            write_file(tmp_path / "folder", b"new")
        assert [path.name for path in tmp_path.iterdir()] == ["folder"]

    def test_others_may_read_it_as_any_new_file(self, tmp_path: Path) -> None:
        (tmp_path / "plain").write_text("x")
        write_file(tmp_path / "new", b"x")
        assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


SOLUTION = "    w = np.array(w, dtype=float)\n    for _ in range(steps):\n        w = w - lr * grad(w)\n    return w\n"
DESCEND = f"def descend(grad, w, lr, steps):\n{SOLUTION}"
RENAMED = f"def downhill(grad, w, lr, steps):\n{SOLUTION}"
LONGER = RENAMED.replace("    for", "    print(w)  # and more\n\n    for")
ELSEWHERE = "class A:\n    if True:\n        def f(self, grad, w, lr, steps):\n" + SOLUTION.replace(
    "    ", "            ", 1
)
DOUBLE = "def double(x):\n    return identity(x) * 2\n"
SMALL_ELSEWHERE = "def twice(x):\n    return identity(x) * 2\n"


def indented(text: str, by: str = "    ") -> str:
    return "".join(f"{by}{line}\n" for line in text.splitlines())


def doctest_of(text: str) -> str:
    first, *rest = text.splitlines()
    return "\n".join([f">>> {first}", *(f"... {line}" for line in rest)]) + "\n"


class TestLeaks:
    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("grader/helpers.py", DESCEND),
            ("grader/helpers.py", RENAMED),
            ("grader/helpers.py", LONGER),
            ("grader/helpers.py", f"class A:\n{indented(RENAMED)}"),
            ("grader/helpers.py", f"if True:\n{indented(RENAMED)}"),
            ("grader/helpers.py", RENAMED.replace("def", 'def other():\n    """Doc."""\n\ndef', 1)),
            ("grader/helpers.py", RENAMED.replace("steps):\n    w", 'steps):\n    """Doc."""\n    w')),
            ("grader/helpers.py", f'"""Example:\n\n{doctest_of(RENAMED)}"""\n'),
            ("grader/helpers.py", f"TEXT = '''\n{RENAMED}'''\n"),
            ("grader/helpers.py", f"this is no Python\n\n{RENAMED}"),
            ("grader/helpers.py", RENAMED.replace("\n", "\r\n")),
            ("grader/helpers.py", DOUBLE),
            ("grader/helpers.py", DOUBLE.replace("    return", "    print(x)\n    return")),
            ("grader/helpers.py", "double = lambda x: identity(x) * 2\n"),
            ("grader/helpers.py", "def double(y):\n    return identity(x) * 2\n"),
            ("grader/pack/chapter01_tiny/tiny.py", DOUBLE),
            ("grader/pack/chapter01_tiny/README.md", f"# Lesson\n\n```python\n{RENAMED}```\n"),
            ("exercises/chapter01_tiny/README.md", f"# Lesson\n\n```python\n{doctest_of(RENAMED)}```\n"),
            ("README.md", f"# Lesson\n\nWords.\n\n{indented(RENAMED)}\nmore words.\n"),
            ("README.md", f"# Lesson\n\n~~~\n$ grade chapter1\n{RENAMED}~~~\n"),
            ("README.md", f"# Lesson\n\n{doctest_of(DOUBLE)}"),
            ("README.md", f"# Lesson\n\n```\n{DOUBLE}```\n"),
            ("CHANGELOG.rst", f"Lesson::\n\n{indented(DOUBLE)}"),
            ("notes.txt", DOUBLE),
            ("tiny.py.orig", "".join(f"|{line}\n" for line in RENAMED.splitlines()).replace("|", "")),
            ("page.html", f"<pre>{SOLUTION}</pre>"),
            ("notebook.ipynb", json.dumps({"cells": [{"source": DOUBLE.splitlines(keepends=True)}]})),
            ("data.json", json.dumps({"stub": RENAMED})),
            ("grader/pack/chapter01_tiny/checks.py", DESCEND),
            (
                "grader/helpers.py",
                "class Counter:\n    def __call__(self):\n        self.count += 1\n        return self.count\n",
            ),
        ],
    )
    def test_a_solution_is_found(self, course: Course, path: str, text: str) -> None:
        leaks = find_leaks(course, [(path, text.encode())])
        assert [leak for leak in leaks if leak.startswith(f"{path}: shows the solution of ")], leaks

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("grader/helpers.py", SMALL_ELSEWHERE),
            ("grader/helpers.py", "def f(x):\n    return x\n\n\ny = identity(x) * 2\n"),
            ("grader/helpers.py", RENAMED.replace("- lr", "+ lr")),
            ("grader/helpers.py", RENAMED.replace("w", "v")),
            ("grader/helpers.py", RENAMED.replace("    return w\n", "")),
            ("grader/helpers.py", "def halves(values):\n    middle = len(values) // 2\n    return middle\n"),
            ("grader/helpers.py", "class Counter:\n    def __call__(self):\n        return self.count\n"),
            (
                "grader/helpers.py",
                "class Other:\n    def tick(self):\n        self.count += 1\n        return self.count\n",
            ),
            ("README.md", "Write `return identity(x) * 2` and `w = w - lr * grad(w)`, for example.\n"),
            ("README.md", "```python\n>>> w = np.array(w, dtype=float)\n>>> w = w - lr * grad(w)\n```\n"),
            ("README.md", ""),
            ("picture.png", b"\x89PNG\x00\xff".decode("latin-1")),
            ("data.json", "{ broken"),
            ("deep.json", "[" * 100_000),
            ("quiz.toml", "broken ="),
            ("grader/helpers.py", "x = '\\d'  # an escape that Python warns of\n"),
        ],
    )
    def test_what_gives_nothing_away_is_no_alarm(self, course: Course, path: str, text: str) -> None:
        assert find_leaks(course, [(path, text.encode("latin-1" if path.endswith("png") else "utf-8"))]) == []

    def test_released_exercises_and_pack_are_clean(self, folder: Path) -> None:
        course = add_later_chapter(folder)
        for chapter in course.chapters:
            files = {f"grader/pack/{chapter.name}/{path}": data for path, data in pack_files(chapter).items()}
            assert find_leaks(course, files.items()) == []

    def test_oracles_in_a_chapter_s_own_checks_are_none(self, folder: Path) -> None:
        path = folder / HOME / "checks.py"
        path.write_text(path.read_text(encoding="utf-8") + f"\n\n{DESCEND}", encoding="utf-8")
        course = load_course(folder)
        data = path.read_bytes()
        assert find_leaks(course, [(f"grader/pack/{HOME}/checks.py", data)]) == []
        assert find_leaks(course, [(f"grader/pack/{HOME}/other.py", data)]) != []
        assert find_leaks(course, [("checks.py", data)]) != []

    def test_what_a_later_chapter_gives_as_done_is_none(self, folder: Path) -> None:
        course = add_later_chapter(folder, given=f"{DESCEND}\n\n")
        later = course.chapter("2")
        stub = exercise_files(later)[later.file_name]
        assert b"w - lr * grad(w)" in stub
        assert find_leaks(course, [("exercises/chapter02_later/later.py", stub)]) == []
        assert find_leaks(course, [("exercises/chapter01_tiny/later.py", stub)]) != []
        assert find_leaks(course, [("exercises/chapter02_later/later.py", stub + b"\n")]) != []

    def test_an_earlier_chapter_may_not_give_a_later_answer(self, folder: Path) -> None:
        course = add_later_chapter(folder)
        given = (
            "def descend_2(grad, w, lr, steps):\n" + SOLUTION.replace("w - lr * grad(w)", "w - grad(w) * lr") + "\n\n"
        )
        edit(folder / HOME / "tiny.py", "def identity", given + "def identity")
        course = load_course(folder)
        leaks = find_leaks(course, [(f"x/{HOME}/tiny.py", exercise_files(course.chapter("1"))["tiny.py"])])
        assert leaks == [f"x/{HOME}/tiny.py: shows the solution of descend_2 (later.py of chapter02_later, line 47)"]

    def test_a_lesson_that_shows_its_own_solution_is_found(self, folder: Path) -> None:
        edit(folder / HOME / "README.md", "## 1.2 Halves", f"```python\n{DESCEND}```\n\n## 1.2 Halves")
        course = load_course(folder)
        files = exercise_files(course.chapter("1"))
        assert find_leaks(course, [(f"{HOME}/README.md", files["README.md"])]) == [
            f"{HOME}/README.md: shows the solution of descend (tiny.py of chapter01_tiny, line 47)"
        ]

    @pytest.mark.parametrize(
        ("path", "text", "leak"),
        [
            ("a.py", "def double(x):\n    return x + x\n", "shows the variant of double (variants/other.py of"),
            (
                "a.py",
                "def halves(v):\n    left, right = np.split(np.asarray(values), 2)\n    return [left, right]\n",
                "halves",
            ),
            (
                "a.py",
                '@wrong("double", "double-squares")\ndef _(x):\n    return 0\n',
                "the misconception double-squares of",
            ),
            ("solutions/x.txt", "", "is an author's file and must stay at home"),
            ("dist/solutions/chapter01_tiny/tiny.py", "x = 1", "is an author's file and must stay at home"),
            ("x/variants/other.py", "", "is an author's file and must stay at home"),
            ("x\\misconceptions.py", "", "is an author's file and must stay at home"),
            ("x/tiny.cpython-311.pyc", "", "cannot be searched: leave it out"),
            ("x/inner.zip", "", "cannot be searched: leave it out"),
            ("quiz.toml", 'format = 1\n[answers]\nq1 = "b"\n', "holds the answer to q1"),
            ("quiz.toml", 'format = 1\n[answers]\nq4 = "2 * x"\n', "holds the answer to q4"),
            ("quiz.toml", '[[question]]\nid = "q3"\nanswer = 1\n', "holds the answer to q3"),
            ("quiz.json", '[{"id": "q2", "answer": ["a"]}]', "holds the answer to q2"),
            (
                "quiz.json",
                json.dumps([{"id": "q3", "text": "What is a\nquarter, as a decimal number?", "answer": 0}]),
                "holds the answer to q3",
            ),
            (
                "a.txt",
                "Two and two are four,\nwhichever way they are added.",
                "says why the answer to q1 is right: Two and",
            ),
            (
                "a.py",
                "WHY = 'Two and two are four, whichever way they are added.'",
                "says why the answer to q1 is right",
            ),
        ],
    )
    def test_variants_misconceptions_and_answers_are_found(
        self, course: Course, path: str, text: str, leak: str
    ) -> None:
        assert any(leak in found for found in find_leaks(course, [(path, text.encode())]))

    def test_given_methods_of_a_variant_are_none(self, folder: Path) -> None:
        edit(
            folder / HOME / "variants" / "other.py",
            "self.calls = iter(range(start + 1, start + 1000))",
            "self.count = start",
        )
        course = load_course(folder)
        assert find_leaks(course, [("tiny.py", exercise_files(course.chapter("1"))["tiny.py"])]) == []

    @pytest.mark.parametrize("file", ["variants/other.py", "misconceptions.py"])
    def test_author_s_files_must_be_python(self, folder: Path, file: str) -> None:
        (folder / HOME / file).write_text("def f(:\n")
        with pytest.raises(CourseError, match=f"{file} of chapter01_tiny line 1: this is not Python: invalid syntax."):
            find_leaks(load_course(folder), [])

    def test_a_pack_cannot_be_searched_for(self, course: Course, tmp_path: Path) -> None:
        write_pack(course, tmp_path / "pack")
        with pytest.raises(UsageError, match="holds no solutions"):
            find_leaks(load_course(tmp_path / "pack", "pack"), [])


def archived(path: Path) -> dict[str, bytes]:
    """Return the files of a wheel or an sdist by path, without an sdist's outermost folder."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(path) as sdist:
        members = [(member.name, sdist.extractfile(member)) for member in sdist if member.isfile()]
        return {name.split("/", 1)[1]: file.read() for name, file in members if file is not None}


def build(root: Path, target: str) -> Path:
    """Build a wheel or an sdist as any front end would, and return it."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(root / "dist")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next((root / "dist").glob("*.whl" if target == "wheel" else "*.tar.gz"))


@pytest.mark.parametrize("solutions", [TINY, ROOT / "solutions"], ids=["tiny", "real"])
def test_wheel_and_sdist_carry_the_course_and_no_answer(solutions: Path, tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    root = tmp_path / "checkout"
    unwanted = shutil.ignore_patterns("__pycache__", "pack", ".*_cache")
    # The course that `grade selftest` grades has the tiny course's tasks, and its programs solve them.
    alike = shutil.ignore_patterns("__pycache__", "pack", ".*_cache", *(["selftest"] if solutions == TINY else []))
    shutil.copytree(ROOT / "grader", root / "grader", ignore=alike)
    shutil.copytree(solutions, root / "solutions", ignore=unwanted)
    for name in ("hatch_build.py", "pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, root)
    course = load_course(root / "solutions")
    sdist, wheel = archived(build(root, "sdist")), archived(build(root, "wheel"))
    unpacked = tmp_path / "unpacked"
    for name, data in sdist.items():
        write_file(unpacked / name, data)
    from_sdist = archived(build(unpacked, "wheel"))
    packed = {f"grader/pack/{chapter.name}/{name}" for chapter in course.chapters for name in pack_files(chapter)}
    for files in (sdist, wheel, from_sdist):
        assert {name for name in files if name.startswith("grader/pack/")} == packed | {"grader/pack/course.toml"}
        assert find_leaks(course, files.items()) == []
    assert {name: data for name, data in wheel.items() if name.startswith("grader/")} == {
        name: data for name, data in from_sdist.items() if name.startswith("grader/")
    }


def test_a_build_without_course_and_pack_says_so(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    shutil.copytree(ROOT / "grader", tmp_path / "grader", ignore=shutil.ignore_patterns("__pycache__", "pack"))
    for name in ("hatch_build.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    with pytest.raises(
        AssertionError, match=r"holds neither solutions/course.toml nor grader/pack: build in a checkout"
    ):
        build(tmp_path, "wheel")
