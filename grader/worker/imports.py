"""What a submission may import: the standard library and NumPy."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

BUILD_DATA = "_sysconfigdata_"  # what sysconfig reads, and with it `from numpy import *`; named for the platform
ALLOWED = sys.stdlib_module_names | {"numpy"}


class ImportNotAllowed(ModuleNotFoundError):
    """An import of something else; ``except ImportError`` catches it, as if it were not installed."""


class ImportGuard:
    """A finder that refuses every top-level name outside ALLOWED."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Let the next finder look for an allowed name."""
        top = name.partition(".")[0]
        if top in ALLOWED or top.startswith(BUILD_DATA):
            return None
        raise ImportNotAllowed(f"cannot import {top}: a submission may import the standard library and NumPy", name=top)


def guard_imports() -> None:
    """Refuse other imports from now on and hide the modules of ours that this process runs on."""
    sys.meta_path.insert(0, ImportGuard())
    for name in [name for name in sys.modules if name.partition(".")[0] == "grader"]:
        _kept.append(sys.modules.pop(name))


_kept: list[ModuleType] = []
