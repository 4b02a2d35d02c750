"""The course proves itself: answers of known verdict, and a sentence for each that is judged otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from grader.audit import check
from grader.audit.crew import Errand
from grader.audit.lessons import hint_findings, lesson_findings
from grader.audit.mutants import make_mutants
from grader.audit.specimens import callers_of, specimens
from grader.course import load_course
from grader.errors import CourseError
from tests.audit.authoring import audited, chapter_of, edit, said
from tests.conftest import Checkout


def test_the_specimens_are_stub_solution_variants_and_wrong_answers(checkout: Checkout) -> None:
    found = [s for s in specimens(chapter_of(checkout)) if s.kind not in ("odd", "made", "alone")]
    assert [(s.name, s.kind) for s in found] == [
        ("stub", "stub"), ("solution", "right"), ("variants/other.py", "right"), ("double: double-squares", "wrong"),
        ("halves: halves-overlap", "wrong"), ("descend: descend-uphill", "wrong"),
    ]  # fmt: skip
    space: dict[str, object] = {}
    exec(found[3].source, space)
    assert space["double"](3) == 9  # type: ignore[operator]
    assert "NotImplementedError" in found[0].source


def test_a_check_that_fails_by_itself_over_an_odd_value_is_found(checkout: Checkout) -> None:
    edit(checkout, "checks.py", "expect_close(student.double(x), x + x", "expect_close(student.double(x) + 0, x + x")
    assert "every task returns None: grader_error: check_double_of_numbers" in said(checkout)


BROKEN = {
    "unknown task": ('@wrong("double", "double-squares"', '@wrong("doubel", "double-squares"', "Did you mean 'double'"),
    "unknown id": ('"halves-overlap"', '"halves-overlaps"', "Did you mean 'halves-overlap'"),
    "twice": (
        '@wrong("halves", "halves-overlap", why="an entry is in one half")',
        '@wrong("double", "double-squares", why="")',
        "twice",
    ),
    "none for a declared one": (
        '@wrong("halves", "halves-overlap", why="an entry is in one half")\n',
        "",
        "halves-overlap",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_wrong_answers_that_do_not_fit_the_chapter_are_refused(checkout: Checkout, name: str) -> None:
    old, new, words = BROKEN[name]
    edit(checkout, "misconceptions.py", old, new)
    with pytest.raises(CourseError) as caught:
        list(specimens(chapter_of(checkout)))
    assert words in str(caught.value)


def test_tasks_that_call_a_task_may_fall_with_it(checkout: Checkout) -> None:
    source = checkout.solution + "\ndef descend(x):\n    return Counter(x)\n\ndef halves(x):\n    return descend(x)\n"
    assert callers_of(chapter_of(checkout), source)["Counter"] == {"Counter", "descend", "halves"}
    assert callers_of(chapter_of(checkout), source)["double"] == {"double"}


def test_lesson_and_docstring_examples_run(checkout: Checkout) -> None:
    assert list(lesson_findings(chapter_of(checkout))) == []
    edit(checkout, "README.md", "array([6])", "array([7])")
    edit(checkout, "tiny.py", "    4.0", "    5.0")
    found = list(lesson_findings(chapter_of(checkout)))
    assert [finding.split(":")[0] for finding in found] == ["lesson", "tiny.double"]


def test_a_lesson_without_an_example_is_told(checkout: Checkout) -> None:
    edit(checkout, "README.md", ">>> np.array([3]) + 3\narray([6])\n", "")
    edit(checkout, "README.md", ">>> import numpy as np\n", "x\n")
    assert "no worked example" in next(lesson_findings(chapter_of(checkout)))


def test_a_sound_chapter_has_only_the_dead_check_to_tell(checkout: Checkout) -> None:
    audit = audited(checkout)
    assert audit["findings"] == ["check_counter_counts: fails for no wrong answer of misconceptions.py"]
    assert [audit[key] for key in ("misconceptions", "caught", "named")] == [3, 3, 3]
    assert audit["variants"] == audit["variants_passing"] > 2  # its own two, and those made from the solution


def test_everything_wrong_with_checks_is_told(checkout: Checkout) -> None:
    edit(
        checkout,
        "checks.py",
        'expect_close(student.double(x), x + x, "double(x)", unless={"double-squares": x * x})',
        "pass",
    )
    edit(
        checkout,
        "checks.py",
        'expect_close(student.double(x), x + x, "double(x)", unless={"double-squares": x * x})',
        "pass",
    )
    edit(checkout, "checks.py", 'unless={"descend-uphill": uphill}', 'unless={"halves-overlap": uphill}')
    edit(checkout, "checks.py", ', unless={"halves-overlap": values[:4]}', "")
    edit(checkout, "variants/other.py", "start + 1, start", "start + 2, start")
    found = said(checkout)
    for words in (
        "stub: scores 4 points, must score 0", "stub: double is passed, must be todo", "double: double-squares: double is wrong and keeps its points",
        "halves: halves-overlap: is caught but not named", "descend: descend-uphill: is called halves-overlap",
        "variants/other.py: Counter is right and loses points: check_counter_counts", "check_double_of_numbers: fails for no wrong answer",
    ):  # fmt: skip
        assert words in found


def test_a_task_that_pays_for_another_one_is_told(checkout: Checkout) -> None:
    edit(checkout, "checks.py", "values = rng.normal(size=6)", "values = student.double(rng.normal(size=6)) / 2")
    found = audited(checkout)["findings"]
    assert [f.split(": check_")[0] for f in found if "alone" in f] == [
        "halves alone: loses points that other tasks cost it"
    ]


def test_a_task_may_pay_for_one_that_it_calls(checkout: Checkout) -> None:
    edit(checkout, "tiny.py", "w = np.array(w, dtype=float)", "w = double(np.array(w, dtype=float)) / 2")
    assert not any("alone" in finding for finding in audited(checkout)["findings"])


@pytest.mark.parametrize("place", ["task", "misconception", "to-do", "check"])
def test_a_hint_with_a_line_of_the_solution_is_told(checkout: Checkout, place: str) -> None:
    line = "values[:middle], values[middle:]"
    if place == "task":
        edit(checkout, "chapter.toml", "Where does the second half begin?", f"Why not {line}?")
    elif place == "misconception":
        edit(checkout, "chapter.toml", "In how many halves is one entry?", f"Is it {line}?")
    elif place == "to-do":
        edit(checkout, "tiny.py", "cut in the middle", f"return {line}")
    else:
        edit(
            checkout,
            "checks.py",
            "from grader.checks import check",
            "from grader.verdict import CheckFailed\nfrom grader.checks import check",
        )
        edit(checkout, "checks.py", "    got = student.halves(values)\n",
             "    got = student.halves(values)\n    if len(got.left) != 3:\n"
             f"        raise CheckFailed('WRONG_VALUE', 'cut elsewhere', misconception='halves-overlap', hint='{line}')\n")  # fmt: skip
    all_found = audited(checkout)["findings"] if place == "check" else hint_findings(chapter_of(checkout), [])
    found = [finding for finding in all_found if "contains a line of the solution of halves" in finding]
    assert len(found) == 1
    assert found[0].endswith(line)


UNSTEADY = {
    "seeds": (
        'unless={"descend-uphill": uphill}', 'unless={"descend-uphill": uphill} if rng.random() < 0.5 else {}',
        ("--seeds", "6"), "descend: descend-uphill: is ",
    ),
    "wrong or right": (
        "lr, 4)\n    expect_close(got,", "lr, 4)\n    if rng.random() < 0.5:\n        expect_close(got,",
        ("--seeds", "6"), "descend: descend-uphill: descend is wrong and keeps its points",
    ),
    "runs": (
        "start, lr = rng.normal(size=3), 0.1", "start, lr = np.random.default_rng().normal(size=3), 0.1",
        ("--full", "--seeds", "1"), "descend: descend-uphill: another verdict in a second run with the same seed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNSTEADY)
def test_a_verdict_that_differs_between_seeds_or_runs_is_told(checkout: Checkout, name: str) -> None:
    old, new, options, said = UNSTEADY[name]
    before = audited(checkout, *options)["findings"]
    edit(checkout, "checks.py", old, new)
    after = [finding for finding in audited(checkout, *options)["findings"] if finding not in before]
    assert any(finding.startswith(said) for finding in after)


def test_an_answer_that_does_not_load_is_told(checkout: Checkout) -> None:
    edit(checkout, "variants/other.py", "import numpy", "import nump")
    assert "variants/other.py: ungradable" in said(checkout)


class LastFirst:
    """A crew whose processes are done with the last errand first, and to which every answer is right."""

    def __init__(self, *arguments: object) -> None:
        pass

    def __enter__(self) -> LastFirst:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def run(self, errands: Iterable[Errand]) -> Iterator[tuple[Errand, Any]]:
        for errand in reversed(list(errands)):
            yield errand, {"problem": "", "points": 100, "ran": {}, "failures": [], "seconds": {}}


def test_mutants_are_told_in_their_order_whichever_is_graded_first(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "Crew", LastFirst)
    course = load_course(checkout.root / "solutions")
    (audit,) = check.audit_chapters(course, course.chapters, check.Depth(is_full=True), lambda *progress: None)
    made = sorted(make_mutants(course.chapters[0]), key=lambda mutant: mutant.line)
    assert [f for f in audit.findings if f.startswith("line ")] == [
        f"line {mutant.line}: mutant keeps its points: {mutant.name}" for mutant in made
    ]
