"""A zygote's own cgroup: in a tree of plain files, and in the kernel's where these tests may write there."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.selftest import advice, isolation, look_at_isolation
from grader.student import forked
from grader.worker import cgroup
from grader.worker.bubblewrap import bubblewrap_works
from tests.worker.test_confine import SEARCH_PATH, USER, identity, python_for

MOUNTS = [Path(folder) for folder in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified")]
REAL = next((folder for folder in MOUNTS if (folder / "cgroup.controllers").exists()), None)


@pytest.fixture
def scope(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a delegated scope that this process runs in, with another process."""
    folder = tmp_path / "app.slice" / "run-1.scope"
    folder.mkdir(parents=True)
    (folder / "cgroup.procs").write_text(f"{os.getpid()}\n1234\n", encoding="ascii")
    own = tmp_path / "own"
    own.write_text("1:name=systemd:/elsewhere\n0::/app.slice/run-1.scope\n", encoding="ascii")
    monkeypatch.setattr(cgroup, "MOUNT", str(tmp_path))
    monkeypatch.setattr(cgroup, "OWN", str(own))
    monkeypatch.setattr(os, "getxattr", lambda path, name: b"1" if path == str(folder) else b"0")
    return folder


def test_a_zygote_gets_a_cgroup_with_limits_and_the_graders_make_room(scope: Path) -> None:
    folder = cgroup.new_cgroup()
    assert folder is not None
    assert Path(folder).parent == scope
    assert (Path(folder) / "memory.max").read_text() == str(1 << 30)
    assert (Path(folder) / "pids.max").read_text() == "8"
    assert (scope / "graders" / "cgroup.procs").read_text() == "1234"  # each write moves one process; this was the last
    assert (scope / "cgroup.subtree_control").read_text() == "+memory +pids"


def test_graders_that_made_room_before_get_further_cgroups_of_the_same_scope(scope: Path) -> None:
    Path(cgroup.OWN).write_text("0::/app.slice/run-1.scope/graders\n", encoding="ascii")
    folders = {cgroup.new_cgroup(), cgroup.new_cgroup()}
    assert len(folders) == 2
    assert {Path(str(folder)).parent for folder in folders} == {scope}


def test_what_starts_while_the_graders_make_room_is_moved_too(scope: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[str] = []

    def write(path: str, text: str) -> None:
        if path.endswith("graders/cgroup.procs"):
            moved.append(text)
        elif path.endswith("subtree_control") and "77" not in moved:
            (scope / "cgroup.procs").write_text("77\n", encoding="ascii")
            raise OSError(errno.EBUSY, "there is a process")

    monkeypatch.setattr(cgroup, "write", write)
    assert cgroup.new_cgroup() is not None
    assert moved == [str(os.getpid()), "1234", "77"]


NOT_OURS = {
    "a session that nobody delegated": "0::/app.slice/run-2.scope\n",
    "a service, whoever's": "0::/app.slice/grader.service\n",
    "the whole tree": "0::/\n",
    "no cgroup v2": "1:memory:/app.slice/run-1.scope\n",
    "nothing": "",
}


@pytest.mark.parametrize("own", NOT_OURS)
def test_what_is_not_delegated_is_left_alone(scope: Path, own: str) -> None:
    Path(cgroup.OWN).write_text(NOT_OURS[own], encoding="ascii")
    assert cgroup.new_cgroup() is None
    assert [path.name for path in scope.iterdir()] == ["cgroup.procs"]


@pytest.mark.parametrize("file", ["graders/cgroup.procs", "cgroup.subtree_control"])
def test_where_the_kernel_refuses_there_is_no_cgroup(scope: Path, file: str) -> None:
    (scope / file).mkdir(parents=True)
    assert cgroup.new_cgroup() is None


def test_a_limit_that_is_refused_leaves_no_cgroup_without_it(scope: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroup, "LIMITS", {"no such/limit": 1})
    removed: list[str] = []
    monkeypatch.setattr(os, "rmdir", removed.append)
    assert cgroup.new_cgroup() is None
    assert [Path(folder).parent for folder in removed] == [scope]


@pytest.mark.parametrize(("door", "enters"), [("/dev/null", True), ("/dev/full", False)])
def test_a_zygote_says_whether_it_could_enter_and_works_where_it_could_not(
    scope: Path, monkeypatch: pytest.MonkeyPatch, door: str, enters: bool
) -> None:
    monkeypatch.setattr(forked, "open_door", lambda folder: os.open(door, os.O_WRONLY))
    report = look_at_isolation()
    assert (report["level"], "cgroup" in report["features"]) == ("kernel", enters)


@pytest.mark.parametrize(
    ("features", "missing"), [(("uid", "bubblewrap"), True), (("uid", "bubblewrap", "cgroup"), False)]
)
def test_how_to_come_by_one_is_said_where_systemd_could_delegate_it(
    monkeypatch: pytest.MonkeyPatch, features: tuple[str, ...], missing: bool
) -> None:
    report = {"level": "kernel", "features": features, "failed": {}, "blocked": {}}
    monkeypatch.setattr(isolation, "SYSTEMD_WITH_CGROUP_2", ("/",))
    assert [line for line in advice(report) if "systemd-run --scope" in line] == advice(report)
    assert bool(advice(report)) is missing
    monkeypatch.setattr(isolation, "SYSTEMD_WITH_CGROUP_2", ("/", "/no such folder"))
    assert advice(report) == []


@pytest.fixture
def real_scope() -> Iterator[Path]:
    """Return a scope of the kernel's tree as systemd delegates one to the tests' user, with no process in it."""
    if REAL is None or not os.access(REAL, os.W_OK) or os.getuid() != 0:
        pytest.skip("no cgroup v2 that the tests may write to")
    folder = REAL / f"micrograde-{os.getpid()}.scope"
    folder.mkdir()
    try:
        os.setxattr(folder, cgroup.DELEGATED, b"1")
        for path in (folder, folder / "cgroup.procs", folder / "cgroup.subtree_control"):
            os.chown(path, USER, USER)
        yield folder
    finally:
        for path in (*folder.glob("*/"), folder):
            with contextlib.suppress(OSError):
                path.rmdir()


LOOK = """
import json, os, sys
search_path, bubblewrap, settings = json.loads(sys.stdin.readline())
sys.path[:0] = search_path
from grader.selftest.traps import descendants
from grader.student.launch import make_launcher
from grader.student.session import Session
from grader.submission import Submission
from grader.worker import cgroup
for name, value in settings.items():
    setattr(cgroup, name, value)
def mine(pid):
    with open(f"/proc/{pid}/cgroup") as file:
        return [line.strip().rpartition("/")[2] for line in file if line.startswith("0::")][0]
with make_launcher(bubblewrap) as launcher:
    session = Session(launcher, Submission("probe.py", b""), "probe", {"level": "kernel"}, 10.0)
    session.load()
    below = sorted(descendants(os.getpid()) - {os.getpid()})
    answer = {"below": [mine(pid) for pid in below], "own": mine(os.getpid())}
    answer["level"], answer["features"] = session.isolation["level"], session.isolation["features"]
    session.close()
print(json.dumps(answer))
"""


@pytest.mark.parametrize("in_bubblewrap", [False, True], ids=["bare", "bubblewrap"])
@pytest.mark.parametrize("user", ["root", "user"])
def test_zygote_and_worker_stand_in_it_and_it_goes_with_them(real_scope: Path, user: str, in_bubblewrap: bool) -> None:
    """Where the kernel's tree limits memory and processes, with these limits; else it is about who stands where."""
    if in_bubblewrap and not bubblewrap_works():
        pytest.skip("bubblewrap is not installed or may not work here")
    given = (real_scope.parent / "cgroup.subtree_control").read_text(encoding="ascii").split()
    settings: dict[str, object] = {"MOUNT": str(real_scope.parent)}
    if not {"memory", "pids"} <= set(given):
        settings |= {"CONTROLLERS": "", "LIMITS": {"cgroup.max.descendants": 0}}
    process = subprocess.Popen(
        [python_for(user), "-P", "-c", LOOK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **identity(user)
    )
    with contextlib.suppress(ProcessLookupError):
        (real_scope / "cgroup.procs").write_text(str(process.pid), encoding="ascii")
    out, _ = process.communicate(json.dumps([SEARCH_PATH, in_bubblewrap, settings]) + "\n", timeout=60)
    answer = json.loads(out)
    assert (answer["level"], "cgroup" in answer["features"]) == ("kernel", True)
    outside = 1 if in_bubblewrap else 0  # bubblewrap's own process, which starts the zygote
    assert answer["own"] == "graders"
    assert answer["below"][:outside] == ["graders"] * outside
    assert answer["below"][outside:] == [f"zygote-{process.pid}-0"] * 2
    assert [path.name for path in real_scope.glob("*/")] == ["graders"]
