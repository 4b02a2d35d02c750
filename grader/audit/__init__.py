"""The course proves itself: every chapter's checks are tried on answers that are known to be right or wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

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
    """What came of auditing one chapter; ``findings`` is empty where all is well."""

    chapter: str
    tasks: int = 0
    checks: int = 0
    variants: int = 0
    variants_passing: int = 0
    misconceptions: int = 0
    caught: int = 0
    named: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)
    check_names: list[str] = field(default_factory=list, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {key: value for key, value in vars(self).items() if key != "check_names"}
