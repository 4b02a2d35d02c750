"""Trials: one grading of one answer, as an audit plans it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from grader.audit.specimens import Specimen
from grader.audit.verdicts import Verdict
from grader.course import Chapter
from grader.run import Job
from grader.scorecard import Scorecard
from grader.seeds import from_seed
from grader.student.connection import Launcher
from grader.submission import Submission


@dataclass(eq=False)
class Trial:
    """One answer to be graded with one seed; an errand of a crew.

    Attributes:
        seed: what its inputs are drawn from.
        only: the checks that are run, and tasks whose checks are run; None for all.
        in_order: whether a check waits for those that it names.
        until: what it ends with, "end", "loss" or "name".
        time_limit: CPU seconds of one call, None for the chapter's own.
        run: 1 where the same is done a second time, to see whether the same comes of it.
    """

    chapter_name: str
    specimen: Specimen
    seed: int = 1
    only: frozenset[str] | None = None
    in_order: bool = True
    until: str = "end"
    time_limit: float | None = None
    run: int = 0
    verdict: Verdict | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """What the outcome follows from, as a hash, but for the checks and the engine."""
        parts = [
            self.specimen.source, self.specimen.quiz, self.seed, sorted(self.only) if self.only is not None else None,
            self.in_order, self.until, self.run,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def jobs(self, chapter: Chapter, launcher: Launcher) -> Iterator[Job]:
        """Yield the one job."""
        yield Job(
            chapter,
            Submission(chapter.file_name, self.specimen.source.encode()),
            self.specimen.quiz.encode() or None,
            from_seed(self.seed),
            only=self.only,
            in_order=self.in_order,
            until=self.until,
            time_limit=self.time_limit,
        )

    def note(self, job: Job, card: Scorecard) -> None:
        """Keep the facts of the scorecard."""
        self.verdict = Verdict.of(card, job.chapter)

    def answer(self) -> dict[str, Any]:
        """Return the verdict as plain data."""
        assert self.verdict is not None
        return self.verdict.to_dict()
