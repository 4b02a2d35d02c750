"""A class for the person at the terminal: the table of scores, and what became of a run of `grade class`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median_high

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.gradebook.scores import Score
from grader.text import clean_text, count_of

SIGNS = {"missing": "–", "waiting": "…", "grader_error": "!"}
MOST_LISTED = 40
WORDS = {
    "graded": "graded",
    "ungradable": "cannot be run",
    "grader_error": "a fault of the grader: to look at",
    "waiting": "waiting",
    "missing": "nothing handed in",
}


def print_scores(console: Console, scores: Sequence[Score], sort: str) -> None:
    """Print a row for each student and a column for each chapter, and what the signs mean.

    Args:
        console: where to.
        scores: any, of several students and chapters.
        sort: "student", "name" or "points"; points from the highest.
    """
    chapters = sorted({score.chapter for score in scores})
    table = Table(box=None, pad_edge=False)
    table.add_column("student")
    table.add_column("name")
    for chapter in chapters:
        table.add_column(short(chapter), justify="right")
    if len(chapters) > 1:
        table.add_column("total", justify="right")
    by_student: dict[str, dict[str, Score]] = defaultdict(dict)
    for score in scores:
        by_student[score.student][score.chapter] = score
    for student in sorted(by_student, key=lambda student: order(by_student[student], sort)):
        table.add_row(*row(by_student[student], chapters))
    console.print(table)
    for line in legend(scores):
        console.print(Text(line, "dim"))


def order(of_student: Mapping[str, Score], sort: str) -> tuple[object, ...]:
    """Return what a student's row is sorted by."""
    first = next(iter(of_student.values()))
    if sort == "points":
        return (-sum(score.points or 0 for score in of_student.values()), first.student)
    return (first.name.casefold(), first.student) if sort == "name" else (first.student,)


def row(of_student: Mapping[str, Score], chapters: Sequence[str]) -> list[Text]:
    """Return a student's row."""
    first = next(iter(of_student.values()))
    cells = [Text(clean_text(first.student)), Text(clean_text(first.name))]
    cells += [cell(of_student.get(chapter)) for chapter in chapters]
    if len(chapters) > 1:
        cells.append(Text(str(sum(score.points or 0 for score in of_student.values())), "bold"))
    return cells


def cell(score: Score | None) -> Text:
    """Return the points with marks: X for a file that cannot be run, * for an override, L for late."""
    if score is None:
        return Text("")
    marks = "X" * (score.status == "ungradable") + "*" * (score.override is not None) + "L" * bool(score.days_late)
    if score.override is None and score.status in SIGNS:
        return Text(SIGNS[score.status], "dim" if score.status != "grader_error" else "red")
    return Text(f"{'?' if score.points is None else score.points}{marks}")


def legend(scores: Iterable[Score]) -> Iterable[str]:
    """Yield what the signs in the table mean, those that occur."""
    seen = {score.status for score in scores if score.override is None}
    for status, sign in SIGNS.items():
        if status in seen:
            yield f"{sign}  {WORDS[status]}"
    if any(score.status == "ungradable" for score in scores):
        yield "X  the file cannot be run; the student's scorecard says why"
    if any(score.override is not None for score in scores):
        yield "*  points given by a person"
    if any(score.days_late for score in scores):
        yield "L  late"


def print_reasons(console: Console, scores: Iterable[Score]) -> None:
    """Print why scores are not what the scorecards say."""
    for score in scores:
        for reason in reasons(score):
            console.print(Text(f"{short(score.chapter)}: {clean_text(reason)}"), soft_wrap=True)


def reasons(score: Score) -> Iterator[str]:
    """Yield why a score is not what one scorecard says, a sentence for each reason."""
    if score.penalty:
        days = count_of(score.days_late, "day")
        yield f"{count_of(score.graded_points or 0, 'point')}, less {score.penalty}: {days} begun after the due time."
    if score.attempts > 1:
        yield f"This is attempt {score.attempt} of {score.attempts}, the one that counts."
    if score.override is not None:
        yield f"The teacher gave these points: {score.override}"


def short(chapter: str) -> str:
    """Return ``4 backward_pass`` of a chapter's full name."""
    number, _, module = chapter.removeprefix("chapter").partition("_")
    return f"{int(number)} {module}" if number.isdigit() else chapter


def print_class(console: Console, scores: Sequence[Score], refused: Sequence[tuple[str, str]]) -> None:
    """Print what became of a class: counts for each chapter, who is missing or unknown, every file that was not used."""
    by_chapter: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        by_chapter[score.chapter].append(score)
    for chapter, rows in sorted(by_chapter.items()):
        counts = Counter(score.status for score in rows)
        shown = ", ".join(f"{counts[status]} {word}" for status, word in WORDS.items() if counts[status])
        points = [score.points for score in rows if score.points is not None and score.status == "graded"]
        middle = f"; median {median_high(points)} of {rows[0].max_points}" if points else ""
        console.print(Text(f"{chapter}: {count_of(len(rows), 'student')}: {shown}{middle}"), soft_wrap=True)
    handed_in = {score.student for score in scores if score.status != "missing"}
    listed = {WORDS["missing"]: {score.student for score in scores} - handed_in}
    for status in ("ungradable", "grader_error"):
        listed[WORDS[status]] = {score.student for score in scores if score.status == status}
    if any(score.on_roster for score in scores):
        listed["not on the roster"] = {score.student for score in scores if not score.on_roster}
    for words, students in listed.items():
        if students:
            names = sorted(students)
            more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
            console.print(Text(f"{words}: {clean_text(', '.join(names[:MOST_LISTED]), 4000)}{more}"), soft_wrap=True)
    if refused:
        console.print(Text(f"\nFiles that were ignored or refused: {len(refused)}"))
    for path, reason in sorted(refused, key=lambda pair: (not pair[1].startswith("refused"), pair)):
        console.print(Text(f"  {clean_text(path)}: {clean_text(reason)}"), soft_wrap=True)
