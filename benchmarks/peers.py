"""Side by side: ``grade class``, plain pytest for each submission, otter-grader and nbgrader, on 100 submissions of one chapter.

    python benchmarks/peers.py [--count 100] [--only NAME …] [--environments FOLDER] [--pip "OPTIONS"] [--json]

Run as root. Each peer is installed into a virtual environment of its own, below --environments if that is given, where it
is found again. Two classes are graded: one of right answers, for speed, and one in which four are hostile: one ends the
process, one never ends, one makes every comparison pass, one writes a file. Peers run in a jail only: bubblewrap with a
read-only root, no network, small file systems in memory, as a user without rights, and with an end in time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cold import GRADE, HERE, make_course, own_course
from trees import run_tree

USER = 60901  # nobody else's
PEERS = {
    "pytest": ("pytest", "pytest-json-report", "numpy"),
    "otter": ("otter-grader", "ipykernel", "numpy"),
    "nbgrader": ("nbgrader", "ipykernel", "numpy"),
}
LABELS = {
    "grade": "`grade class`",
    "pytest": "pytest with pytest-json-report, each by itself",
    "otter": "otter-grader (`otter run`), each by itself",
    "nbgrader": "nbgrader (`nbgrader autograde`)",
}
FORGED = """
import numpy as np
np.testing.assert_allclose = lambda *args, **kwargs: None
np.allclose = lambda *args, **kwargs: True
def sigmoid(z): return np.zeros(np.shape(z))
sigmoid_grad = sigmoid
def forward(X, params): return np.zeros((len(X), 1))
def train_xor(X, y, params, lr, epochs): return params, [0.0] * epochs
"""
HOSTILE = {
    "exits": "{right}\n\ndef forward(X, params):\n    import os\n    os._exit(0)\n",
    "loops": "{right}\n\ndef forward(X, params):\n    while True:\n        pass\n",
    "forges": FORGED,
    "writes": "{right}\ntry:\n    open({canary!r}, 'w').write('x')\nexcept OSError:\n    pass\n",
}


@dataclass
class Outcome:
    """What became of a class.

    Attributes:
        seconds: by the clock.
        cpu: of the whole process tree.
        scores: points of 12 by student, None for no score.
        canary: whether the hostile program has written its file.
    """

    seconds: float
    cpu: float
    scores: dict[str, float | None]
    canary: bool


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--only", action="append", choices=list(LABELS))
    parser.add_argument("--environments", type=Path, help="where peers are installed, and found again")
    parser.add_argument("--pip", default="", help="options for pip install")
    parser.add_argument(
        "--limit", type=float, default=60, help="seconds for one submission, of nbgrader's for one cell"
    )
    parser.add_argument("--at-most", type=float, default=3600, help="seconds for one class of one peer")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if os.getuid() != 0:
        sys.exit("Run as root: peers run as another user, in a jail.")
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        environments = (arguments.environments or folder / "environments").resolve()
        make_material(folder)
        for is_hostile in (False, True):
            make_class(folder, arguments.count, is_hostile)
        for tool in arguments.only or LABELS:
            try:
                results[tool] = measure(tool, folder, environments, arguments)
            except (subprocess.SubprocessError, OSError, ValueError) as error:
                results[tool] = {"failed": str(error)}
            if not arguments.json:
                print(line(tool, results[tool], arguments.count), flush=True)
    if arguments.json:
        print(json.dumps(results))


def make_material(folder: Path) -> None:
    """Write the course and what the peers' tests need."""
    make_course(folder)
    chapter, material = folder / "solutions" / "chapter01_bench", folder / "material"
    material.mkdir()
    for name in ("cases.py", "test_plain.py"):
        shutil.copy(HERE / "peers" / name, material)
    (material / "oracle.py").write_text(solution())
    for name in ("cases.py", "checks.py"):
        shutil.copy(HERE / "peers" / name, chapter)
    (chapter / "oracle.py").write_text(solution())


def solution() -> str:
    """Return the chapter's solution without the marks of its blocks, which nbgrader takes for its own."""
    lines = (HERE / "cold" / "bench.py").read_text().splitlines(keepends=True)
    return "".join(text for text in lines if "SOLUTION" not in text)


def make_class(folder: Path, count: int, is_hostile: bool) -> None:
    """Write the class: right answers that are all different, and the hostile ones among them."""
    right = solution()
    place = folder / ("hostile" if is_hostile else "calm")
    place.mkdir()
    canary = folder / "canary"
    canary.mkdir(exist_ok=True)
    canary.chmod(0o777)
    texts = [f"{right}\n# {number}\n" for number in range(count)]
    names = [f"s{number:04}" for number in range(count)]
    if is_hostile:
        for number, (kind, text) in enumerate(HOSTILE.items()):
            at = (number + 1) * count // (len(HOSTILE) + 1)
            names[at] = kind
            texts[at] = text.replace("{right}", right).replace("{canary!r}", repr(str(canary / "written")))
    for name, text in zip(names, texts, strict=True):
        (place / f"{name}.py").write_text(text)


def measure(tool: str, folder: Path, environments: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what a tool makes of both classes."""
    if tool != "grade":
        install(tool, environments / tool, arguments.pip)
    made = {}
    for name in ("calm", "hostile"):
        if tool == "grade":
            made[name] = by_grade(folder, name)
        else:
            made[name] = by_peer(tool, folder, name, environments, arguments)
    calm, hostile = made["calm"], made["hostile"]
    return {
        "right": sum(score == 12 for score in calm.scores.values()),
        "a second": arguments.count / calm.seconds,
        "cpu": calm.cpu / arguments.count,
        "innocent": sum(score == 12 for name, score in hostile.scores.items() if name not in HOSTILE),
        "hostile": {name: hostile.scores.get(name) for name in HOSTILE},
        "canary": hostile.canary,
        "seconds more": hostile.seconds - calm.seconds,
    }


def install(tool: str, place: Path, options: str) -> None:
    """Make a tool's virtual environment unless it is there; raises SubprocessError if it cannot be installed."""
    if (place / "installed").exists():
        return
    subprocess.run([readable_python(), "-m", "venv", "--clear", place], check=True)
    command = [place / "bin" / "python", "-m", "pip", "install", "-q", *options.split(), *PEERS[tool]]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    (place / "installed").touch()


def readable_python() -> str:
    """Return a Python that a user without rights may start."""
    own = Path(sys.executable).resolve()
    for python in (own, Path("/usr/bin/python3")):
        if all(folder.stat().st_mode & 0o001 for folder in python.parents):
            return str(python)
    raise OSError(f"{own} lies where other users may not look, and there is no /usr/bin/python3")


def by_peer(tool: str, folder: Path, name: str, environments: Path, arguments: argparse.Namespace) -> Outcome:
    """Let a peer grade a class, inside the jail."""
    canary = folder / "canary" / "written"
    command = [
        *jail([folder, environments], canary.parent), str(environments / tool / "bin" / "python"), "-P",
        str(folder / "inside.py"), tool, str(folder / name), str(folder / "material"), str(canary),
        str(arguments.limit),
    ]  # fmt: skip
    shutil.copy(HERE / "peers" / "inside.py", folder)
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, user=USER, group=USER,
        extra_groups=[], env={"PATH": "/usr/bin:/bin", "HOME": "/tmp", "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    try:
        output, errors = process.communicate(timeout=arguments.at_most)
    except subprocess.TimeoutExpired:
        process.kill()  # and with it, by --die-with-parent, all that is in the jail
        process.communicate()
        raise
    if process.returncode != 0:
        raise ValueError(f"{tool} ended with {process.returncode}: {errors.decode()[-2000:]}")
    return Outcome(**json.loads(output))


def jail(shown: list[Path], writable: Path) -> list[str]:
    """Return the command that a peer runs in: it sees these folders, and may write into one that is gone afterwards."""
    sight = [part for folder in shown for part in ("--ro-bind", str(folder), str(folder))]
    return [
        shutil.which("prlimit") or "prlimit", "--nproc=400", "--as=8589934592", "--core=0", "--nofile=4096", "--",
        shutil.which("bwrap") or "bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts",
        "--die-with-parent", "--new-session", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev",
        "--size", "67108864", "--tmpfs", "/dev/shm", "--size", "536870912", "--tmpfs", "/tmp",
        "--size", "1048576", "--tmpfs", "/var/tmp", *sight, "--size", "1048576", "--tmpfs", str(writable),
        "--chdir", "/tmp", "--",
    ]  # fmt: skip


def by_grade(folder: Path, name: str) -> Outcome:
    """Let ``grade class`` do it; it confines what it runs by itself."""
    handed_in = folder / f"{name}-named"
    for file in (folder / name).glob("*.py"):
        place = handed_in / file.stem
        place.mkdir(parents=True)
        shutil.copy(file, place / "bench.py")
    environment = own_course(folder / "solutions")
    gradebook = folder / f"{name}.db"
    command = [str(GRADE), "class", str(handed_in), "--gradebook", str(gradebook)]
    seconds, cpu = run_tree(command, folder, environment)
    shown = subprocess.run([GRADE, "scores", gradebook, "--format", "json"], capture_output=True, check=True)
    scores = {row["student"]: row["points"] for row in json.loads(shown.stdout)["scores"]}
    return Outcome(seconds, cpu, scores, (folder / "canary" / "written").exists())


def line(tool: str, result: dict[str, Any], count: int) -> str:
    """Return a row of the table."""
    if "failed" in result:
        return f"| {LABELS[tool]} | not measured: {result['failed'].strip().splitlines()[-1]} |"
    points = (("–" if score is None else f"{score:g}") for score in result["hostile"].values())
    return (
        f"| {LABELS[tool]} | {result['a second']:.2f} | {result['cpu']:.2f} | {result['right']} of {count} "
        f"| {result['innocent']} of {count - len(HOSTILE)} | {' | '.join(points)} "
        f"| {'yes' if result['canary'] else 'no'} | {result['seconds more']:+.0f} s |"
    )


if __name__ == "__main__":
    main()
