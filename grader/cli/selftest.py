"""``grade selftest``: hostile programs against the grader on the machine that it grades on."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

import click

EXIT_STATUS_NOT_SURVIVED = 1


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was found as one JSON object, and nothing else.")
@click.option(
    "--bubblewrap/--no-bubblewrap", default=True, help="Use it where it works, as a class is graded.  [default: yes]"
)
@click.option("--only", metavar="WORDS", help="Only the programs of this kind, or with these words in their names.")
def selftest(as_json: bool, bubblewrap: bool, only: str | None) -> int:
    """Grade hostile programs and see that none gets a point, a secret or the grader itself.

    Exit status 0: each got the verdict it deserves, and nothing was left behind.
    """
    from grader.report import selftest as report
    from grader.report.terminal import make_console
    from grader.selftest import advice, look_at_isolation, read_programs, run_programs

    console = make_console()
    isolation = look_at_isolation(bubblewrap)
    if not as_json:
        report.print_isolation(console, isolation)
    started = time.monotonic()
    chosen = [program for program in read_programs() if only is None or only == program.kind or only in program.name]
    if not chosen:
        raise click.UsageError(f"No program has {only!r} in its name.")
    outcomes: list[Any] = []
    if isolation["level"] == "kernel":  # below it a hostile program runs nowhere
        found = run_programs(chosen, {"level": "kernel"}, in_bubblewrap=bubblewrap)
        outcomes = list(found) if as_json else report.watched(console, found, len(chosen))
    seconds = time.monotonic() - started
    if as_json:
        click.echo(json.dumps(as_data(isolation, outcomes, len(chosen), seconds)))
    elif outcomes:
        report.print_outcomes(console, outcomes, seconds)
    else:
        click.echo("\nNo hostile program is run below the level kernel.")
    if not as_json:
        report.print_advice(console, advice(isolation))
    survived = len(outcomes) == len(chosen) and all(outcome.survived for outcome in outcomes)
    return 0 if survived else EXIT_STATUS_NOT_SURVIVED


def as_data(isolation: dict[str, Any], outcomes: list[Any], total: int, seconds: float) -> dict[str, Any]:
    """Return everything as plain data."""
    return {
        "isolation": isolation, "programs": total, "survived": sum(outcome.survived for outcome in outcomes),
        "seconds": round(seconds, 1), "outcomes": [asdict(outcome) for outcome in outcomes],
    }  # fmt: skip
