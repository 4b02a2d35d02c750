"""Formulas judged in a process of their own, which imports SymPy while the grader imports everything else.

``with formulas_beside():`` starts it; ``judge`` asks it, and judges here where none was started.
"""

from __future__ import annotations

import contextlib
import gc
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from typing import IO, Any

from grader.symbolic import Formula, Verdict, warm
from grader.symbolic import judge as judge_here

ANSWER_SECONDS = 60.0
"""By the clock. The steps of an answer are counted and end it within about a second of computing; this is a backstop."""
MEMORY_BYTES = 2 << 30  # address space; SymPy and what an answer needs take less than a tenth
TOO_LARGE = "Your formula takes too much time or memory to be compared. Write it more simply."


class Judge:
    """A process that judges one formula at a time."""

    def __init__(self) -> None:
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-P", "-c", "from grader.symbolic.beside import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="ascii",
            start_new_session=True,  # Ctrl-C is the grader's to handle
        )

    def judge(self, question: Formula, answer: str, seed: int) -> Verdict:
        """Return the verdict on an answer; one that ends two processes, or takes them ANSWER_SECONDS, is refused."""
        request = json.dumps([asdict(question), answer, seed]) + "\n"
        for _ in range(2):
            if line := self._ask(request):
                return Verdict(**json.loads(line))
            self.close()
            self.process = self._start()
        return Verdict("refused", TOO_LARGE)

    def _ask(self, request: str) -> str:
        """Return the line that answers a line, "" if none came."""
        clock = threading.Timer(ANSWER_SECONDS, self.process.kill)
        clock.daemon = True
        clock.start()
        requests, answers = self._pipes()
        try:
            requests.write(request)
            requests.flush()
            return answers.readline()
        except OSError:
            return ""
        except BaseException:  # its answer to this line must not be taken for that to the next
            self.process.kill()
            raise
        finally:
            clock.cancel()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        return self.process.stdin, self.process.stdout

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        for end in self._pipes():
            with contextlib.suppress(OSError):  # what was not read any more
                end.close()
        self.process.wait()


_running: list[Judge] = []


@contextlib.contextmanager
def formulas_beside() -> Iterator[None]:
    """Judge formulas in a process of their own as long as the context lasts; it begins to import SymPy at once."""
    judge = Judge()
    _running.append(judge)
    try:
        yield
    finally:
        _running.remove(judge)
        judge.close()


def judge(question: Formula, answer: object, seed: int) -> Verdict:
    """Return the verdict on an answer, as ``grader.symbolic.judge`` does, from the process that was started for it."""
    if _running and isinstance(answer, str):
        return _running[-1].judge(question, answer, seed)
    return judge_here(question, answer, seed)


def main() -> None:
    """Answer the grader, a line for a line, until it hangs up."""
    limit_memory()
    gc.disable()  # looking for garbage takes a fifth of SymPy's import, and there is none
    warm()
    gc.freeze()
    gc.enable()
    for line in sys.stdin:
        question, answer, seed = json.loads(line)
        verdict = judge_here(formula_of(question), answer, seed)
        sys.stdout.write(json.dumps(asdict(verdict)) + "\n")
        sys.stdout.flush()


def limit_memory() -> None:
    """Let this process have MEMORY_BYTES of address space, where the system can say so."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def formula_of(fields: dict[str, Any]) -> Formula:
    """Return the question that these fields of JSON are."""
    return Formula(**fields | {"variables": tuple(fields["variables"])})
