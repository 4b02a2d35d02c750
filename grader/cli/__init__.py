"""The ``grade`` command: parse, call, print. Importing it loads neither NumPy nor pytest nor SymPy."""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

import grader
from grader.errors import GradeError

COMMANDS = {
    "start": ("grader.cli.exercises", "start"),
    "list": ("grader.cli.exercises", "list_chapters"),
    "reset": ("grader.cli.exercises", "reset"),
    "doctor": ("grader.cli.doctor", "doctor"),
    "selftest": ("grader.cli.selftest", "selftest"),
    "kit": ("grader.cli.kit", "kit"),
    "class": ("grader.cli.classes", "grade_class"),
    "scores": ("grader.cli.scores", "scores"),
    "regrade": ("grader.cli.scores", "regrade"),
    "override": ("grader.cli.scores", "override"),
    "verify": ("grader.cli.scores", "verify"),
    "course": ("grader.cli.course", "course"),
}
"""Command to the module and name that hold it; imported when it is called."""


class GradeGroup(click.Group):
    """A group whose default command grades: ``grade chapter4 --json`` needs no word before the chapter."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the hidden command ``chapters`` before what is not a command."""
        if args and args[0] not in COMMANDS and args[0] not in ("--help", "-h", "--version", "chapters"):
            args = ["chapters", *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order they are learnt."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a command when it is needed."""
        from importlib import import_module

        module, attribute = COMMANDS.get(name, ("grader.cli.grading", "chapters"))
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(
    cls=GradeGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Grade with `grade chapter1` (also `1`, `xor`, several at once, or `all`); its options: `grade chapter1 --help`.",
)
@click.version_option(grader.__version__, prog_name="micrograde")
def cli() -> None:
    """Grade the chapters of a course on neural networks: a true score, and which idea is still missing."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run ``grade`` and exit with its status; a person's mistake is one message on stderr, never a traceback."""
    try:
        status = cli.main(list(arguments) if arguments is not None else None, standalone_mode=False)
    except click.exceptions.Exit as leave:
        status = leave.exit_code
    except click.ClickException as error:
        error.show()
        status = 2
    except click.Abort:
        click.echo("Stopped.", err=True)
        status = 130
    except GradeError as error:
        click.echo(f"grade: {error.message}", err=True)
        status = error.exit_status
    except Exception as error:
        if isinstance(error, OSError) and error.filename is None and error.errno != errno.ENOENT:
            status = lost_output(error)
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115  what is still in the buffer has nowhere to go
        else:
            click.echo(f"grade: {fault(error)}", err=True)
            status = 4
    sys.exit(status or 0)


def fault(error: Exception) -> str:
    """Return what is said of an exception that nobody expected, without anything that a check hides."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" in {place.tb_frame.f_code.co_qualname}, line {place.tb_lineno}" if place else ""
    said = f"{type(error).__name__}: {error}" if isinstance(error, OSError) else type(error).__name__
    return f"a fault of the grader, which costs nobody points: {said}{where}."


def run() -> NoReturn:
    """Run ``grade`` as a program of its own and end it at once.

    Winding Python, pytest and NumPy down takes longer than many a chapter's checks, and nothing of it is needed: what was
    opened is closed by then, and what was printed is flushed here. The same goes for looking for garbage as often as
    Python does, which is a tenth of a short run: what is imported and collected here stays.
    """
    gc.set_threshold(grader.ALLOCATIONS_BETWEEN_COLLECTIONS)
    open_streams()
    try:
        main()
    except SystemExit as leave:
        status = leave.code if isinstance(leave.code, int) else 1
    try:
        sys.stdout.flush()
        if not sys.stderr.closed:
            sys.stderr.flush()
    except OSError as error:
        status = lost_output(error)
    os._exit(status)


def open_streams() -> None:
    """Have streams that take whatever is written: into nothing where there is none, "?" for what its encoding lacks."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  until the end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def lost_output(error: OSError) -> int:
    """Return the exit status of a run whose output could not be written whole, and say so where that helps."""
    if isinstance(error, BrokenPipeError):  # whoever reads it has seen enough
        return 1
    os.write(2, f"grade: the output could not be written: {error.strerror}\n".encode())
    return 2
