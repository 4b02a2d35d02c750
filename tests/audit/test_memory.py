"""What an audit keeps: used again as long as what it follows from is the same, and looked into anew when it is not."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.audit.memory import ENGINE, FOLDER, Memory, state_of
from grader.audit.parts import Parts
from tests.audit.authoring import audited, chapter_of, edit
from tests.conftest import Checkout


@dataclass(frozen=True)
class Question:
    """An errand as far as a memory sees it."""

    key: str
    only: frozenset[str] | None

    chapter_name = "chapter01_tiny"


OF_DOUBLE = Question("a", frozenset({"double"}))
OF_HALVES = Question("b", frozenset({"halves"}))
OF_ALL = Question("c", None)


def remembered(checkout: Checkout) -> dict[str, object]:
    """Return what a new memory of the chapter knows of the three questions."""
    memory = Memory(chapter_of(checkout), is_kept=True)
    return {question.key: memory.get(question) for question in (OF_DOUBLE, OF_HALVES, OF_ALL)}  # type: ignore[arg-type]


@pytest.fixture
def kept(checkout: Checkout) -> Path:
    """Answer three questions and return the file that keeps the answers."""
    memory = Memory(chapter_of(checkout), is_kept=True)
    for number, question in enumerate((OF_DOUBLE, OF_HALVES, OF_ALL)):
        memory.put(question, number)  # type: ignore[arg-type]
    return checkout.root / FOLDER / "chapter01_tiny.jsonl"


def test_answers_outlast_the_process(checkout: Checkout, kept: Path) -> None:
    assert remembered(checkout) == {"a": 0, "b": 1, "c": 2}
    assert Memory(chapter_of(checkout), is_kept=True, is_fresh=True).known == {}


CHANGES = {
    "a check": ("checks.py", "x = rng.normal(size=(3, 2))", "x = rng.normal(size=(2, 3))", {"b"}),
    "a check of another task": ("checks.py", "values = rng.normal(size=6)", "values = rng.normal(size=8)", {"a"}),
    "what they all use": (
        "checks.py",
        "import numpy as np\n",
        "import numpy as np\n\nnp.seterr(all='ignore')\n",
        set(),
    ),
    "what one of them uses": ("checks.py", "x + x, ", "twice(x), ", {"b"}),
    "what nobody uses": ("checks.py", "import numpy as np\n", "import numpy as np\n\nSPARE = 1\n", {"a", "b"}),
    "a comment": ("checks.py", "    x = rng", "    # some number\n    x = rng", {"a", "b"}),
    "a hint": ("chapter.toml", "What is x + x?", "What is twice x?", {"a", "b"}),
    "how a task is called": ("chapter.toml", 'kind = "class"\n', 'kind = "class"\ncpu_seconds = 2\n', set()),
    "the id of a misconception": (
        "chapter.toml",
        "misconceptions.double-squares",
        "misconceptions.double-square",
        {"b"},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_only_answers_that_follow_from_what_changed_are_forgotten(checkout: Checkout, kept: Path, name: str) -> None:
    file, old, new, known = CHANGES[name]
    if name == "what one of them uses":
        edit(checkout, "checks.py", "import numpy as np\n", "import numpy as np\n\n\ndef twice(x):\n    return x + x\n")
    edit(checkout, file, old, new)
    assert {key for key, answer in remembered(checkout).items() if answer is not None} == known
    assert len(kept.read_text().splitlines()) == 1 + len(known)  # the file does not grow with what is forgotten


def test_what_uses_what_a_task_uses_counts_too(checkout: Checkout) -> None:
    edit(checkout, "checks.py", "import numpy as np\n",
         "import numpy as np\n\nFACTOR = 2\n\n\ndef twice(x):\n    return FACTOR * x\n")  # fmt: skip
    edit(checkout, "checks.py", "x + x, ", "twice(x), ")
    before = Parts(chapter_of(checkout))
    edit(checkout, "checks.py", "FACTOR = 2", "FACTOR = 2.0")
    after = Parts(chapter_of(checkout))
    both = frozenset({"double", "halves"})
    assert before.of(OF_DOUBLE.only) != after.of(OF_DOUBLE.only)
    assert before.of(OF_HALVES.only) == after.of(OF_HALVES.only)
    assert before.of(both) != after.of(both)
    assert before.of(frozenset({"check_double_of_arrays"})) == before.of(OF_DOUBLE.only)


def test_a_line_that_was_cut_short_is_left_out(checkout: Checkout, kept: Path) -> None:
    with kept.open("a") as file:
        file.write('{"key": "d", "ans')
    assert remembered(checkout) == {"a": 0, "b": 1, "c": 2}
    assert len(kept.read_text().splitlines()) == 4


def test_another_engine_makes_it_begin_anew(checkout: Checkout, kept: Path) -> None:
    kept.write_text("0" * 64 + "\n" + kept.read_text().split("\n", 1)[1])
    assert set(remembered(checkout).values()) == {None}


FOLLOWED = {
    "audit/equivalents.py": True, "audit/trials.py": True, "audit/verdicts.py": True, "audit/crew.py": True,
    "audit/accuracy.py": False, "audit/findings.py": False, "checks/compare.py": True, "worker/runner.py": True,
    "classroom/lane.py": False, "cli/course.py": False,
}  # fmt: skip


@pytest.mark.parametrize("name", FOLLOWED)
def test_answers_do_not_outlast_the_code_that_makes_them(checkout: Checkout, tmp_path: Path, name: str) -> None:
    engine = tmp_path / "engine"
    shutil.copytree(ENGINE, engine, ignore=lambda folder, names: [n for n in names if n in ("pack", "__pycache__")])
    before = state_of(chapter_of(checkout), engine)
    with (engine / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert (state_of(chapter_of(checkout), engine) != before) == FOLLOWED[name]


def test_a_full_audit_goes_on_from_what_is_kept(checkout: Checkout) -> None:
    first = audited(checkout, "--full", "--seeds", "1")
    path = checkout.root / FOLDER / "chapter01_tiny.jsonl"
    state, *lines = path.read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    for entry in entries:
        for failure in entry["answer"]["failures"]:
            if failure["misconception"] == "descend-uphill":
                failure["misconception"] = "halves-overlap"  # shows in the findings if it is believed
    path.write_text("\n".join([state, *map(json.dumps, entries)]) + "\n")
    second = audited(checkout, "--full", "--seeds", "1")
    assert (
        set(second["findings"]) - set(first["findings"])
        == {f for f in second["findings"] if f.startswith("descend: descend-uphill: is called halves-overlap")}
        != set()
    )
    assert len(path.read_text().splitlines()) == len(lines) + 1  # nothing was graded again
    edit(checkout, "checks.py", "start, lr = rng.normal(size=3)", "start, lr = rng.normal(size=4)")
    assert audited(checkout, "--full", "--seeds", "1")["findings"] == first["findings"]
