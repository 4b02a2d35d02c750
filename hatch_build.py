"""The build hook: packs the course into ``grader/pack``, so that wheel and sdist carry lessons, stubs and checks.

Solutions stay at home: an sdist holds the pack and no ``solutions/``, and a wheel built from it uses that pack.
"""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACK = "grader/pack"


class PackTheCourse(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's parameter is its builder's configuration
    """Writes the pack before a wheel or an sdist is built; an editable install uses ``solutions/`` as it is."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the pack, or find it; raises GradeError with the author's mistake if the course is broken."""
        if version == "editable":
            return
        root = Path(self.root)
        if (root / "solutions" / "course.toml").is_file():
            self._write_pack(root)
        elif not (root / PACK / "course.toml").is_file():
            raise FileNotFoundError(
                f"{root} holds neither solutions/course.toml nor {PACK}: build in a checkout or an sdist."
            )
        build_data["artifacts"].append(f"/{PACK}/")  # git ignores it, and so would hatchling

    def _write_pack(self, root: Path) -> None:
        sys.path.insert(0, str(root))
        try:
            from grader.course import load_course
            from grader.release import write_pack
        finally:
            sys.path.remove(str(root))
        write_pack(load_course(root / "solutions"), root / PACK)
