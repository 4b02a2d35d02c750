"""Courses are read strictly, lazily and from the right place."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import course as course_module
from grader.course import COURSE_VARIABLE, HIDDEN_ANSWERS, Course, find_course, load_chapter, load_course
from grader.errors import CourseError, GradeError, UsageError, did_you_mean
from grader.release import write_pack

TINY = Path(__file__).parent / "tiny_course"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tiny course to break."""
    return Path(shutil.copytree(TINY, tmp_path / "course"))


@pytest.fixture(autouse=True)
def no_course_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(COURSE_VARIABLE, raising=False)


def add_chapters(folder: Path, *names: str) -> None:
    """Add copies of the tiny chapter under other names."""
    for name in names:
        module = name.partition("_")[2]
        shutil.copytree(folder / "chapter01_tiny", folder / name)
        (folder / name / "tiny.py").rename(folder / name / f"{module}.py")
        edit(folder / name / "chapter.toml", 'module = "tiny"', f'module = "{module}"')


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_chapter_is_what_its_toml_says() -> None:
    chapter = load_course(TINY).chapter("1")
    assert (chapter.name, chapter.number, chapter.title, chapter.module) == ("chapter01_tiny", 1, "Tiny", "tiny")
    assert (chapter.short_name, chapter.file_name, chapter.max_points) == ("chapter1", "tiny.py", 20)
    assert [task.name for task in chapter.tasks] == ["double", "halves", "Counter", "descend"]
    assert chapter.task("halves").returns == ("left", "right")
    assert chapter.task("Counter").kind == "class"
    assert [task.cpu_seconds for task in chapter.tasks] == [1.0, 1.0, 1.0, 3.0]
    assert chapter.misconception("double-squares").title == "squaring for doubling"
    assert chapter.lesson_path.is_file()
    assert chapter.checks_path.is_file()
    assert chapter.solution_path.is_file()
    assert [question.id for question in chapter.questions] == ["q1", "q2", "q3", "q4"]


def test_only_the_chapter_asked_for_is_read(folder: Path) -> None:
    add_chapters(folder, "chapter02_broken")
    (folder / "chapter02_broken" / "chapter.toml").write_text("not toml")
    course = load_course(folder)
    assert course.names == ("chapter01_tiny", "chapter02_broken")
    assert course.chapter("tiny").number == 1
    with pytest.raises(CourseError, match="chapter02_broken is not TOML"):
        _ = course.chapters


@pytest.mark.parametrize(
    "text",
    [
        "chapter4",
        "4",
        "04",
        "chapter04",
        "Chapter4",
        "backward_pass",
        "BACKWARD_PASS",
        "backward-pass",
        "chapter04_backward_pass",
        " chapter4 ",
        "chapter 4",
        "chapter_4",
    ],
)
def test_a_chapter_has_many_names(folder: Path, text: str) -> None:
    add_chapters(folder, "chapter04_backward_pass", "chapter14_other")
    assert load_course(folder).chapter(text).name == "chapter04_backward_pass"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("backward_pas", "No such chapter 'backward_pas'. Did you mean 'backward_pass'?"),
        ("chapter9", "No such chapter 'chapter9'. The course has chapter1 (tiny), chapter4 (backward_pass)."),
        ("0", "No such chapter '0'. The course has"),
        ("", "No such chapter ''. The course has"),
        ("4" * 500, "No such chapter '444"),
        ("٤", "No such chapter '٤'. The course has"),
    ],
)
def test_an_unknown_chapter_is_a_usage_error(folder: Path, text: str, said: str) -> None:
    add_chapters(folder, "chapter04_backward_pass")
    with pytest.raises(UsageError) as error:
        load_course(folder).chapter(text)
    assert error.value.message.startswith(said)
    assert len(error.value.message) < 200


@pytest.mark.parametrize(
    ("names", "numbers"), [(["2", "1"], [2, 1]), (["1", "tiny"], [1]), (["all"], [1, 2]), (["2", "ALL"], [2, 1])]
)
def test_several_chapters_are_selected_once_each_in_order(folder: Path, names: list[str], numbers: list[int]) -> None:
    add_chapters(folder, "chapter02_more")
    assert [chapter.number for chapter in load_course(folder).select(names)] == numbers


def test_selecting_nothing_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=re.escape("No chapter was named. The course has chapter1 (tiny).")):
        load_course(TINY).select([])


TASK = '[[task]]\nname = "double"\npoints = 4'

MISTAKES = {
    "format": ("format = 1", "format = 2", "chapter.toml of chapter01_tiny: format must be 1"),
    "no toml": ("format = 1", "format = = 1", "chapter.toml of chapter01_tiny is not TOML: Invalid value (at line 1"),
    "unknown key": ("cpu_seconds = 1.0", "cpu_second = 1.0", "'cpu_second' is no key here; take it out or correct it."),
    "did you mean": ("cpu_seconds = 1.0", "cpu_second = 1.0", "Did you mean 'cpu_seconds'?"),
    "no title": (
        'title = "Tiny"\n',
        "",
        'chapter.toml of chapter01_tiny: title is missing: give it text, such as "…".',
    ),
    "misspelt title": ('title = "Tiny"', 'titel = "Tiny"', "'titel' is no key here"),
    "title type": ('title = "Tiny"', "title = 3", 'title must be text, such as "…", not 3.'),
    "blank title": ('title = "Tiny"', 'title = " "', "title must be text"),
    "module": (
        'module = "tiny"',
        'module = "big"',
        "module is 'big', not as the folder says: write module = \"tiny\".",
    ),
    "cpu type": ("cpu_seconds = 1.0", 'cpu_seconds = "1"', "cpu_seconds must be a number of at least 0, not '1'."),
    "cpu true": ("cpu_seconds = 1.0", "cpu_seconds = true", "cpu_seconds must be a number of at least 0, not True."),
    "cpu nan": ("cpu_seconds = 1.0", "cpu_seconds = nan", "cpu_seconds must be a number of at least 0, not nan."),
    "cpu zero": ("cpu_seconds = 1.0", "cpu_seconds = 0", "cpu_seconds is 0; write a number of seconds above 0."),
    "points type": (
        TASK,
        TASK.replace("4", "4.0"),
        'task "double": points must be a whole number of at least 1, not 4.0.',
    ),
    "points zero": (TASK, TASK.replace("4", "0"), 'task "double": points must be a whole number of at least 1, not 0.'),
    "points sum": (
        TASK,
        TASK.replace("4", "5"),
        "tasks and quiz add up to 21 points; make them the 20 of course.toml.",
    ),
    "no points": (TASK, TASK.replace("points = 4", ""), 'task "double": points is missing'),
    "task unknown key": (TASK, TASK + "\nhints = 3", "Did you mean 'hint'?"),
    "task twice": ('name = "halves"', 'name = "double"', "two of task are called 'double': rename or remove one."),
    "task named quiz": (
        'name = "double"',
        'name = "quiz"',
        "name is that of the quiz: give the function another name.",
    ),
    "no identifier": ('name = "double"', 'name = "2x"', "name has '2x', which is no name in Python: correct it."),
    "keyword": ('name = "double"', 'name = "lambda"', "name has 'lambda', which is no name in Python: correct it."),
    "lesson": (
        'lesson = "1.1"',
        'lesson = "first"',
        "lesson is 'first'; write the number of a section, such as \"4.3\".",
    ),
    "lesson type": ('lesson = "1.1"', "lesson = 1.1", "lesson must be text"),
    "takes type": ('lesson = "1.1"', 'lesson = "1.1"\ntakes = "x"', "takes must be a list of different texts"),
    "takes": ('lesson = "1.1"', 'lesson = "1.1"\ntakes = ["if"]', "takes has 'if', which is no name in Python"),
    "returns type": ('returns = ["left", "right"]', 'returns = "left"', "returns must be a list of different texts"),
    "returns twice": ('["left", "right"]', '["left", "left"]', "returns must be a list of different texts"),
    "returns private": ('["left", "right"]', '["left", "_r"]', "returns has '_r', which is no name in Python"),
    "opaque": (
        '"right"]',
        '"right"]\nopaque = ["lef"]',
        "opaque names 'lef', which is not in returns: correct it. Did you mean",
    ),
    "collect type": ('"right"]', '"right"]\ncollect = 1', "collect must be true or false, not 1."),
    "collect returns": ('"right"]', '"right"]\ncollect = true', "collect is for one result and returns for several"),
    "kind": (
        'kind = "class"',
        'kind = "clas"',
        "kind is 'clas'; write \"function\" or \"class\". Did you mean 'class'?",
    ),
    "class returns": ('kind = "class"', 'kind = "class"\nreturns = ["a"]', "a class has no returns and no collect"),
    "no list": ("[[task]]\nname", "[task]\nname", "chapter.toml of chapter01_tiny is not TOML"),
    "quiz type": ("[quiz]\npoints = 4", "[[quiz]]\npoints = 4", "quiz must be a table: write it below a line [quiz]"),
    "quiz key": ("[quiz]", "[quiz]\ncount = 4", "chapter.toml of chapter01_tiny: [quiz]: 'count' is no key here"),
    "misconception id": ("double-squares]", "DoubleSquares]", "the id must be small letters with dashes"),
    "misconception key": (
        'title = "squaring',
        'titles = "squaring',
        "[misconceptions.double-squares]: 'titles' is no key",
    ),
    "misconception hint": (
        'hint = "What is 3 times 2, and what is 3 times 3?"\n',
        "",
        "double-squares]: hint is missing",
    ),
}


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_chapter_toml_is_named(folder: Path, old: str, new: str, said: str) -> None:
    edit(folder / "chapter01_tiny" / "chapter.toml", old, new)
    with pytest.raises(CourseError) as error:
        load_course(folder).chapter("1")
    assert said in error.value.message
    assert "chapter.toml of chapter01_tiny" in error.value.message
    assert "\n" not in error.value.message


def test_tasks_must_be_a_list_of_tables(folder: Path) -> None:
    path = folder / "chapter01_tiny" / "chapter.toml"
    path.write_text(path.read_text(encoding="utf-8").split("[[task]]")[0], encoding="utf-8")
    with pytest.raises(
        CourseError, match=re.escape("task must be a list of tables: write each below a line [[task]].")
    ):
        load_course(folder).chapter("1")


@pytest.mark.parametrize(
    ("quiz_points", "said"),
    [(4, "the tasks' points add up to 16; make them 90."), (10, "the tasks' points add up to 16; make them 90.")],
)
def test_without_a_total_a_chapter_is_worth_90_and_10(folder: Path, quiz_points: int, said: str) -> None:
    edit(folder / "course.toml", "points = 20\n", "")
    edit(folder / "chapter01_tiny" / "chapter.toml", "points = 4", f"points = {quiz_points}")
    with pytest.raises(CourseError, match=re.escape(said)):
        load_course(folder).chapter("1")


@pytest.mark.parametrize("change", [("[quiz]\npoints = 4", "[quiz]\npoints = 9"), ("[quiz]\npoints = 4\n", "")])
def test_without_a_total_the_quiz_is_worth_10(folder: Path, change: tuple[str, str]) -> None:
    edit(folder / "course.toml", "points = 20\n", "")
    edit(folder / "chapter01_tiny" / "chapter.toml", TASK, TASK.replace("4", "78"))
    edit(folder / "chapter01_tiny" / "chapter.toml", *change)
    with pytest.raises(CourseError, match=re.escape("the quiz must be worth 10: write points = 10 below [quiz].")):
        load_course(folder).chapter("1")


def test_a_chapter_of_90_and_10_is_accepted(folder: Path) -> None:
    edit(folder / "course.toml", "points = 20\n", "")
    edit(folder / "chapter01_tiny" / "chapter.toml", TASK, TASK.replace("4", "78"))
    edit(folder / "chapter01_tiny" / "chapter.toml", "[quiz]\npoints = 4", "[quiz]\npoints = 10")
    assert load_course(folder).chapter("1").max_points == 100


def test_a_chapter_may_have_no_quiz(folder: Path) -> None:
    edit(folder / "course.toml", "points = 20", "points = 16")
    edit(folder / "chapter01_tiny" / "chapter.toml", "[quiz]\npoints = 4\n", "")
    (folder / "chapter01_tiny" / "quiz.toml").unlink()
    chapter = load_course(folder).chapter("1")
    assert (chapter.quiz, chapter.questions, chapter.max_points) == (None, (), 16)


@pytest.mark.parametrize("file", ["README.md", "checks.py", "tiny.py", "quiz.toml", "chapter.toml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / "chapter01_tiny" / file).unlink()
    with pytest.raises(CourseError, match=f"^{file} of chapter01_tiny is missing: write .*{file}.$"):
        load_course(folder).chapter("1")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text + "colour = 1\n", "course.toml: 'colour' is no key here; take it out or correct it."),
        (lambda text: text.replace("title", "titel"), "Did you mean 'title'?"),
        (lambda text: text.replace('"1.0"', "1.0"), 'course.toml: version must be text, such as "…", not 1.0.'),
        (lambda text: text.replace("points = 20", "points = -1"), "course.toml: points must be a whole number"),
        (lambda text: text + "cpu_seconds = 0\n", "course.toml: cpu_seconds is 0"),
        (lambda text: text.replace("format = 1\n", ""), "course.toml: format must be 1: write `format = 1`"),
    ],
)
def test_a_mistake_in_course_toml_is_named(folder: Path, change: Callable[[str], str], said: str) -> None:
    path = folder / "course.toml"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(CourseError) as error:
        load_course(folder)
    assert said in error.value.message


def test_the_course_s_cpu_seconds_hold_where_a_chapter_names_none(folder: Path) -> None:
    edit(folder / "course.toml", "points = 20", "points = 20\ncpu_seconds = 7")
    edit(folder / "chapter01_tiny" / "chapter.toml", "cpu_seconds = 1.0\n", "")
    chapter = load_course(folder).chapter("1")
    assert (chapter.cpu_seconds, chapter.task("double").cpu_seconds, chapter.task("descend").cpu_seconds) == (7, 7, 3)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["chapter1_short"], "course.toml: the folder chapter1_short beside it has a wrong name"),
        (["chapter02-dash"], "course.toml: the folder chapter02-dash beside it has a wrong name"),
        (["chapter01_twin"], "course.toml: two of the chapters beside it are called 'chapter1': rename or remove one."),
        (["chapter02_tiny"], "course.toml: two of the chapters' modules are called 'tiny': rename or remove one."),
    ],
)
def test_folders_of_chapters_are_named_alike_and_once(folder: Path, names: list[str], said: str) -> None:
    for name in names:
        (folder / name).mkdir()
    with pytest.raises(CourseError, match=re.escape(said)):
        load_course(folder)


def test_a_course_without_chapters_is_an_error(tmp_path: Path) -> None:
    shutil.copy(TINY / "course.toml", tmp_path)
    with pytest.raises(CourseError, match=r"course.toml: no chapter stands beside it: add a folder such as"):
        load_course(tmp_path)


def test_files_that_are_not_utf8_are_named(folder: Path) -> None:
    (folder / "chapter01_tiny" / "chapter.toml").write_bytes(b"title = '\xff'")
    with pytest.raises(CourseError, match=r"chapter.toml of chapter01_tiny is not UTF-8 at byte 9: save it as UTF-8."):
        load_course(folder).chapter("1")


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "chapter01_tiny" / "chapter.toml").unlink()
    (folder / "chapter01_tiny" / "chapter.toml").mkdir()
    with pytest.raises(CourseError, match=r"chapter.toml of chapter01_tiny cannot be read: Is a directory"):
        load_course(folder).chapter("1")


def test_deep_nesting_is_an_error_like_others(folder: Path) -> None:
    (folder / "course.toml").write_text("a = " + "[" * 5000)
    with pytest.raises(CourseError, match=r"course.toml is not TOML"):
        load_course(folder)


@pytest.mark.parametrize(("name", "close"), [("duble", " Did you mean 'double'?"), ("zzz", "")])
def test_unknown_tasks_and_misconceptions_are_the_course_s_fault(name: str, close: str) -> None:
    chapter = load_course(TINY).chapter("1")
    with pytest.raises(CourseError) as error:
        chapter.task(name)
    assert error.value.message.endswith(f"has no task '{name}': add it or correct the name.{close}")
    with pytest.raises(CourseError, match=re.escape("chapter.toml of chapter01_tiny has no [misconceptions.nope]")):
        chapter.misconception("nope")


class TestWhatGrades:
    def test_checkout_and_pack_have_the_same_sha256(self, folder: Path, tmp_path: Path) -> None:
        write_pack(load_course(folder), tmp_path / "pack")
        pack = load_course(tmp_path / "pack", "pack")
        assert pack.chapter("1").checks_sha256 == load_course(folder).chapter("1").checks_sha256

    @pytest.mark.parametrize(
        ("file", "old", "new"),
        [
            ("checks.py", "points=3", "points=2"),
            ("chapter.toml", "What is x + x?", "What is x plus x?"),
            ("quiz.toml", 'answer = "b"', 'answer = "a"\n#'),
        ],
    )
    def test_it_changes_with_what_decides_a_score(self, folder: Path, file: str, old: str, new: str) -> None:
        before = load_course(folder).chapter("1").checks_sha256
        edit(folder / "chapter01_tiny" / file, old, new)
        if file == "quiz.toml":
            edit(folder / "chapter01_tiny" / file, 'a = "That is 2 + 1.", ', "")
        assert load_course(folder).chapter("1").checks_sha256 != before

    @pytest.mark.parametrize(
        ("file", "old", "new"),
        [
            ("README.md", "Doubling", "Twice"),
            ("tiny.py", "identity(x) * 2", "x + x"),
            ("quiz.toml", "Two and", "2 and"),
        ],
    )
    def test_it_stays_with_everything_else(self, folder: Path, file: str, old: str, new: str) -> None:
        before = load_course(folder).chapter("1").checks_sha256
        edit(folder / "chapter01_tiny" / file, old, new)
        assert load_course(folder).chapter("1").checks_sha256 == before

    def test_line_ends_do_not_matter(self, folder: Path) -> None:
        before = load_course(folder).chapter("1").checks_sha256
        for file in ("checks.py", "chapter.toml", "quiz.toml"):
            path = folder / "chapter01_tiny" / file
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        assert load_course(folder).chapter("1").checks_sha256 == before


class TestFindingTheCourse:
    @pytest.fixture(autouse=True)
    def elsewhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the package stand in an empty place, so that no course of this checkout is found."""
        monkeypatch.setattr(course_module, "__file__", str(tmp_path / "site" / "grader" / "course" / "__init__.py"))
        monkeypatch.setattr(course_module, "PACK", tmp_path / "site" / "grader" / "pack")

    @pytest.fixture
    def checkout(self, tmp_path: Path) -> Path:
        shutil.copytree(TINY, tmp_path / "site" / "solutions")
        return tmp_path / "site" / "solutions"

    @pytest.fixture
    def pack(self, tmp_path: Path) -> Path:
        write_pack(load_course(TINY), tmp_path / "site" / "grader" / "pack")
        return tmp_path / "site" / "grader" / "pack"

    def test_a_checkout_uses_its_own_solutions(self, checkout: Path, pack: Path) -> None:
        found = find_course()
        assert (found.folder, found.kind) == (checkout, "checkout")

    def test_an_installed_grader_uses_its_pack(self, pack: Path) -> None:
        found = find_course()
        assert (found.folder, found.kind) == (pack, "pack")
        chapter = found.chapter("tiny")
        assert [question.answer for question in chapter.questions] == ["b", ("a", "c"), 0.25, "2*x"]
        assert "NotImplementedError" in chapter.stub_path.read_text(encoding="utf-8")
        with pytest.raises(UsageError, match=r"holds no solutions: run this in a checkout of the course"):
            _ = chapter.solution_path

    def test_a_checkout_has_no_stubs(self, checkout: Path) -> None:
        with pytest.raises(UsageError, match=r"stubs are made from them by `grade course release`"):
            _ = find_course().chapter("1").stub_path

    def test_another_pack_may_be_named(self, tmp_path: Path) -> None:
        write_pack(load_course(TINY), tmp_path / "other")
        assert find_course(pack=tmp_path / "other").kind == "pack"

    def test_an_author_s_folder_is_looked_for_upwards(self, tmp_path: Path, pack: Path) -> None:
        shutil.copytree(TINY, tmp_path / "mine" / "solutions")
        (tmp_path / "mine" / "deep" / "down").mkdir(parents=True)
        found = find_course(tmp_path / "mine" / "deep" / "down")
        assert (found.folder, found.kind) == (tmp_path / "mine" / "solutions", "checkout")

    def test_a_folder_of_solutions_where_one_stands_is_not_picked_up(
        self, tmp_path: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shutil.copytree(TINY, tmp_path / "handed_in" / "solutions")
        monkeypatch.chdir(tmp_path / "handed_in")
        assert find_course().folder == pack

    def test_the_variable_decides(self, tmp_path: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(COURSE_VARIABLE, str(TINY))
        assert (find_course().folder, find_course().kind) == (TINY, "checkout")
        write_pack(load_course(TINY), tmp_path / "other")
        monkeypatch.setenv(COURSE_VARIABLE, str(tmp_path / "other"))
        assert find_course().kind == "pack"

    def test_a_variable_that_names_no_course_is_an_error(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(COURSE_VARIABLE, str(tmp_path / "none"))
        with pytest.raises(UsageError, match=r"MICROGRADE_COURSE names .*none, which holds no course.toml: correct it"):
            find_course()

    def test_without_a_course_every_place_is_listed(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError) as error:
            find_course(tmp_path)
        for place in (tmp_path / "solutions", tmp_path / "site" / "solutions", tmp_path / "site" / "grader" / "pack"):
            assert f"\n  {place}\n" in error.value.message
        assert error.value.message.startswith("No course found. I looked for course.toml in\n")

    def test_a_damaged_pack_says_so(self, pack: Path) -> None:
        (pack / "chapter01_tiny" / HIDDEN_ANSWERS).write_text("nonsense")
        with pytest.raises(
            CourseError, match=r"quiz.answers of chapter01_tiny is damaged .*: install micrograde again"
        ):
            _ = find_course().chapter("1").questions

    def test_an_incomplete_pack_says_so(self, pack: Path) -> None:
        (pack / "chapter01_tiny" / HIDDEN_ANSWERS).unlink()
        with pytest.raises(CourseError, match=r"quiz.answers of chapter01_tiny is missing"):
            find_course().chapter("1")


def test_a_chapter_can_be_loaded_alone() -> None:
    assert load_chapter(TINY / "chapter01_tiny", points=20).module == "tiny"
    with pytest.raises(CourseError, match="make them 90"):
        load_chapter(TINY / "chapter01_tiny")


@pytest.mark.parametrize(
    ("word", "candidates", "said"),
    [
        ("--jsn", ["--json", "--seed"], " Did you mean '--json'?"),
        ("AFFINE", ["affine", "relu"], " Did you mean 'affine'?"),
        ("relu_bakward", ["relu_backward", "relu"], " Did you mean 'relu_backward'?"),
        ("ab", ["abc", "abd"], " Did you mean one of: 'abc', 'abd'?"),
        ("zzz", ["affine"], ""),
        ("x", [], ""),
    ],
)
def test_did_you_mean_names_what_is_close(word: str, candidates: list[str], said: str) -> None:
    assert did_you_mean(word, candidates) == said


def test_did_you_mean_is_quick_with_a_huge_word() -> None:
    assert did_you_mean("a" * 1_000_000, ["a" * 1_000_000]) in ("", f" Did you mean {'a' * 1_000_000!r}?")


@pytest.mark.parametrize(("error", "status"), [(GradeError, 4), (UsageError, 2), (CourseError, 4)])
def test_errors_carry_their_message_and_exit_status(error: type[GradeError], status: int) -> None:
    raised = error("what is wrong")
    assert (raised.message, str(raised), raised.exit_status) == ("what is wrong", "what is wrong", status)


def test_courses_compare_and_print() -> None:
    assert load_course(TINY) == load_course(TINY)
    assert isinstance(load_course(TINY), Course)
