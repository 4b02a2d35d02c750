"""The course proves itself: every chapter's checks are tried on answers that are known to be right or wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

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
