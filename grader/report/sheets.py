"""Scores as files that other programs read: CSV and JSON. No cell of a CSV file is a formula to a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any

from grader.gradebook.scores import CheckRow, Score
from grader.text import clean_text

SCORE_COLUMNS = (
    "student", "name", "chapter", "points", "max_points", "status", "graded_points", "attempt", "attempts",
    "submitted_at", "days_late", "penalty", "override", "rule", "source", "flags",
)  # fmt: skip
CHECK_COLUMNS = (
    "student", "chapter", "attempt", "task", "check", "status", "points", "max_points", "code", "misconception", "ms",
    "submitted_at", "checks_sha256",
)  # fmt: skip
DANGEROUS = tuple("=+-@\t\r\n|%＝＋－＠")
"""What begins a formula, or a call of another program, in one spreadsheet or another."""


def scores_csv(scores: Iterable[Score]) -> str:
    """Return a row for each student and chapter."""
    rows = ([_plain(getattr(score, column)) for column in SCORE_COLUMNS] for score in scores)
    return _csv(SCORE_COLUMNS, rows)


def checks_csv(rows: Iterable[CheckRow]) -> Iterator[str]:
    """Yield the lines of a file with a row for each check of each submission that counts."""
    yield _csv(CHECK_COLUMNS, ())
    names = [field.name for field in fields(CheckRow)]
    for row in rows:
        yield _line([_plain(getattr(row, name)) for name in names])


def scores_json(scores: Sequence[Score]) -> str:
    """Return the scores as JSON: ``{"format": 1, "scores": […]}``."""
    rows = [{key: value for key, value in asdict(score).items() if key != "run"} for score in scores]
    return json.dumps({"format": 1, "scores": rows}, indent=1)


def safe_cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe before what would be one."""
    shown = clean_text(text)
    return f"'{shown}" if text.lstrip(" ").startswith(DANGEROUS) or shown.lstrip().startswith(DANGEROUS) else shown


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    return safe_cell(" ".join(value) if isinstance(value, tuple) else str(value))


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join(map(_line, [columns, *rows]))


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
