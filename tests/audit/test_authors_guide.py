"""The author's guide builds a whole chapter: its files and commands are tried as they stand there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.conftest import GRADE, Checkout

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "authors.md").read_text(encoding="utf-8")
FILES = {name: text for name, _, text in re.findall(r"<!-- file: (\S+) -->\n(`{3,})\w+\n(.*?)\2\n", GUIDE, re.DOTALL)}
RUNS = [block.splitlines() for block in re.findall(r"<!-- run -->\n```sh\n(.*?)```", GUIDE, re.DOTALL)]


FOLDER = "chapter03_averages"


@pytest.fixture
def begun(checkout: Checkout) -> Checkout:
    """Return a checkout of a course with one chapter of 100 points."""
    run(checkout, "grade course new other")
    shutil.rmtree(checkout.root / "solutions" / "chapter01_tiny")
    shutil.rmtree(checkout.root / "exercises")
    (checkout.root / "solutions" / "course.toml").write_text(
        'format = 1\ntitle = "T"\nversion = "1"\n', encoding="utf-8"
    )
    return checkout


def run(checkout: Checkout, command: str) -> None:
    """Do one line of a shell block: remove a file, or grade, which must find begun wrong."""
    words = shlex.split(command)
    if words[0] == "rm":
        for path in checkout.root.glob(words[1]):
            path.unlink()
        return
    assert words[0] == GRADE.name
    done = checkout.grade(*words[1:], timeout=300)
    assert done.status == 0, f"{command}\n{done.out}\n{done.err}"


def test_the_chapter_of_the_guide_is_green_at_every_step(begun: Checkout) -> None:
    begin, end = RUNS
    for command in begin:
        run(begun, command)
    folder = begun.root / "solutions" / FOLDER
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert written - {"variants/product.py"} == FILES.keys() - {"variants/loops.py"}
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    for command in end:
        run(begun, command)
    stub = (begun.root / "exercises" / FOLDER / "averages.py").read_text(encoding="utf-8")
    assert "# TODO: one mean for each column" in stub
    assert "mean(axis=0)" not in stub
    card = begun.grade("averages", "--submission", folder / "averages.py", "--json").card
    assert card["points"] == 90


SLIPS = {
    "runs of one number alone": (
        {
            "[(6, 2), (7, 3), (5, 4)]": "[(6, 1), (7, 1)]",
            "(normal(rng, 5), 5), (ints(rng, -4, 5, (6,), dtype=int), 4)": "(normal(rng, 5), 1)",
        },
        "mutant keeps its points: moving_average: look-alike: `return np.array([x[i:i + width].mean()",
    ),
    "no name": (
        {'    "centre-rows": lambda X: X - X.mean(axis=1, keepdims=True),\n': ""},
        "centre-rows: is caught but not named",
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_the_guide_is_right_about_what_is_said(begun: Checkout, name: str) -> None:
    changes, said = SLIPS[name]
    run(begun, RUNS[0][0])
    folder = begun.root / "solutions" / FOLDER
    text = FILES["checks.py"]
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    for file in FILES:
        (folder / file).write_text(text if file == "checks.py" else FILES[file], encoding="utf-8")
    (folder / "variants" / "product.py").unlink()
    done = begun.grade("course", "check", "averages", "--full", "--seeds", "1", timeout=300)
    findings = done.out.splitlines()[3:]
    assert any(said in finding for finding in findings)


def test_the_guide_names_every_tool_of_checks_and_every_option() -> None:
    import grader.checks
    from grader.cli.course import check

    types = {"Check", "CheckRandom", "Sizes", "declared_checks"}
    assert {name for name in grader.checks.__all__ if f"`{name}" not in GUIDE} <= types
    for option in check.params:
        if option.param_type_name == "option" and option.name not in ("fresh", "as_json"):
            assert option.opts[0] in GUIDE
