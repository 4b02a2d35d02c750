"""The course proves itself: every chapter's checks are tried on answers that are known to be right or wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from grader.audit.specimens import Specimen
    from grader.audit.verdicts import Verdict

T = TypeVar("T")


def wrong(task: str, identifier: str, *, why: str, unnamed: str = "") -> Callable[[T], T]:
    """Mark what follows as a named wrong answer to a task; does nothing, for the audit reads the text.

    Args:
        task: the task it answers wrongly.
        identifier: the misconception's id in chapter.toml.
        why: what is wrong with it, for authors.
        unnamed: why no check can tell it from another mistake, where that is so.
    """
    return lambda answer: answer


@dataclass
class ChapterAudit:
    """What came of auditing one chapter; ``findings`` is empty where all is well.

    Attributes:
        checks_sha256: the checks that were audited.
        variants: right answers, written and made; ``variants_passing`` of them keep all points.
        misconceptions: named wrong answers; ``caught`` lose points of their task, ``named`` are called by their name.
        mutants: wrong answers made by machine, those not counted that are as right as the solution; ``killed`` lose
            points, ``equivalents`` give the same values as the solution.
        seeds: how many different inputs the written answers were graded on.
        graded: submissions that were graded, those of earlier audits not counted; ``seconds`` is what that took.
    """

    chapter: str
    checks_sha256: str = ""
    tasks: int = 0
    checks: int = 0
    variants: int = 0
    variants_passing: int = 0
    misconceptions: int = 0
    caught: int = 0
    named: int = 0
    mutants: int = 0
    killed: int = 0
    equivalents: int = 0
    seeds: int = 1
    graded: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)

    def count(self, specimen: Specimen, verdicts: Sequence[Verdict], problems: Sequence[str]) -> None:
        """Add one answer, its gradings and what is wrong with them."""
        self.findings += problems
        if specimen.kind in ("right", "made"):
            self.variants += 1
            self.variants_passing += not problems
        elif specimen.kind == "wrong":
            self.misconceptions += 1
            self.caught += all(verdict.of_task(specimen.task) for verdict in verdicts)
            self.named += all(verdict.named(specimen.task) == specimen.misconception for verdict in verdicts)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return dict(vars(self))
