"""Mutants that are no mistakes: what equivalents.toml says of them, and whether it is so.

A chapter's equivalents.toml lists mutants that keep their points and why that is right::

    format = 1

    [[equal]]                      # gives the same values for every input that the contract allows
    mutants = ["mse: call-dropped: `return float(x)` -> `return x`"]
    why = "a NumPy float is a float"
    keep = ["y"]                   # arguments that further inputs leave as they are

    [[right]]                      # gives other values, which are as right
    task = "xor_weights"           # all mutants of a task; or `mutants`, by their names
    why = "any weights that compute XOR count"

    [[open]]                       # what is asked is an outcome: no change of the design that reaches it is a mistake
    task = "train_classifier"
    why = "any design that reaches the pass mark counts"

Mutants of an open task are not made: whether one is wrong is for the checks to say, so that they cannot be measured by it.
"""

from __future__ import annotations

import ast
import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.audit.crew import AUDIT_POLICY
from grader.audit.mutants import Mutant
from grader.course import Chapter
from grader.errors import CourseError, Table, did_you_mean, read_author_text
from grader.run import LOAD_SECONDS, Job
from grader.scorecard import Scorecard
from grader.seeds import from_seed
from grader.student.connection import Launcher
from grader.student.proxy import CallSettings, Function, Remote, Student
from grader.student.session import Handle, Reply, Session
from grader.submission import Submission
from grader.verdict import CheckFailed

FILE = "equivalents.toml"
SAME = 1e-9  # relative to the larger of 1 and the value: what another order of summation changes
VARIED_CALLS = 16  # recorded calls that further inputs are made from
VARIATIONS = 12  # further inputs made from each of them


@dataclass(frozen=True)
class Claim:
    """What the author says of some mutants, or of all mutants of a task.

    Attributes:
        kind: "equal", "right" or "open".
        subjects: names of mutants, or of one task.
        keep: names of arguments that further inputs leave as they are.
    """

    kind: str
    subjects: tuple[str, ...]
    keep: tuple[str, ...] = ()

    def covers(self, mutant: Mutant) -> bool:
        """Return whether this is said of a mutant."""
        return mutant.name in self.subjects or (self.kind != "equal" and mutant.owner in self.subjects)


def read_claims(chapter: Chapter, mutants: list[Mutant]) -> list[Claim]:
    """Return what a chapter's equivalents.toml says; nothing if there is none.

    Raises:
        CourseError: the file is not as it must be, or names a mutant or task that there is not.
    """
    path = chapter.folder / FILE
    if not path.exists():
        return []
    where = f"{FILE} of {chapter.name}"
    table = Table.parse(read_author_text(path, where), where)
    table.only("format", "equal", "right", "open")
    names, owners = {mutant.name for mutant in mutants}, {mutant.owner for mutant in mutants}
    found = []
    for kind in ("equal", "right", "open"):
        for entry in table.tables(kind) if table.has(kind) else []:
            entry.only("mutants", "task", "why", "keep")
            is_of_task = kind == "open" or (kind == "right" and entry.has("task"))
            subjects = (entry.text("task"),) if is_of_task else entry.words("mutants")
            for subject in subjects:
                known = owners if is_of_task else names
                if subject not in known:
                    close = did_you_mean(subject, known)
                    raise CourseError(f"{entry.where}: there is no mutant {subject!r}: take it out.{close}")
            entry.text("why")  # for whoever reads the file; nobody claims without a reason
            found.append(Claim(kind, subjects, entry.words("keep")))
    return found


Trace = list[tuple[str, str, Any]]
"""Replies in their order: what was called, the kind of reply, the value or the type of the exception."""


@dataclass(eq=False)
class Comparison:
    """Two versions of a solution that should give the same values; an errand of a crew.

    Both answer the checks' own calls with several seeds, and then calls with inputs made from those: scaled, rounded
    so that ties and zeros come up, whole, of other signs, single rows and rows drawn again. An input at which the
    solution itself fails, warns or gives no finite number is none that the contract allows, and says nothing.
    """

    chapter_name: str
    solution: str
    mutant: str
    only: frozenset[str]
    keep: tuple[str, ...]
    seeds: int
    difference: str = ""
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list, repr=False)

    @property
    def key(self) -> str:
        """What the answer follows from, as a hash, but for the checks and the engine."""
        parts = [self.solution, self.mutant, sorted(self.only), self.keep, self.seeds]
        return "compared " + hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def jobs(self, chapter: Chapter, launcher: Launcher) -> Iterator[Job]:
        """Yield the gradings of both with every seed, as long as they answer alike."""
        for seed in range(1, self.seeds + 1):
            first: Trace = []
            second: Trace = []
            yield self._job(chapter, self.solution, seed, first, record=seed <= 2)
            yield self._job(chapter, self.mutant, seed, second, record=False)
            self.difference = first_difference(first, second)
            if self.difference:
                self.difference += f", seed {seed}"
                return
        self.difference = self._on_further_inputs(chapter, launcher)

    def _job(self, chapter: Chapter, source: str, seed: int, trace: Trace, *, record: bool) -> Job:
        def watch(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], reply: Reply) -> None:
            trace.append((name, *_outcome(reply)))
            if record and name in self.only:
                self.calls.append((name, _plain(args), _plain(kwargs)))

        submission = Submission(chapter.file_name, source.encode())
        return Job(chapter, submission, None, from_seed(seed), only=self.only, in_order=False, watch=watch)

    def note(self, job: Job, card: Scorecard) -> None:
        """Nothing: only the replies count."""

    def answer(self) -> str:
        """Return where the two differ, "" if they do not."""
        return self.difference

    def _on_further_inputs(self, chapter: Chapter, launcher: Launcher) -> str:
        usable = [call for call in self.calls if not _holds_object((call[1], call[2]))]
        chosen = (
            [usable[i] for i in np.unique(np.linspace(0, len(usable) - 1, VARIED_CALLS).astype(int))] if usable else []
        )
        sides = [self._student(chapter, launcher, source) for source in (self.solution, self.mutant)]
        rng = np.random.default_rng(0)
        kept = _positions(self.solution, self.keep)
        try:
            for name, args, kwargs in chosen:
                for _ in range(VARIATIONS):
                    arguments = vary(args, rng, kept.get(name, frozenset()))
                    difference = self._differ(chapter, sides, name, arguments, kwargs)
                    if difference:
                        return difference
        finally:
            for session, _, _ in sides:
                session.close()
        return ""

    def _student(self, chapter: Chapter, launcher: Launcher, source: str) -> tuple[Session, Student, list[Reply]]:
        session = Session(
            launcher, Submission(chapter.file_name, source.encode()), chapter.module, AUDIT_POLICY, LOAD_SECONDS
        )
        replies: list[Reply] = []
        tasks = {task.name: task for task in chapter.tasks}
        return session, Student(session, tasks, lambda name, args, kwargs, reply: replies.append(reply)), replies

    def _differ(
        self, chapter: Chapter, sides: list[tuple[Session, Student, list[Reply]]], name: str, args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> str:  # fmt: skip
        outcomes = []
        for _, student, replies in sides:
            replies.clear()
            student._begin(CallSettings(chapter.task(name).cpu_seconds, repeat=False))
            function = getattr(student, name)
            own = tuple(getattr(student, arg.name) if isinstance(arg, Function) else arg for arg in args)
            try:
                function(*own, **kwargs)
            except CheckFailed as failed:
                if not replies:
                    replies.append(("raised", {"type": failed.code}))
            outcomes.append((name, *_outcome(replies[-1])))
            if len(outcomes) == 1 and not _is_allowed(replies[-1]):
                return ""
        difference = first_difference([outcomes[0]], [outcomes[1]])
        return f"{difference}, for the arguments {_shown(args)}" if difference else ""


def first_difference(first: Trace, second: Trace) -> str:
    """Return in words where two traces part, "" if they do not."""
    for (name, kind, value), (_, other_kind, other) in zip(first, second, strict=False):
        if kind != other_kind or not equal(value, other):
            return f"{name} gives {_shown(value)}, the mutant {_shown(other)}"
    return "" if len(first) == len(second) else "the checks go on otherwise with the mutant"


def equal(a: Any, b: Any) -> bool:
    """Return whether two results are the same to every check: numbers by value and kind, lists as tuples."""
    if isinstance(a, Handle) and isinstance(b, Handle):
        return a.type_name == b.type_name
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if not _is_number(a) or not _is_number(b):
        return type(a) is type(b) and bool(a == b)
    x, y = np.asarray(a), np.asarray(b)
    if x.shape != y.shape or x.dtype.kind != y.dtype.kind or (x.dtype.kind == "f" and x.itemsize != y.itemsize):
        return False
    return bool(np.allclose(x, y, SAME, SAME, equal_nan=True)) if x.dtype.kind in "fc" else bool((x == y).all())


def _is_number(value: Any) -> bool:
    return isinstance(value, (bool, int, float, complex, np.generic, np.ndarray))


def _outcome(reply: Reply) -> tuple[str, Any]:
    kind, answer = reply
    if kind == "value":
        return ("value", answer.get("value")) if answer.get("changed") is None else ("changed", answer.get("value"))
    return kind, answer.get("type")


def _is_allowed(reply: Reply) -> bool:
    """Return whether the solution's reply shows that the input is one that the contract allows."""
    kind, answer = reply
    return kind == "value" and not answer.get("warnings") and _is_finite(answer.get("value"))


def _is_finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_finite, value))
    if isinstance(value, (float, np.floating)):
        return math.isfinite(value)
    return not isinstance(value, np.ndarray) or value.dtype.kind != "f" or bool(np.isfinite(value).all())


def _plain(value: Any) -> Any:
    """Return a copy of arguments: containers and arrays anew, what else there is as it is."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_plain, value)) if type(value) in (list, tuple) else tuple(map(_plain, value))
    return value.copy() if isinstance(value, np.ndarray) else value


def _holds_object(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_object, value.values()))
    return any(map(_holds_object, value)) if isinstance(value, (list, tuple)) else isinstance(value, Remote)


def _positions(source: str, keep: tuple[str, ...]) -> Mapping[str, frozenset[int]]:
    """Return for each function of a module which of its parameters have names to be kept."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return {f.name: frozenset(i for i, a in enumerate(f.args.args) if a.arg in keep) for f in functions}


def vary(args: tuple[Any, ...], rng: np.random.Generator, kept: frozenset[int]) -> tuple[Any, ...]:
    """Return arguments like these with other numbers: in some of them, or in the rows that they share.

    Whole numbers stay as they are, for they may be labels, targets or counts.
    """
    arrays = [arg for arg in args if isinstance(arg, np.ndarray) and arg.ndim > 0]
    N = len(arrays[0]) if arrays else 0
    if N > 1 and rng.random() < 0.25:
        rows = rng.integers(0, N, int(rng.integers(1, N + 1)))
        return tuple(a[rows] if isinstance(a, np.ndarray) and a.ndim > 0 and len(a) == N else a for a in args)
    change = _CHANGES[int(rng.integers(len(_CHANGES)))]
    scale = float(10.0 ** rng.uniform(-2, 2))
    chosen = [i not in kept and rng.random() < 0.6 for i in range(len(args))]
    return tuple(_changed(a, change, scale) if is_chosen else a for a, is_chosen in zip(args, chosen, strict=True))


_CHANGES = ("scale", "scale", "quarters", "whole", "ints", "negate", "zeros")


def _changed(value: Any, change: str, scale: float) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_changed(item, change, scale) for item in value)
    is_scalar = isinstance(value, float)
    if not is_scalar and not (isinstance(value, np.ndarray) and value.dtype.kind == "f"):
        return value
    x = np.asarray(value)
    if (x == np.round(x)).all():
        return value
    if change == "ints" and not is_scalar:
        return np.round(x).astype(np.int64)
    changed = {"scale": x * scale, "quarters": np.round(4 * x) / 4, "negate": -x, "zeros": 0 * x}.get(
        change, np.round(x)
    )
    return float(changed) if is_scalar else changed


def _shown(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 200 else text[:197] + "..."
