"""What a submission may import: the standard library and NumPy."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

BUILD_DATA = "_sysconfigdata_"  # what sysconfig reads, and with it `from numpy import *`; named for the platform
ALLOWED = sys.stdlib_module_names | {"numpy"}


def is_allowed(name: str) -> bool:
    """Return whether a submission may import a module of this name."""
    top = name.partition(".")[0]
    return top in ALLOWED or top.startswith(BUILD_DATA)


class ImportGuard:
    """A finder in the place of all others: what is not allowed is not there, as if it were not installed.

    It keeps what the others know: they could not list the standard library's folder again.
    """

    def __init__(self, finders: Sequence[MetaPathFinder]) -> None:
        self.finders = finders

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return what the other finders find of an allowed name."""
        if not is_allowed(name):
            return None
        return next(filter(None, (finder.find_spec(name, path, target) for finder in self.finders)), None)


def guard_imports() -> None:
    """Refuse other imports from now on and hide the modules of ours that this process runs on."""
    sys.meta_path[:] = [ImportGuard(tuple(sys.meta_path))]  # type: ignore[arg-type]  # it has what is asked of one
    for name in [name for name in sys.modules if name.partition(".")[0] == "grader"]:
        _kept.append(sys.modules.pop(name))


_kept: list[ModuleType] = []
