"""Item analysis: how each check does in a class: how hard it is, whether it separates, and which ideas stand behind it."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.gradebook.scores import CheckRow

FEW = 10  # submissions below which a correlation says nothing
SEPARATES = 0.15  # item-rest correlation from which a check tells those who know more from those who know less


@dataclass(frozen=True)
class Item:
    """One check over all submissions that were graded.

    Attributes:
        passed: the share that passed, 0 to 1: the item's difficulty as test theory calls it.
        correlation: of passing it with the points of all other checks of the chapter; None where nobody or everybody
            passes, where the others do not differ, or with fewer than FEW submissions.
        misconceptions: the most frequent first, with how many submissions show it.
        milliseconds: the mean time it takes.
        flag: what its author should look at, "" for nothing.
    """

    chapter: str
    task: str
    check: str
    submissions: int
    passed: float
    correlation: float | None
    misconceptions: tuple[tuple[str, int], ...]
    milliseconds: float | None
    flag: str


def analyse(rows: Iterable[CheckRow]) -> list[Item]:
    """Return the items of these rows in the chapters' order. Only what was handed in and ran is counted."""
    by_item: dict[tuple[str, str, str], list[CheckRow]] = defaultdict(list)
    totals: Counter[tuple[str, str]] = Counter()
    for row in rows:
        by_item[row.chapter, row.task, row.check].append(row)
        totals[row.chapter, row.student] += row.points or 0
    return [_item(key, found, totals) for key, found in sorted(by_item.items(), key=lambda pair: pair[0][0])]


def _item(key: tuple[str, str, str], rows: Sequence[CheckRow], totals: Counter[tuple[str, str]]) -> Item:
    ran = [row for row in rows if row.status != "not_run"]
    passes = [float(row.status == "passed") for row in ran]
    rest = [float(totals[row.chapter, row.student] - (row.points or 0)) for row in ran]
    share = sum(passes) / len(ran) if ran else 0.0
    correlation = correlate(passes, rest) if len(ran) >= FEW else None
    times = [row.milliseconds for row in ran if row.milliseconds is not None]
    ideas = Counter(row.misconception for row in ran if row.misconception)
    mean = sum(times) / len(times) if times else None
    flag = flag_of(len(ran), share, correlation)
    return Item(*key, len(ran), share, correlation, tuple(ideas.most_common(3)), mean, flag)


def correlate(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Return Pearson's correlation; None if one of them does not vary."""
    try:
        return statistics.correlation(a, b)
    except statistics.StatisticsError:
        return None


def flag_of(submissions: int, share: float, correlation: float | None) -> str:
    """Return what a check's author should look at."""
    if not submissions:
        return "never ran"
    if share == 0:
        return "nobody passes"
    if share == 1:
        return "nobody fails"
    if correlation is not None and correlation < 0:
        return "those who know more fail it: check the check"
    if correlation is not None and correlation < SEPARATES:
        return "does not separate"
    return ""
