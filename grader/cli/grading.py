"""``grade chapter4``: finds the student's files, grades them, prints or writes the scorecards."""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from grader.course import Chapter, Course, find_course
from grader.errors import UsageError
from grader.scorecard import Scorecard
from grader.seeds import from_seed, secret_source
from grader.student.launch import make_launcher
from grader.submission import LONGEST_NAME, Submission
from grader.text import clean_text
from grader.workspace import Workspace, find_module, find_quiz, find_workspace, read_module, read_quiz

RUN_SECONDS = 900  # CPU seconds of one worker, a backstop behind the limit of each call
RUN_CALLS = 450  # as many calls may each compute as long as --time-limit says
LONGEST_RUN = 1_000_000  # seconds


@dataclass(frozen=True)
class Wanted:
    """What the options of ``grade chapterN`` ask for."""

    submission: Path | None
    quiz: Path | None
    as_json: bool
    output: str | None
    seed: int | None
    secret: Path | None
    time_limit: float | None
    isolation: str
    pytest_report: Path | None


seed_option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="Draw the checks' inputs from this number: the same for all.",
)


@click.command(name="chapters", hidden=True, options_metavar="[OPTIONS]")
@click.argument("names", nargs=-1, required=True, metavar="CHAPTER...")
@click.option(
    "--submission", type=click.Path(path_type=Path), metavar="PATH", help="Grade this file or folder instead."
)
@click.option(
    "--quiz", type=click.Path(path_type=Path), metavar="FILE", help="The quiz answers, if not beside the module."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the scorecard on stdout, one a line, and nothing else there."
)
@click.option("--output", metavar="FILE", help="Write the scorecard there (-: stdout).")
@seed_option
@click.option("--secret", type=click.Path(path_type=Path), metavar="FILE",
              help="Draw them from this file and the submission; made if it is not there.")  # fmt: skip
@click.option("--time-limit", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
              help="CPU seconds of one call into the submission.")  # fmt: skip
@click.option("--isolation", type=click.Choice(["auto", "kernel", "process"]), default="auto", show_default=True,
              help="How the student's code is confined; kernel refuses to run below it.")  # fmt: skip
@click.option("--pytest-report", type=click.Path(path_type=Path), metavar="FILE",
              help="Write pytest's whole record there: for teachers, it shows sources of checks.")  # fmt: skip
def chapters(names: tuple[str, ...], **options: Any) -> int:
    """Grade chapters: `grade chapter4`, `grade 4`, `grade backward_pass`, several at once, or `grade all`."""
    wanted = Wanted(**options)
    course = find_course()
    chosen = course.select(names)
    refuse_combinations(wanted, chosen)
    workspace = None if wanted.submission else find_workspace(course, Path.cwd())
    targets = output_files(wanted, workspace, chosen)
    source_of = inputs_source(wanted)
    with contextlib.ExitStack() as stack:
        is_for_others = wanted.secret is not None or wanted.isolation == "kernel"
        launcher = stack.enter_context(make_launcher(is_for_others))  # imports NumPy while this process imports pytest
        policy = {"level": wanted.isolation, "cpu_seconds": run_seconds(wanted.time_limit)}
        launcher.start_ahead(policy)
        from grader.run import Job, Settings, grade, require_isolation

        if wanted.isolation == "kernel":
            require_isolation(launcher, policy)
        show = Printer(wanted, workspace, targets)

        def jobs() -> Iterator[Job]:
            if not show.prints_json:
                import_beside("grader.report.terminal")  # while the student's code runs in its own process
            for chapter in chosen:
                module, quiz = files_of(chapter, course, workspace, wanted)
                submission = read_module(module) if isinstance(module, Path) else module
                show.files[chapter.name] = (module, submission)
                quiz = wanted.quiz or quiz
                name = clean_text(quiz.name, LONGEST_NAME) if quiz else "quiz.toml"
                yield Job(chapter, submission, read_quiz(quiz), source_of(submission), quiz_name=name)

        settings = Settings(policy, wanted.time_limit, wanted.pytest_report)
        grade(course, jobs(), launcher, settings, show.take, chosen)
    show.close()
    return max(card.exit_status for card in show.cards)


def run_seconds(time_limit: float | None) -> int:
    """Return the CPU seconds of one worker: many calls' worth."""
    return RUN_SECONDS if time_limit is None else int(min(LONGEST_RUN, max(RUN_SECONDS, RUN_CALLS * time_limit)))


def import_beside(module: str) -> None:
    """Import a module in a thread: it is ready when it is needed, or waited for then."""
    threading.Thread(target=importlib.import_module, args=(module,), daemon=True).start()


def refuse_combinations(wanted: Wanted, chosen: tuple[Chapter, ...]) -> None:
    """Raise UsageError for options that cannot be meant together."""
    refuse_two_sources(wanted.seed, wanted.secret)
    if wanted.submission is not None and not os.path.lexists(wanted.submission):
        raise UsageError(f"There is no {wanted.submission}.")
    if wanted.submission is not None and len(chosen) > 1 and not wanted.submission.is_dir():
        raise UsageError("--submission names one file; grade one chapter with it, or name a folder.")
    if wanted.quiz is not None and not os.path.lexists(wanted.quiz):
        raise UsageError(f"There is no {wanted.quiz}.")
    if wanted.quiz is not None and len(chosen) > 1:
        raise UsageError("--quiz names one file; grade one chapter with it.")
    if wanted.pytest_report is not None and len(chosen) > 1:
        raise UsageError("--pytest-report names one file; grade one chapter with it.")
    if wanted.time_limit is not None and not math.isfinite(wanted.time_limit):
        raise UsageError("--time-limit is a number of seconds.")


def refuse_two_sources(seed: int | None, secret: Path | None) -> None:
    """Raise UsageError if both say where the inputs come from."""
    if seed is not None and secret is not None:
        raise UsageError("--seed and --secret both say where inputs come from; give one of them.")


def files_of(chapter: Chapter, course: Course, workspace: Workspace | None, wanted: Wanted) -> tuple[Any, Path | None]:
    """Return a chapter's module (or why there is none) and quiz."""
    from grader.verdict import Ungradable

    if workspace is not None:
        return workspace.module(chapter), workspace.quiz(chapter)
    path = wanted.submission
    assert path is not None
    if path.is_dir() and not path.is_symlink():
        try:
            path = find_module(path, chapter, course)
        except Ungradable as reason:
            return reason, None
    return path, find_quiz(path, chapter, course)


def inputs_source(wanted: Wanted) -> Any:
    """Return a function from a submission to the source of its checks' inputs."""
    if wanted.secret is None:
        source = from_seed(wanted.seed)
        return lambda submission: source
    secret = read_secret(wanted.secret)
    return lambda submission: secret_source(secret, submission)


def read_secret(path: Path) -> bytes:
    """Return the secret in a file, made with mode 600 where there is none.

    Raises:
        UsageError: it cannot be read or written, or is too short to be one.
    """
    import secrets

    try:
        if not path.exists():
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32) + "\n")
            click.echo(
                f"grade: made the secret {path}; keep it beside the gradebook, and away from students.", err=True
            )
        data = path.read_bytes().strip()
    except OSError as error:
        raise UsageError(f"The secret {path} cannot be read or made: {error.strerror}.") from None
    if len(data) < 16:
        raise UsageError(f"The secret {path} has {len(data)} bytes; at least 16 are needed.")
    return data


def output_files(wanted: Wanted, workspace: Workspace | None, chosen: tuple[Chapter, ...]) -> dict[str, Path]:
    """Return where each chapter's card is to be written; tries to before anything is graded.

    Raises:
        UsageError: a place cannot be written to.
    """
    places: dict[str, Path] = {}
    if wanted.output is not None and wanted.output != "-":
        places = {chapter.name: Path(wanted.output) for chapter in chosen}
    elif workspace is not None and not wanted.as_json and wanted.output is None:
        places = {chapter.name: workspace.scorecard(chapter) for chapter in chosen}
    for place in places.values():
        require_writable(place, make_folder=wanted.output is None)
    if wanted.pytest_report is not None:
        require_writable(wanted.pytest_report)
    return places


def require_writable(path: Path, make_folder: bool = False) -> None:
    """Raise UsageError unless a file can be written there, and nothing but an earlier result would be lost by it."""
    try:
        if make_folder:
            path.parent.mkdir(exist_ok=True)
        if path.is_dir():
            raise UsageError(f"{path} is a folder; name a file.")
        if path.exists() and not path.is_file():  # a device or a pipe is written to as it is
            if not os.access(path, os.W_OK):
                raise UsageError(f"{path} cannot be written.")
            return
        if path.is_file() and not holds_json(path):
            raise UsageError(f"{path} holds no scorecard and would be lost; name another file.")
        path = path.resolve()
        trial = path.parent / f".{path.name}.{os.getpid()}"
        trial.write_bytes(b"")
        trial.unlink()
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None


def holds_json(path: Path) -> bool:
    """Return whether a file is empty or begins as a scorecard does."""
    with path.open("rb") as file:
        return file.read(1) in (b"", b"{")


class Printer:
    """Takes scorecards as they come and shows them as the options ask."""

    def __init__(self, wanted: Wanted, workspace: Workspace | None, targets: dict[str, Path]) -> None:
        self.workspace = workspace
        self.targets = targets
        self.prints_json = wanted.as_json or wanted.output == "-"
        self.is_single_file = wanted.output is not None
        self.files: dict[str, tuple[Any, Any]] = {}
        self.cards: list[Scorecard] = []
        self.titles: dict[str, str] = {}

    def take(self, job: Any, card: Scorecard) -> None:
        """Print or write one card."""
        self.cards.append(card)
        self.titles[card.chapter] = job.chapter.title
        self.write(card)
        if self.prints_json:
            click.echo(card.to_json())
        else:
            self.print(card)

    def write(self, card: Scorecard) -> None:
        """Write a card into its file, or all so far into the one that they share; before printing, which may fail."""
        if self.is_single_file and self.targets:
            text = "".join(each.to_json(indent=2 if len(self.cards) == 1 else None) + "\n" for each in self.cards)
            write_whole(next(iter(self.targets.values())), text)
        elif card.chapter in self.targets:
            write_whole(self.targets[card.chapter], card.to_json(indent=2) + "\n")

    def print(self, card: Scorecard) -> None:
        """Print one card for a person."""
        from grader.report.terminal import make_console, print_scorecard

        _, submission = self.files[card.chapter]
        source = submission.lines() if isinstance(submission, Submission) else []
        console = make_console()
        if len(self.cards) > 1:
            console.print()
        print_scorecard(console, card, self.titles[card.chapter], {getattr(submission, "name", ""): source})

    def close(self) -> None:
        """Say what to do next."""
        if not self.prints_json:
            from grader.report.terminal import make_console, print_summary

            print_summary(make_console(), self.cards, self.closing_lines())

    def closing_lines(self) -> list[str]:
        """Return which files to hand in, where the scorecard is, and how far this run was confined."""
        lines = []
        seed = self.cards[0].run.seed
        if self.workspace is not None:
            for card in self.cards:
                module = self.files[card.chapter][0]
                if not os.path.lexists(module):
                    continue
                has_quiz = any(task.name == "quiz" for task in card.tasks)
                lines.append(f"Hand in: {os.path.relpath(module)}{' and quiz.toml beside it' if has_quiz else ''}")
        written = [os.path.relpath(path) for path in dict.fromkeys(self.targets.values())]
        if written:
            lines.append(f"Scorecard: {', '.join(written)}")
        if seed is not None and any(card.points != card.max_points for card in self.cards):
            lines.append(f"The same inputs again: --seed {seed}")
        if any(card.run.isolation.level == "process" for card in self.cards):
            lines.append("Your code ran in a process of its own, not confined by the kernel (see `grade doctor`).")
        return lines


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all, whoever else writes it at the same time; a device or a pipe as it is."""
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
            return
        path = path.resolve()
        trial = path.parent / f".{path.name}.{os.getpid()}"
        try:
            trial.write_text(text, encoding="utf-8")
            os.replace(trial, path)
        except OSError:
            trial.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
