"""What is wrong with a chapter's checks, seen from the verdicts on answers whose verdict is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.audit.specimens import Specimen
from grader.audit.verdicts import Failure, Verdict


def findings(specimen: Specimen, verdict: Verdict) -> Iterator[str]:
    """Yield a sentence for everything that should not have become of a specimen.

    Args:
        specimen: the answer and what it is.
        verdict: one grading of it.
    """
    if verdict.problem:
        yield f"{specimen.name}: {verdict.problem}"
    elif specimen.kind == "stub":
        yield from _stub(specimen, verdict)
    elif specimen.kind in ("right", "made"):
        for failure in verdict.failures:
            yield f"{specimen.name}: {failure.task} is right and loses points: {failure.words}"
    elif specimen.kind == "alone":
        for failure in verdict.of_task(specimen.task):
            yield f"{specimen.name}: loses points that other tasks cost it: {failure.words}"
    elif specimen.kind == "odd":
        lost = {failure.task for failure in verdict.failures}
        yield from (
            f"{specimen.name}: {task} takes that for right" for task in verdict.seconds if task not in lost | {"quiz"}
        )
    else:
        yield from _wrong(specimen, verdict)


def _stub(specimen: Specimen, verdict: Verdict) -> Iterator[str]:
    if verdict.points != 0:
        yield f"{specimen.name}: scores {verdict.points} points, must score 0"
    for task in verdict.seconds:
        failures = verdict.of_task(task)
        if not failures:
            yield f"{specimen.name}: {task} is passed, must be todo"
        for failure in failures:
            if failure.status not in ("todo", "blocked"):
                yield f"{specimen.name}: {task} must be todo: {failure.words}"
                break


def _wrong(specimen: Specimen, verdict: Verdict) -> Iterator[str]:
    failures = verdict.of_task(specimen.task)
    if not failures:
        yield f"{specimen.name}: {specimen.task} is wrong and keeps its points"
    elif not specimen.unnamed:
        name = verdict.named(specimen.task)
        if name is None:
            yield f"{specimen.name}: is caught but not named: {failures[0].words}"
        elif name != specimen.misconception:
            yield f"{specimen.name}: is called {name}: {failures[0].words}"


def _told(failure: Failure) -> Failure:
    """Return what two runs must agree on: not where time ran out."""
    return replace(failure, message=None) if failure.code == "TIMEOUT" else failure


def unsteady(specimen: Specimen, verdicts: Sequence[tuple[int, Verdict]]) -> Iterator[str]:
    """Yield a sentence for the first grading that comes to another verdict than the first one.

    A verdict is whether a task has its full points, and the first misconception that is named; with the same seed it
    is what every check says.

    Args:
        specimen: the answer.
        verdicts: seed and verdict of each grading, the first seed's first.
    """
    first_seed, first = verdicts[0]
    for seed, verdict in verdicts[1:]:
        if seed == first_seed:
            if list(map(_told, verdict.failures)) != list(map(_told, first.failures)) or verdict.ran != first.ran:
                yield f"{specimen.name}: another verdict in a second run with the same seed"
        elif specimen.kind == "wrong" and verdict.named(specimen.task) != first.named(specimen.task):
            was, now = (f"called {v.named(specimen.task)}" for v in (first, verdict))
            yield f"{specimen.name}: is {now} with seed {seed}, and {was} with seed {first_seed}"
            return
