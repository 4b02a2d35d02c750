"""``grade course check``: grades every answer whose verdict is known and gathers what should not be so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from grader.audit import ChapterAudit
from grader.audit.crew import Crew, Errand
from grader.audit.equivalents import Claim, Comparison, read_claims
from grader.audit.findings import findings, unsteady
from grader.audit.lessons import hint_findings, lesson_findings
from grader.audit.memory import Memory
from grader.audit.mutants import Mutant, make_mutants
from grader.audit.specimens import Specimen, callers_of, specimens
from grader.audit.trials import Trial
from grader.audit.verdicts import Verdict
from grader.course import Chapter, Course

Progress = Callable[[str, int, int], None]
E = TypeVar("E", bound=Errand)
FULL_SEEDS = 20
MADE_SEEDS = 3  # of right answers made by machine: they are many, and differ from the solution in form alone
TIMES_AS_LONG = 3  # may a mutant's call take as the solution's checks
SAID = 3  # sentences about one answer that say the same of several seeds
TRIED_AT_ONCE = 4  # wrong answers for each check that may be dead
LEAST_SECONDS = 0.5  # CPU seconds that it may take at least: clocks are coarse


@dataclass(frozen=True)
class Depth:
    """How much an audit does.

    Attributes:
        seeds: how many different inputs the written answers are graded on.
        is_full: whether all is graded twice with the first seed, the solution's mutants are made and graded, and what was
            found out is kept on disk, and looked up.
        is_fresh: whether what earlier audits kept is forgotten.
    """

    seeds: int = 1
    is_full: bool = False
    is_fresh: bool = False


def audit_chapters(
    course: Course, chapters: Sequence[Chapter], depth: Depth, on_progress: Progress
) -> list[ChapterAudit]:
    """Return the audit of each chapter.

    Args:
        course: the checkout's course.
        chapters: which of its chapters.
        depth: how much is done.
        on_progress: called with the chapter, the number of gradings done, and of how many.

    Raises:
        CourseError: a chapter's files cannot be read as a chapter.
    """
    answers = [list(specimens(chapter)) for chapter in chapters]  # an author's mistake is told before a process starts
    with Crew(course, chapters) as crew:
        return [
            _Auditor(chapter, of_chapter, crew, depth, on_progress).audit()
            for chapter, of_chapter in zip(chapters, answers, strict=True)
        ]


class _Auditor:
    """The audit of one chapter while it is made."""

    def __init__(
        self, chapter: Chapter, answers: Sequence[Specimen], crew: Crew, depth: Depth, on_progress: Progress
    ) -> None:
        self.chapter = chapter
        self.crew = crew
        self.depth = depth
        self.on_progress = on_progress
        self.done = self.planned = 0
        self.memory = Memory(chapter, is_kept=depth.is_full, is_fresh=depth.is_fresh)
        self.specimens = answers
        self.solution = next(s.source for s in self.specimens if s.name == "solution")
        self.figures = ChapterAudit(chapter.name, chapter.checks_sha256, len(chapter.tasks), seeds=depth.seeds)

    @cached_property
    def callers(self) -> dict[str, frozenset[str]]:
        """For each function and class of the solution the tasks that use it; only mutants ask for that."""
        return callers_of(self.chapter, self.solution)

    def audit(self) -> ChapterAudit:
        """Return the chapter's audit."""
        started = time.perf_counter()
        seconds = self._judge_written()
        if self.depth.is_full:
            self._judge_mutants(seconds)
        self.figures.findings += lesson_findings(self.chapter)
        self.figures.seconds = round(time.perf_counter() - started, 2)
        return self.figures

    def _run(self, errands: Iterable[E]) -> Iterator[tuple[E, Any]]:
        """Yield each errand with its answer: at once where it is remembered."""
        to_do = []
        all_errands = list(errands)
        self.planned += len(all_errands)
        for errand in all_errands:
            known = self.memory.get(errand)
            if known is None:
                to_do.append(errand)
            else:
                self.done += 1
                yield errand, known
        for errand, answer in self.crew.run(to_do):
            self.memory.put(errand, answer)
            self.done += 1
            self.figures.graded += 1
            self.on_progress(self.chapter.short_name, self.done, self.planned)
            yield errand, answer

    def _grade(self, trials: Iterable[Trial]) -> Iterator[tuple[Trial, Verdict]]:
        for trial, answer in self._run(trials):
            yield trial, Verdict.from_dict(answer)

    def _judge_written(self) -> dict[str, float]:
        """Grade the stub and all answers that are written, or made right; return how long the checks of each task take."""
        graded: dict[str, list[tuple[Trial, Verdict]]] = {specimen.name: [] for specimen in self.specimens}
        for trial, verdict in self._grade(self._plan()):
            graded[trial.specimen.name].append((trial, verdict))
        failed: set[str] = set()
        for specimen in self.specimens:
            pairs = sorted(graded[specimen.name], key=lambda pair: (pair[0].seed, pair[0].run))
            verdicts = [verdict for _, verdict in pairs]
            problems = list(dict.fromkeys(problem for verdict in verdicts for problem in findings(specimen, verdict)))
            more = [f"{specimen.name}: and {len(problems) - SAID} more like that"] if len(problems) > SAID else []
            problems = problems[:SAID] + more
            problems += unsteady(specimen, [(trial.seed, verdict) for trial, verdict in pairs])
            self.figures.count(specimen, verdicts, problems)
            if specimen.kind == "wrong":
                failed.update(f.check for verdict in verdicts for f in verdict.failures if f.status != "blocked")
        checks = {name: task for name, task in graded["stub"][0][1].ran.items() if task != "quiz"}
        self.figures.checks = len(checks)
        for name in self._dead({name: task for name, task in checks.items() if name not in failed}):
            self.figures.findings.append(f"{name}: fails for no wrong answer of misconceptions.py")
        said = {f.hint for pairs in graded.values() for _, verdict in pairs for f in verdict.failures if f.hint}
        self.figures.findings += hint_findings(self.chapter, said)
        return dict(graded["solution"][0][1].seconds)

    def _plan(self) -> Iterator[Trial]:
        """Yield the gradings of what is written.

        A wrong answer's verdict is known when it is named. In a full audit it is graded to the end with the first seed,
        lest a later check of its task fails itself, and all of that comes twice.
        """
        for specimen in self.specimens:
            is_wrong = specimen.kind == "wrong"
            only = frozenset({specimen.task}) if specimen.task else None
            seeds = min(self.depth.seeds, {"odd": 1, "alone": 1, "made": MADE_SEEDS}.get(specimen.kind, FULL_SEEDS))
            for seed in range(1, seeds + 1):
                to_the_end = not is_wrong or (self.depth.is_full and seed == 1)
                yield Trial(self.chapter.name, specimen, seed, only, until="end" if to_the_end else "name")
            if self.depth.is_full and specimen.kind in ("right", "wrong"):
                yield Trial(self.chapter.name, specimen, only=only, run=1)

    def _dead(self, checks: dict[str, str]) -> list[str]:
        """Return those of some checks, with their tasks, that fail for no wrong answer, tried on a few at a time.

        Each is run by itself, without those that it waits for.
        """
        alive: set[str] = set()
        untried = {
            name: [s for s in self.specimens if s.kind == "wrong" and s.task == task] for name, task in checks.items()
        }
        while trials := [
            Trial(self.chapter.name, specimen, only=frozenset({name}), in_order=False)
            for name, of_task in untried.items()
            if name not in alive
            for specimen in of_task[:TRIED_AT_ONCE]
        ]:
            for _, verdict in self._grade(trials):
                alive.update(failure.check for failure in verdict.failures)
            untried = {name: of_task[TRIED_AT_ONCE:] for name, of_task in untried.items()}
        return [name for name in checks if name not in alive]

    def _judge_mutants(self, seconds: dict[str, float]) -> None:
        """Grade every mutant, and look into those that keep their points."""
        made = make_mutants(self.chapter)
        claims = read_claims(self.chapter, made)
        of_open_tasks = [claim for claim in claims if claim.kind == "open"]
        mutants = {m.source: m for m in made if not any(claim.covers(m) for claim in of_open_tasks)}
        survivors = []
        graded = self._grade([self._trial(mutant, seconds) for mutant in mutants.values()])
        verdicts = {trial.specimen.source: verdict for trial, verdict in graded}  # told in the mutants' order
        for source, mutant in mutants.items():
            verdict = verdicts[source]
            self.figures.mutants += 1
            if verdict.points is None:
                self.figures.findings.append(f"{mutant.name}: {verdict.problem}")
            if verdict.failures or verdict.problem:
                self.figures.killed += 1
                if any(mutant.name in claim.subjects for claim in claims):
                    self.figures.findings.append(f"equivalents.toml: {mutant.name} is caught now: take it out")
            else:
                survivors.append(mutant)
        survivors.sort(key=lambda mutant: mutant.line)
        claimed = {m.source: next((claim for claim in claims if claim.covers(m)), None) for m in survivors}
        self._compare([(m, claim) for m in survivors if (claim := claimed[m.source]) and claim.kind == "equal"])
        self._grade_again([m for m in survivors if (claim := claimed[m.source]) and claim.kind == "right"])
        self._report_survivors([m for m in survivors if claimed[m.source] is None])

    def _trial(self, mutant: Mutant, seconds: dict[str, float]) -> Trial:
        """Return the grading of a mutant: until the first lost point of its task, and not for long."""
        tasks = self._tasks_of(mutant)
        limit = max(LEAST_SECONDS, TIMES_AS_LONG * max(seconds.get(task, 0.0) for task in tasks))
        return Trial(self.chapter.name, self._specimen(mutant), only=tasks, until="loss", time_limit=limit)

    def _specimen(self, mutant: Mutant) -> Specimen:
        return Specimen(mutant.name, "mutant", mutant.source, "", mutant.owner)

    def _tasks_of(self, mutant: Mutant) -> frozenset[str]:
        """Return the task that a mutant is of; where it changes what is no task, those that call it."""
        is_task = any(task.name == mutant.owner for task in self.chapter.tasks)
        return frozenset({mutant.owner}) if is_task else self.callers[mutant.owner]

    def _compare(self, pairs: list[tuple[Mutant, Claim]]) -> None:
        """Look whether mutants that are said to be equal are."""
        errands = {
            Comparison(
                self.chapter.name, self.solution, mutant.source, self._tasks_of(mutant), claim.keep, self.depth.seeds
            ): mutant
            for mutant, claim in pairs
        }
        differences = dict(self._run(errands))
        for errand, mutant in errands.items():
            if difference := differences[errand]:
                self.figures.findings.append(f"equivalents.toml: {mutant.name} is not equal: {difference}")
            else:
                self.figures.equivalents += 1

    def _grade_again(self, mutants: list[Mutant]) -> None:
        """Look whether mutants that are said to be right keep their points with every seed; they are no mutants then."""
        lost: dict[str, str] = {}
        trials = [
            Trial(self.chapter.name, self._specimen(mutant), seed, self._tasks_of(mutant))
            for mutant in mutants
            for seed in range(2, self.depth.seeds + 1)
        ]
        for trial, verdict in sorted(self._grade(trials), key=lambda graded: graded[0].seed):
            for failure in verdict.failures:
                lost.setdefault(trial.specimen.source, f"is not right with seed {trial.seed}: {failure.words}")
        for mutant in mutants:
            if mutant.source in lost:
                self.figures.findings.append(f"equivalents.toml: {mutant.name} {lost[mutant.source]}")
            else:
                self.figures.mutants -= 1

    def _report_survivors(self, mutants: list[Mutant]) -> None:
        """Tell of each mutant that nothing is said of, and which task that calls it does notice it."""
        others = {m.source: self.callers[m.owner] - self._tasks_of(m) for m in mutants}
        trials = [
            Trial(self.chapter.name, self._specimen(m), only=others[m.source], until="loss")
            for m in mutants
            if others[m.source]
        ]
        noticed = {
            trial.specimen.source: f"; {verdict.failures[0].task} notices it"
            for trial, verdict in self._grade(trials)
            if verdict.failures
        }
        for m in mutants:
            self.figures.findings.append(f"line {m.line}: mutant keeps its points: {m.name}{noticed.get(m.source, '')}")
