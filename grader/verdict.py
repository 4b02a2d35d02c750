"""How a check can end, and the exceptions that say so."""

from __future__ import annotations

from dataclasses import dataclass

from grader.scorecard import CODES, CheckStatus

STATUS_OF = {code: status for status, codes in reversed(list(CODES.items())) for code in codes if code}
"""The status of a check that ended with a code; a missing function is NOT_WRITTEN with status ``error``."""


@dataclass
class CheckFailed(Exception):
    """The student's code did not do what a check asks for.

    Attributes:
        code: one of STATUS_OF.
        message: what the student reads; says nothing of what was expected where that gives the answer away.
        line: line of the submission, or None.
        misconception: id of the wrong idea that explains the value, or None.
        misconception_title: its title, where it is not one of chapter.toml's.
        status: overrides the code's status.
        hint: overrides the hint of misconception or task.
    """

    code: str
    message: str
    line: int | None = None
    misconception: str | None = None
    misconception_title: str | None = None
    status: CheckStatus | None = None
    hint: str | None = None

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass
class Ungradable(Exception):
    """There is nothing to run: the submission is missing, unreadable, or does not load.

    Attributes:
        code: one of STATUS_OF.
        message: what the student reads.
        line: line of the submission, or None.
        file: name of the file that it is about, where that is not the chapter's.
    """

    code: str
    message: str
    line: int | None = None
    file: str | None = None

    def __str__(self) -> str:
        return self.message
