"""What an audit has found out before, on disk: good as long as checks and engine stay as they are."""

from __future__ import annotations

import hashlib
import json
import platform
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from grader.course import Chapter

FOLDER = ".micrograde-audit"
_NO_VERDICT = ("audit", "cli", "report", "release", "pack")
"""Parts of the grader that no verdict follows from."""


class Memory:
    """The answers of one chapter's errands by their keys; each is written down at once, so that an audit that is stopped goes on from there.

    A file that cannot be read or written only costs the time to find out again.
    """

    def __init__(self, chapter: Chapter, *, is_kept: bool, is_fresh: bool = False) -> None:
        self.path = chapter.folder.parent.parent / FOLDER / f"{chapter.name}.jsonl" if is_kept else None
        self.known: dict[str, Any] = {}
        if self.path is not None:
            self._open(self.path, state_of(chapter), is_fresh)

    def _open(self, path: Path, state: str, is_fresh: bool) -> None:
        """Read what is known under this state, or begin anew."""
        with suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
            lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            if is_fresh or lines[:1] != [state]:
                path.write_text(state + "\n", encoding="utf-8")
                return
            for line in lines[1:]:
                with suppress(ValueError, KeyError, TypeError):  # the last line of an audit that was killed
                    entry = json.loads(line)
                    self.known[entry["key"]] = entry["answer"]

    def get(self, key: str) -> Any:
        """Return the answer to the errand of this key, None if there is none."""
        return self.known.get(key)

    def put(self, key: str, answer: Any) -> None:
        """Keep the answer to an errand."""
        self.known[key] = answer
        if self.path is not None:
            with suppress(OSError), self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "answer": answer}) + "\n")


def state_of(chapter: Chapter) -> str:
    """Return the hash of what verdicts follow from besides the answer: checks, engine, versions."""
    digest = hashlib.sha256(chapter.checks_sha256.encode())
    engine = Path(__file__).parents[1]
    for path in sorted(engine.rglob("*.py")):
        if path.relative_to(engine).parts[0] not in _NO_VERDICT:
            digest.update(path.read_bytes())
    for path in sorted(chapter.folder.glob("*.csv")):
        digest.update(path.read_bytes())
    digest.update(f"{platform.python_version()} {version('numpy')} {version('sympy')}".encode())
    return digest.hexdigest()
