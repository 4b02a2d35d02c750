"""``grade start``, ``grade list``, ``grade reset``: a student's folder of exercises."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from grader.course import Chapter, Course, find_course
from grader.errors import UsageError
from grader.release import Action, reset_chapter, start_exercises
from grader.scorecard import Scorecard
from grader.text import count_of
from grader.workspace import Workspace, find_workspace

SHOWN = ("updated", "kept", "copied", "removed")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False, metavar="[DIR]")
def start(folder: Path | None) -> None:
    """Write the exercises to DIR/exercises (default: here), or bring what is new; your own work is never touched.

    Without DIR, inside a folder that has them already, it is those that are brought up to date.
    """
    course = find_course()
    folder = folder or started_folder(course)
    actions = start_exercises(course, folder)
    written = sum(action.verb == "wrote" for action in actions)
    click.echo(f"{course.title}: {len(course.names)} chapters in {os.path.join(folder, 'exercises')}")
    for action in actions:
        if action.verb in SHOWN:
            click.echo(f"  {action.verb} {action.path}{': ' + action.note if action.note else ''}")
    if written:
        click.echo(f"  wrote {count_of(written, 'file')}")
    elif not any(action.verb in SHOWN for action in actions):
        click.echo("  everything is up to date")
    first = course.chapter(course.names[0])
    here = "" if folder.resolve() == Path.cwd() else f"cd {folder}, "
    click.echo(
        f"\nNext: {here}read exercises/{first.name}/README.md, fill in {first.file_name}, run `grade {first.short_name}`."
    )


def started_folder(course: Course) -> Path:
    """Return the folder here or above that has exercises already, or else this one."""
    try:
        return Path(os.path.relpath(find_workspace(course, Path.cwd()).folder))
    except UsageError:
        return Path()


@click.command("list")
def list_chapters() -> None:
    """Show the chapters, the points so far, and the next step."""
    course = find_course()
    try:
        workspace = find_workspace(course, Path.cwd())
    except UsageError:
        workspace = None
    following = None
    for chapter in course.chapters:
        points = points_so_far(workspace, chapter)
        shown = f"{points:>3}" if points is not None else "  –"
        click.echo(f"{chapter.short_name:<10} {shown} / {chapter.max_points}  {chapter.title} ({chapter.module})")
        if following is None and points != chapter.max_points:
            following = chapter
    click.echo()
    click.echo(next_step(course, workspace, following))


def points_so_far(workspace: Workspace | None, chapter: Chapter) -> int | None:
    """Return the points of a chapter's last scorecard, None where there is none that can be read."""
    if workspace is None:
        return None
    try:
        return Scorecard.from_dict(json.loads(workspace.scorecard(chapter).read_text(encoding="utf-8"))).points
    except (OSError, ValueError, UsageError, RecursionError):
        return None


def next_step(course: Course, workspace: Workspace | None, following: Chapter | None) -> str:
    """Return what to do next, as a sentence with a command."""
    if workspace is None:
        return "Next: `grade start` writes the exercises here."
    if following is None:
        return "Every chapter has full marks."
    return f"Next: work on {os.path.relpath(workspace.module(following))}, then `grade {following.short_name}`."


@click.command()
@click.argument("chapter")
def reset(chapter: str) -> None:
    """Put the stub of CHAPTER back; your file is kept beside it as a dated copy."""
    course = find_course()
    chosen = course.chapter(chapter)
    workspace = find_workspace(course, Path.cwd())
    for action in reset_chapter(course, workspace.folder, chosen.name):
        report(action)
    workspace.scorecard(chosen).unlink(missing_ok=True)  # its points are of a file that is no longer there


def report(action: Action) -> None:
    """Print what was done to one file."""
    click.echo(f"{action.verb} {action.path}{': ' + action.note if action.note else ''}")
