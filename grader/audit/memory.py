"""What an audit has found out before, on disk: good as long as the engine and the checks it follows from stay as they are."""

from __future__ import annotations

import hashlib
import json
import platform
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from grader.audit.crew import Errand
from grader.audit.parts import Parts
from grader.course import Chapter

FOLDER = ".micrograde-audit"
_NO_VERDICT = (
    "audit", "classroom", "cli", "gradebook", "pack", "release", "report", "selftest", "workspace.py",
)  # fmt: skip
"""Parts of the grader that no verdict follows from."""
_OF_ANSWERS = ("crew.py", "equivalents.py", "trials.py", "verdicts.py")
"""Parts of the audit itself that its answers follow from."""
ENGINE = Path(__file__).parents[1]


class Memory:
    """The answers of one chapter's errands; each is written down at once, so that an audit that is stopped goes on from there.

    An answer is forgotten when the part of the checks that it follows from is another. A file that cannot be read or
    written only costs the time to find out again.
    """

    def __init__(self, chapter: Chapter, *, is_kept: bool, is_fresh: bool = False) -> None:
        self.path = chapter.folder.parent.parent / FOLDER / f"{chapter.name}.jsonl" if is_kept else None
        self.parts = Parts(chapter)
        self.known: dict[str, Any] = {}
        if self.path is not None:
            self._open(self.path, state_of(chapter), is_fresh)

    def _open(self, path: Path, state: str, is_fresh: bool) -> None:
        """Read what is known under this state, and leave out of the file what is not; or begin anew."""
        with suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
            lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            kept = [] if is_fresh or lines[:1] != [state] else [line for line in lines[1:] if self._learn(line)]
            if lines != [state, *kept]:
                path.write_text("\n".join([state, *kept]) + "\n", encoding="utf-8")

    def _learn(self, line: str) -> bool:
        """Take over a line of the file; return whether it is one, and of the checks as they are."""
        try:
            entry = json.loads(line)
            key, answer = entry["key"], entry["answer"]
            holds = self.parts.holds(key.split()[0])
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            return False  # the last line of an audit that was killed
        if holds:
            self.known[key] = answer
        return holds

    def get(self, errand: Errand) -> Any:
        """Return the answer to an errand, None if there is none."""
        return self.known.get(self._key(errand))

    def put(self, errand: Errand, answer: Any) -> None:
        """Keep the answer to an errand."""
        key = self._key(errand)
        self.known[key] = answer
        if self.path is not None:
            with suppress(OSError), self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "answer": answer}) + "\n")

    def _key(self, errand: Errand) -> str:
        return f"{self.parts.of(errand.only)} {errand.key}"


def state_of(chapter: Chapter, engine: Path = ENGINE) -> str:
    """Return the hash of what all answers follow from besides what is graded and the checks: engine, data, versions."""
    digest = hashlib.sha256()
    for path in sorted(engine.rglob("*.py")):
        if _is_followed(*path.relative_to(engine).parts):
            digest.update(path.read_bytes())
    for path in sorted(chapter.folder.glob("*.csv")):
        digest.update(path.read_bytes())
    digest.update(f"{platform.python_version()} {version('numpy')} {version('sympy')}".encode())
    return digest.hexdigest()


def _is_followed(*parts: str) -> bool:
    """Return whether an answer may follow from a file of the engine, told by the parts of its path."""
    return parts[0] not in _NO_VERDICT or (parts[0] == "audit" and parts[-1] in _OF_ANSWERS)
