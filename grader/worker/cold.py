"""A worker in a process of its own, for systems where forking a warm one is unsafe; started for one submission."""

from __future__ import annotations

import json
import os

from grader.worker.imports import guard_imports
from grader.worker.pipe import Pipe
from grader.worker.zygote import serve


def main() -> None:
    """Serve over what were standard input and output; prints go where standard error goes."""
    policy = json.loads(os.environ.pop("MICROGRADE_POLICY"))
    requests, replies = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    guard_imports()
    serve(Pipe(requests, replies), policy)
