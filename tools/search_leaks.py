"""Search archives for answers of the course: ``python tools/search_leaks.py dist/*``; exit status 1 if any is found."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader.course import find_course
from grader.release import find_leaks


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every file in a wheel or an sdist."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            yield from ((name, archive.read(name)) for name in archive.namelist())
        return
    with tarfile.open(path) as sdist:
        for member in sdist:
            file = sdist.extractfile(member)
            if file is not None:
                yield member.name, file.read()


def main() -> int:
    """Print what every archive gives away."""
    course = find_course(Path.cwd())
    leaks = [f"{name}: {leak}" for name in sys.argv[1:] for leak in find_leaks(course, members(Path(name)))]
    for leak in leaks:
        print(leak)
    print(f"{len(sys.argv) - 1} archives searched, {len(leaks)} answers found")
    return 1 if leaks else 0


if __name__ == "__main__":
    sys.exit(main())
