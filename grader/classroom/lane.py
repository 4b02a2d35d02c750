"""One lane: a warm grader in a process of its own, which takes one submission after the other until its pipe is closed.

The checks are collected once; every submission runs in a fork of the warm process that knows only NumPy.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from grader.classroom.channel import Message, receive, send, unpack_work
from grader.course import Chapter, load_course
from grader.errors import CourseError, GradeError, UsageError
from grader.run import Job, Settings, grade, require_isolation
from grader.scorecard import Scorecard
from grader.seeds import Source, from_seed, secret_source
from grader.student.connection import Launcher
from grader.student.launch import make_launcher
from grader.submission import Submission
from grader.verdict import Ungradable

Inbox = queue.SimpleQueue[Message]
LANE_LOST = 75  # exit status: the process that starts workers is gone, so no result of this lane can be trusted
LAST_MOMENT = 0.5  # seconds in which a process that was killed is seen to be gone


def main() -> None:
    """Serve the coordinator at the other end of the descriptor that the command line names."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the coordinator decides what Ctrl-C ends
    connection = Connection(int(sys.argv[1]))
    inbox: Inbox = queue.SimpleQueue()
    threading.Thread(target=read_on, args=(connection, inbox), daemon=True).start()
    try:
        serve(connection, inbox, inbox.get())
    except (UsageError, CourseError) as error:  # every other lane would fail alike
        send(connection, {"failed": error.message, "status": error.exit_status})
        inbox.get()  # until the coordinator has read it and ends this process
    except GradeError as error:  # this lane has lost the process that starts its workers
        print(error.message, file=sys.stderr, flush=True)
        os._exit(LANE_LOST)


def read_on(connection: Connection, inbox: Inbox) -> None:
    """Take in messages beside the grading, so that the coordinator never waits to send; end with the coordinator."""
    try:
        while True:
            inbox.put(receive(connection))
    except (EOFError, OSError):
        os._exit(0)  # nobody wants the rest; what this process started ends with it


def serve(connection: Connection, inbox: Inbox, settings: Message) -> None:
    """Grade what comes, for ever.

    Args:
        connection: the pipe to the coordinator.
        inbox: what came through it.
        settings: course and kind, chapters, policy, secret (hexadecimal) or seed.
    """
    course = load_course(Path(settings["course"]), settings["kind"])
    chapters = course.select(settings["chapters"])
    with make_launcher(in_bubblewrap=True) as launcher:
        grade(course, jobs(connection, inbox, settings, chapters, launcher), launcher, Settings(settings["policy"]),
              Sender(connection, launcher), chapters)  # fmt: skip


def jobs(
    connection: Connection, inbox: Inbox, settings: Message, chapters: Sequence[Chapter], launcher: Launcher
) -> Iterator[Job]:
    """Yield what the coordinator sends, after saying that this lane is ready."""
    require_isolation(launcher, settings["policy"])
    by_name = {chapter.name: chapter for chapter in chapters}
    send(connection, {"ready": os.getpid()})
    while True:
        work = unpack_work(inbox.get())
        source = inputs_of(settings, work.module)
        yield Job(by_name[work.chapter], work.module, work.quiz, source, work.student, work.submitted_at)


def inputs_of(settings: Message, module: Submission | Ungradable) -> Source:
    """Return where a submission's inputs come from: the class's secret, or a seed that is the same for all."""
    if settings["seed"] is not None:
        return from_seed(settings["seed"])
    return secret_source(bytes.fromhex(settings["secret"]), module)


class Sender:
    """Sends each scorecard to the coordinator as soon as it is there."""

    def __init__(self, connection: Connection, launcher: Launcher) -> None:
        self.connection = connection
        self.launcher = launcher

    def __call__(self, job: Job, card: Scorecard) -> None:
        """Send one card, unless the process that starts workers was lost on the way."""
        if card.status == "grader_error" and has_ended(self.launcher):
            os._exit(LANE_LOST)
        send(self.connection, {"card": card.to_json()})


def has_ended(launcher: Launcher) -> bool:
    """Return whether the process that starts workers is gone."""
    process = getattr(launcher, "process", None)
    if process is None:
        return False
    with suppress(Exception):
        process.wait(LAST_MOMENT)
    return process.poll() is not None


if __name__ == "__main__":
    main()
