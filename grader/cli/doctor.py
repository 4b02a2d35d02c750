"""``grade doctor``: what is in use, how far a submission would be confined, and what is missing."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

import grader
from grader.course import find_course
from grader.errors import GradeError

PACKAGES = ("numpy", "pytest", "pytest-json-report", "click", "sympy", "rich")


@click.command()
def doctor() -> int:
    """Show versions, the course and checks in use, how the student's code is confined, and what to install."""
    missing = print_versions()
    print_course()
    level = print_isolation()
    if missing:
        click.echo(f"\nMissing: {', '.join(missing)}. Install micrograde again.")
    return 1 if missing or level is None else 0


def print_versions() -> list[str]:
    """Print the versions in use and return the packages that are missing."""
    click.echo(f"micrograde {grader.__version__}, Python {platform.python_version()} ({sys.executable})")
    click.echo(f"{platform.system()} {platform.release()} {platform.machine()}")
    missing = []
    for package in PACKAGES:
        try:
            click.echo(f"  {package} {version(package)}")
        except PackageNotFoundError:
            click.echo(f"  {package} is missing")
            missing.append(package)
    return missing


def print_course() -> None:
    """Print which course grades, and the hash of each chapter's checks."""
    try:
        course = find_course()
        click.echo(f"Course: {course.title} {course.version}, from {course.folder}")
        for chapter in course.chapters:
            click.echo(f"  {chapter.short_name} {chapter.title}: checks {chapter.checks_sha256[:12]}")
    except GradeError as error:
        click.echo(f"Course: {error.message}")


def print_isolation() -> str | None:
    """Print what a worker reaches and which probes of it were blocked; return the level, None if none starts."""
    from grader.selftest import advice, look_at_isolation

    try:
        report = look_at_isolation()
    except GradeError as error:
        click.echo(f"Isolation: no worker starts: {error.message}")
        return None
    print_report(report)
    for line in advice(report):
        click.echo(f"  {line}")
    return str(report["level"])


def print_report(report: dict[str, Any]) -> None:
    """Print a worker's report of its own confinement."""
    click.echo(f"Isolation: level {report['level']} ({', '.join(report['features'])})")
    for step, reason in report["failed"].items():
        click.echo(f"  not reached: {step}: {reason}")
    for probe, is_blocked in report["blocked"].items():
        click.echo(f"  {'blocked' if is_blocked else 'OPEN   '}  {probe}")
