"""What a confined worker can and cannot do, tried in forks of a subprocess: as root and as an unprivileged user.

Hostile programs are harmless: they touch a canary in a temporary folder, a victim process of their own and loopback. The
test process itself is never confined.
"""

from __future__ import annotations

import dataclasses
import errno
import functools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest

from grader.course import Task
from grader.student.launch import make_launcher
from grader.student.proxy import CallSettings, Student
from grader.student.session import Session
from grader.submission import Submission
from grader.worker import confine, landlock
from grader.worker.bubblewrap import bubblewrap_command, bubblewrap_works
from grader.worker.claim import FIRST_UID, LAST_UID, claim_user
from grader.worker.limits import job_limits
from grader.worker.policy import Policy
from grader.worker.user import all_can_reach

ROOT = Path(__file__).parents[2]
WORKER = 61183  # what workers become where the tests run as root
USER = 60900  # an unprivileged user id that nothing else has
SEARCH_PATH = [str(ROOT), str(Path(numpy.__file__).parents[1])]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")

HARNESS = r"""
import contextlib, ctypes, fcntl, json, os, select, shutil, signal, socket, sys, tempfile, time
task = json.load(sys.stdin)
sys.path[:0] = task["search_path"]
import numpy
from grader.worker import confine as door, landlock, nursery, policy, seccomp
target = task["policy"].get("uid") or os.getuid()
folder = tempfile.mkdtemp(prefix="micrograde-test-")
canary = folder + "/canary"
with open(canary, "w") as file:
    file.write("secret")
leaked = fcntl.fcntl(os.open(canary, os.O_RDONLY), fcntl.F_DUPFD, 50)
for path in (folder, canary):
    with contextlib.suppress(PermissionError):  # root in bubblewrap has no right to
        os.chown(path, target, target)
os.chmod(canary, 0o640)
memory = ctypes.create_string_buffer(b"secret")
tcp = socket.create_server(("127.0.0.1", 0))
abstract = socket.socket(socket.AF_UNIX)
abstract.bind("\0" + folder)
abstract.listen()
if os.getuid() == 0:
    os.setgroups([0])  # to be given up
if task["abi"]:
    landlock.abi_version = nursery.abi_version = lambda: task["abi"]
if task["prepare"]:
    nursery.prepare_zygote()

def start_victim():
    pid = os.fork()
    if pid == 0:
        if os.getuid() != target:
            os.setgroups([])
            os.setresgid(target, target, target)
            os.setresuid(target, target, target)
        seccomp.prctl(nursery.PR_SET_DUMPABLE, 1)
        seccomp.prctl(door.PR_SET_PDEATHSIG, signal.SIGKILL)
        time.sleep(120)
        os._exit(0)
    return pid

victim = start_victim()
names = {"canary": canary, "folder": folder, "victim": victim, "port": tcp.getsockname()[1], "leaked": leaked,
         "address": ctypes.addressof(memory)}

def child(code, fd):
    answer = {}
    os.dup2(fd, 3)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number in (1, 2, 4):
        os.dup2(os.memfd_create("output"), number)
    try:
        answer["report"] = door.confine(policy.Policy(**task["policy"])).to_dict()
        space = dict(names)
        exec(compile(code, "<submission>", "exec"), space)
        answer["result"] = space.get("result")
    except policy.ConfinementError as error:
        answer |= {"error": "ConfinementError", "step": error.step, "text": str(error)}
    except BaseException as error:
        answer |= {"error": type(error).__name__, "errno": getattr(error, "errno", None), "text": repr(error)}
    os.write(3, json.dumps(answer).encode())
    os._exit(0)

def run(code):
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            child(code, writing)
        finally:
            os._exit(99)
    os.close(writing)
    deadline = time.monotonic() + 30
    data = b""
    while select.select([reading], [], [], max(0, deadline - time.monotonic()))[0]:
        part = os.read(reading, 65536)
        data += part
        if not part:
            break
    else:
        os.kill(pid, signal.SIGKILL)
    os.close(reading)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return {"status": status} | (json.loads(data) if data else {})

try:
    answers = {name: run(code) for name, code in task["programs"].items()}
finally:
    os.kill(victim, signal.SIGKILL)
    os.waitpid(victim, 0)
    shutil.rmtree(folder)
json.dump(answers, sys.stdout)
"""

SYSCALL = "import ctypes, os; libc = ctypes.CDLL(None, use_errno=True)\n"
FAIL = "\nif answer == -1: raise OSError(ctypes.get_errno(), 'refused')"

# What a submission might try, and the layers each of which alone stops it: without all of them it works.
ATTACKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "read a file": ("open(canary).read()", ("landlock",)),
    "list a folder": ("import os; os.listdir(folder)", ("landlock",)),
    "write a file": ("open(canary, 'w').write('changed')", ("landlock", "seccomp")),
    "create a file": ("open(folder + '/new', 'w')", ("landlock", "seccomp")),
    "create an unnamed file": ("import os; os.open(folder, os.O_TMPFILE | os.O_WRONLY)", ("landlock", "seccomp")),
    "empty a file by reading it": ("import os; os.open(canary, os.O_RDONLY | os.O_TRUNC)", ("landlock", "seccomp")),
    "remove a file": ("import os; open(folder + '/x', 'w'); os.unlink(folder + '/x')", ("landlock", "seccomp")),
    "make a folder": ("import os; os.mkdir(folder + '/d'); os.rmdir(folder + '/d')", ("landlock", "seccomp")),
    "rename a file": ("import os; os.rename(canary, canary + '2'); os.rename(canary + '2', canary)", ("landlock", "seccomp")),
    "link to a file": ("import os; os.symlink('/', folder + '/l'); os.unlink(folder + '/l')", ("landlock", "seccomp")),
    "make a named pipe": ("import os; os.mkfifo(folder + '/p'); os.unlink(folder + '/p')", ("landlock", "seccomp")),
    "truncate a file": ("import os; os.truncate(canary, 3)", ("landlock", "seccomp")),
    "change a file's mode": ("import os; os.chmod(canary, 0o600)", ("seccomp",)),
    "change a file's times": ("import os; os.utime(canary, (1, 1))", ("seccomp",)),
    "change a file's owner": ("import os; os.chown(canary, os.getuid(), -1)", ("seccomp",)),
    "start a process": ("import os\npid = os.fork()\nif pid == 0: os._exit(0)\nos.waitpid(pid, 0)", ("seccomp", "rlimits")),
    "start a thread": ("import _thread, time; _thread.start_new_thread(time.time, ()); time.sleep(0.01)", ("rlimits",)),
    "become another program": ("import os; os.execv('/bin/true', ['true'])", ("landlock", "seccomp")),
    "make a user namespace": (SYSCALL + "answer = libc.unshare(0x10000000)" + FAIL, ("seccomp",)),
    "open a TCP socket": ("import socket; socket.socket()", ("seccomp",)),
    "make a socket pair": ("import socket; socket.socketpair()", ("seccomp",)),
    "send a datagram": ("import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('127.0.0.1', port))", ("seccomp",)),
    "connect": ("import socket; socket.socket().connect(('127.0.0.1', port))", ("landlock", "seccomp")),
    "listen": ("import socket; socket.create_server(('127.0.0.1', 0))", ("landlock", "seccomp")),
    "connect to an abstract socket": ("import socket; socket.socket(1).connect('\\0' + folder)", ("landlock", "seccomp")),
    "signal another process": ("import os; os.kill(victim, 0)", ("landlock", "seccomp")),
    "signal a thread of another process": (SYSCALL + "answer = libc.tgkill(victim, victim, 0)" + FAIL, ("landlock", "seccomp")),
    "open another process": ("import os; os.pidfd_open(victim)", ("seccomp",)),
    "slow down another process": ("import os; os.setpriority(0, victim, 10)", ("seccomp",)),
    "read another process's limits": ("import resource; resource.prlimit(victim, resource.RLIMIT_CPU)", ("seccomp",)),
    "read another process's memory": ("open(f'/proc/{victim}/mem', 'rb')", ("landlock",)),
    "copy another process's memory": (
        SYSCALL + "class Range(ctypes.Structure): _fields_ = (('at', ctypes.c_void_p), ('size', ctypes.c_size_t))\n"
        "found = ctypes.create_string_buffer(6)\n"
        "here, there = Range(ctypes.addressof(found), 6), Range(address, 6)\n"
        "answer = libc.process_vm_readv(victim, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)" + FAIL,
        ("landlock", "seccomp"),
    ),
    "read about another process": ("open(f'/proc/{victim}/stat').read()", ("landlock",)),
    "allocate beyond the limit": ("bytearray(700 << 20)", ("rlimits",)),
    "allocate in a memory file": ("import os; os.memfd_create('x')", ("seccomp",)),
    "allocate in shared memory": (
        SYSCALL + "answer = libc.shmget(0, 4096, 0o1600)\nif answer >= 0: libc.shmctl(answer, 0, None)" + FAIL, ("seccomp",)
    ),
    "change its limits": ("import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))", ("seccomp",)),
    "write much output": ("import os; [os.write(1, bytes(1 << 20)) for _ in range(4)]", ("rlimits",)),
    "open many files": ("import os; [os.dup(1) for _ in range(100)]", ("rlimits",)),
    "read an inherited file": ("import os; os.pread(leaked, 6, 0)", ("closed-fds",)),
    "watch files": (SYSCALL + "answer = libc.inotify_init()" + FAIL, ("seccomp",)),
    "change its execution domain": (SYSCALL + "answer = libc.personality(0x20000)" + FAIL, ("seccomp",)),
    "aim input signals at another process": ("import fcntl; fcntl.fcntl(1, fcntl.F_SETOWN, victim)", ("seccomp",)),
    "stay in the parent's group": ("import os\nif os.getpgrp() == os.getpid(): raise OSError('own group')", ("session",)),
}  # fmt: skip
ONLY_AS_ROOT: dict[str, tuple[str, tuple[str, ...]]] = {
    "give a file away": ("import os; os.chown(canary, 1, 1)", ("seccomp", "uid", "no-capabilities")),
    "stay root": ("import os\nif 0 not in os.getresuid() + os.getresgid(): raise OSError('not root')", ("uid",)),
    "stay in root's groups": ("import os\nif not os.getgroups(): raise OSError('no groups')", ("uid",)),
}  # fmt: skip

# Attacks that Landlock stops only since one of its later versions
LANDLOCK_SINCE = {
    "truncate a file": 3,
    "empty a file by reading it": 3,
    "connect": 4,
    "listen": 4,
    "connect to an abstract socket": 6,
    "signal another process": 6,
    "signal a thread of another process": 6,
}
ALL_ATTACKS = ATTACKS | ONLY_AS_ROOT

# What right answers need; each must end without an exception.
WORK = {
    "linear algebra": "import numpy as np; a = np.eye(60) * 3; np.linalg.svd(a); np.linalg.solve(a, a); np.linalg.eigh(a)",
    "a large product": "import numpy as np; result = float((np.ones((900, 900)) @ np.ones((900, 900))).sum())",
    "Fourier transforms": "import numpy as np; np.fft.ifft2(np.fft.fft2(np.ones((64, 64))))",
    "random numbers": "import numpy as np; np.random.default_rng().normal(size=100); np.random.seed(0); np.random.rand(9)",
    "polynomials": "import numpy.polynomial as p; p.Polynomial.fit([0, 1, 2], [1, 2, 5], 2)",
    "masked arrays": "import numpy.ma as ma; ma.array([1, 2], mask=[0, 1]).mean()",
    "numpy.testing": "import numpy.testing as t; t.assert_allclose(1.0, 1.0)",
    "strings and records": "import numpy as np; np.char.upper(['a']); np.rec.array([(1, 2.0)], dtype=[('a', int), ('b', float)])",
    "much memory within the limit": "import numpy as np; np.ones(40 << 20).sum()",
    "printing": "print('x' * 100_000, flush=True); import numpy as np; print(np.random.default_rng(0).normal(size=(99, 9)))",
    "the usual imports": "import math, random, itertools, collections, dataclasses, typing, functools, statistics, decimal, "
    "fractions, copy, time, warnings, json, re, string, heapq, bisect, enum, abc, operator, pprint, textwrap, timeit, logging",
    "imports with shared libraries": "import zlib, bz2, lzma, hashlib, ctypes, sqlite3, ssl, uuid; "
    "hashlib.sha256(b'x').digest(); sqlite3.connect(':memory:').execute('select 1')",
    "time": "import time, datetime, zoneinfo; time.perf_counter(); time.sleep(0.001); time.process_time(); time.localtime(); "
    "datetime.datetime.now(zoneinfo.ZoneInfo('Europe/Paris'))",
    "its own limits and name": "import os, resource, platform; resource.getrlimit(resource.RLIMIT_AS); os.cpu_count(); "
    "platform.machine(); resource.getrusage(resource.RUSAGE_SELF); os.getcwd()",
    "an alarm of its own": "import signal, time; signal.signal(signal.SIGALRM, lambda *a: None); "
    "signal.setitimer(signal.ITIMER_REAL, 0.01); time.sleep(0.03)",
    "a signal to itself": "import signal; signal.signal(signal.SIGUSR2, lambda *a: None); signal.raise_signal(signal.SIGUSR2)",
    "the source of NumPy": "import inspect, numpy as np; inspect.getsource(np.linalg.solve)",
    "a traceback": "import traceback\ntry: 1 / 0\nexcept ZeroDivisionError: traceback.format_exc()",
    "a stopped thread": "import threading\ntry: threading.Thread(target=print).start()\nexcept RuntimeError: pass",
    "a warning": "import warnings, numpy as np\nwith warnings.catch_warnings(record=True): np.log(np.zeros(1))",
}  # fmt: skip

KERNEL = {"level": "kernel", "output_bytes": 1 << 20}


@functools.cache
def python_for(user: str) -> str:
    """Return an interpreter that a user may run: the tests' own, or the system's if that is the same version."""
    if user == "root" or os.getuid() != 0 or all_can_reach((os.path.realpath(sys.executable),)):
        return sys.executable
    system = "/usr/bin/python3"
    version = subprocess.run([system, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, text=True)
    if version.stdout.strip() != str(sys.version_info[:2]):
        pytest.skip(f"no Python {sys.version_info[:2]} that an unprivileged user may run")
    return system


def identity(user: str) -> dict[str, Any]:
    """Return subprocess.run's arguments for becoming a user."""
    if user == "root" and os.getuid() != 0:
        pytest.skip("the tests do not run as root")
    return {"user": USER, "group": USER, "extra_groups": []} if user == "user" and os.getuid() == 0 else {}


def run_python(user: str, code: str, task: Any = None, wrapper: list[str] | None = None) -> Any:
    """Return the JSON that code prints, in a process of that user that gets task as JSON."""
    process = subprocess.run(
        [*(wrapper or []), python_for(user), "-I", "-c", code],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        timeout=120,
        cwd="/",
        env={"OPENBLAS_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"},
        **identity(user),
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


def run_as(
    user: str,
    policy: dict[str, Any],
    programs: dict[str, str],
    *,
    prepare: bool = True,
    abi: int | None = None,
    wrapper: list[str] | None = None,
) -> dict[str, dict[str, Any]]:
    """Return what became of each program, run in a confined fork of a process of that user.

    Args:
        user: "root" or "user".
        policy: fields of Policy.
        programs: sources by name; ``result`` is what one leaves behind.
        prepare: whether to call prepare_zygote() first.
        abi: use of Landlock only what this version had.
        wrapper: a command to run it all in.
    """
    if user == "root":
        policy = {"uid": WORKER} | policy
    task = {"policy": policy, "programs": programs, "prepare": prepare, "abi": abi, "search_path": SEARCH_PATH}
    answers: dict[str, dict[str, Any]] = run_python(user, HARNESS, task, wrapper)
    return answers


@functools.cache
def everything(user: str, profile: str) -> dict[str, dict[str, Any]]:
    """Return what becomes of all attacks and all work at the level "kernel"."""
    attacks = ALL_ATTACKS if user == "root" else ATTACKS
    return run_as(user, KERNEL | {"profile": profile}, {name: code for name, (code, _) in attacks.items()} | WORK)


def layers_against(attack: str) -> tuple[str, ...]:
    """Return the layers each of which stops an attack by itself on this kernel."""
    layers = ALL_ATTACKS[attack][1]
    is_too_old = landlock.abi_version() < LANDLOCK_SINCE.get(attack, 0)
    return tuple(layer for layer in layers if not (is_too_old and layer == "landlock"))


@functools.cache
def without(user: str, left_out: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return what becomes of the attacks that no other layer than those left out stops, or only one other."""
    attacks = {
        name: code
        for name, (code, _) in ALL_ATTACKS.items()
        if set(left_out) <= set(layers_against(name)) and len(layers_against(name)) <= len(left_out) + 1
    }
    return run_as(user, KERNEL | {"level": "auto", "without": left_out}, attacks)


def succeeded(answer: dict[str, Any]) -> bool:
    """Return whether a program did what it wanted; one that became another program says nothing and exits with 0."""
    return answer["status"] == 0 and "error" not in answer


CASES = [("user", name) for name in ATTACKS] + [("root", name) for name in ALL_ATTACKS]


@pytest.mark.parametrize("profile", ["allow", "deny"])
@pytest.mark.parametrize(("user", "attack"), CASES)
def test_attack_is_stopped(user: str, attack: str, profile: str) -> None:
    answer = everything(user, profile)[attack]
    assert not succeeded(answer), answer
    assert answer["error"] in (
        "PermissionError",
        "OSError",
        "RuntimeError",
        "MemoryError",
        "ValueError",
        "BlockingIOError",
    )


@pytest.mark.parametrize(("user", "attack"), CASES)
def test_attack_works_without_the_layers_that_stop_it(user: str, attack: str) -> None:
    answer = without(user, layers_against(attack))[attack]
    assert succeeded(answer), answer


@pytest.mark.parametrize(("user", "attack"), CASES)
def test_each_layer_stops_the_attack_by_itself(user: str, attack: str) -> None:
    layers = layers_against(attack)
    for layer in layers:
        left_out = tuple(other for other in layers if other != layer)
        if left_out:
            assert not succeeded(without(user, left_out)[attack]), layer


@pytest.mark.parametrize("abi", [1, 2, 4])  # Linux 5.13, 6.1 (Debian 12), 6.7
@pytest.mark.parametrize("user", ["user", "root"])
def test_older_landlock_stops_no_less(user: str, abi: int) -> None:
    answers = run_as(user, KERNEL, {name: code for name, (code, _) in ATTACKS.items()}, abi=abi)
    assert f"landlock-{abi}" in answers["read a file"]["report"]["features"]
    assert [name for name, answer in answers.items() if succeeded(answer)] == []


@pytest.mark.parametrize("policy", [KERNEL, {"level": "process"}, {"without": ["landlock"]}, {"readable": ["/usr"]}])
def test_only_the_descriptors_meant_for_a_worker_are_open(policy: dict[str, Any]) -> None:
    code = (
        "import os\ndef is_open(fd):\n    try: os.fstat(fd)\n    except OSError: return False\n    return True\n"
        "result = [fd for fd in range(1000) if is_open(fd)]"
    )
    assert run_as("user", policy, {"look": code})["look"]["result"] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("reason", [errno.ENOSYS, errno.EPERM])  # an old kernel; an old container runtime
def test_descriptors_are_closed_one_by_one_where_the_call_for_it_is_not_there(
    monkeypatch: pytest.MonkeyPatch, reason: int
) -> None:
    def refuse(number: int, *arguments: int) -> int:
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr(confine, "syscall", refuse)
    null = os.open(os.devnull, os.O_RDONLY)
    confine.close_range(null, null)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(null)


@pytest.mark.parametrize("profile", ["allow", "deny"])
@pytest.mark.parametrize("user", ["user", "root"])
@pytest.mark.parametrize("work", WORK)
def test_right_answers_are_not_in_the_way(user: str, work: str, profile: str) -> None:
    answer = everything(user, profile)[work]
    assert succeeded(answer), answer


@pytest.mark.parametrize("user", ["user", "root"])
def test_report_says_what_was_reached(user: str) -> None:
    report = everything(user, "allow")["linear algebra"]["report"]
    assert report["level"] == "kernel"
    assert {f"landlock-{landlock.abi_version()}", "seccomp-allow", "rlimits", "no-new-privs"} <= set(report["features"])
    assert ("uid" in report["features"]) == (user == "root")
    assert report["failed"] == {}
    assert [name for name, is_blocked in report["blocked"].items() if not is_blocked] == ["stat hidden files"]


@pytest.mark.parametrize("layers", [("landlock",), ("seccomp",), ("rlimits",)])
def test_report_tells_a_missing_layer(layers: tuple[str, ...]) -> None:
    report = run_as("user", {"level": "auto", "without": layers}, {"nothing": ""})["nothing"]["report"]
    assert report["level"] == "process"
    assert layers[0] in report["failed"]["self-test"]


def test_probes_see_what_a_missing_layer_opens() -> None:
    policies: dict[str, tuple[str, ...]] = {"landlock": ("landlock",), "seccomp": ("seccomp", "rlimits")}
    for expected, layers in policies.items():
        report = run_as("user", {"level": "auto", "without": layers}, {"nothing": ""})["nothing"]["report"]
        still_open = {name for name, is_blocked in report["blocked"].items() if not is_blocked}
        if expected == "landlock":
            assert {"read /etc/passwd", "list home folders", "read /proc"} <= still_open
        else:
            assert {
                "start a process",
                "open a socket",
                "change a file's mode",
                "allocate outside the limits",
            } <= still_open


@pytest.mark.parametrize("layer", ["landlock", "seccomp", "rlimits"])
def test_kernel_level_refuses_when_a_layer_is_left_out(layer: str) -> None:
    answer = run_as("user", KERNEL | {"without": [layer]}, {"nothing": "result = 'ran'"})["nothing"]
    assert (answer["error"], answer["step"]) == ("ConfinementError", "self-test")
    assert "result" not in answer


@pytest.mark.parametrize("user", ["user", "root"])
def test_a_step_that_fails_stops_the_run(user: str) -> None:
    answer = run_as(user, KERNEL | {"readable": ["/nonexistent/folder"]}, {"nothing": "result = 'ran'"})["nothing"]
    assert (answer["error"], answer["step"]) == ("ConfinementError", "landlock")
    assert "/nonexistent/folder" in answer["text"]
    assert "result" not in answer


def test_auto_goes_on_without_a_step_and_says_so() -> None:
    answer = run_as("user", {"level": "auto", "readable": ["/nonexistent/folder"]}, {"nothing": "result = 'ran'"})[
        "nothing"
    ]
    assert answer["result"] == "ran"
    assert answer["report"]["level"] == "process"
    assert "/nonexistent/folder" in answer["report"]["failed"]["landlock"]
    assert "seccomp-allow" in answer["report"]["features"]


def test_user_change_that_is_not_permitted_stops_the_run() -> None:
    answer = run_as("user", KERNEL | {"uid": USER + 1}, {"nothing": ""})["nothing"]
    assert (answer["error"], answer["step"]) == ("ConfinementError", "uid")


def test_no_new_privs_is_what_lets_a_user_have_landlock_and_seccomp() -> None:
    answer = run_as("user", KERNEL | {"without": ["no-new-privs"]}, {"nothing": ""}, prepare=False)["nothing"]
    assert (answer["error"], answer["step"]) == ("ConfinementError", "landlock")


def test_process_level_has_limits_only() -> None:
    programs = {"memory": ATTACKS["allocate beyond the limit"][0], "read": ATTACKS["read a file"][0]}
    answers = run_as("user", {"level": "process"}, programs)
    assert answers["memory"]["error"] == "MemoryError"
    assert succeeded(answers["read"])
    assert answers["read"]["report"]["level"] == "process"
    assert answers["read"]["report"]["failed"] == {}


NEEDS_WINDOWS_OR_NETWORK = {"tkinter", "_tkinter", "turtle", "nis"}
IMPORT_ALL = """
import contextlib, io, sys
def imports(without=("antigravity", "this", "idlelib", "__main__")):
    found = {}
    for name in sorted(sys.stdlib_module_names.difference(without)):
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                __import__(name)
        except Exception as error:
            found[name] = str(error)
    return found
"""


@pytest.mark.parametrize("in_bubblewrap", [False, True])
def test_what_the_standard_library_imports_outside_it_imports_in_a_worker(in_bubblewrap: bool) -> None:
    """Its extension modules need shared libraries, each of which a worker must be able to read."""
    code = f"import json, warnings; warnings.simplefilter('ignore')\n{IMPORT_ALL}\nprint(json.dumps(imports()))"
    outside = run_python("root" if os.getuid() == 0 else "user", code)
    with make_launcher(in_bubblewrap) as launcher:
        session = Session(launcher, Submission("work.py", IMPORT_ALL.encode()), "work", KERNEL, 20.0)
        session.load()
        student = Student(session, {"imports": Task("imports", 1, "imports", "hint", "1.1")})
        student._begin(CallSettings(30.0, repeat=False))
        refused = student.imports()
        session.close()
    assert {name: error for name, error in refused.items() if name not in {*outside, *NEEDS_WINDOWS_OR_NETWORK}} == {}


@pytest.mark.parametrize("policy", [{"level": "process"}, {"level": "auto", "without": ["landlock"]}])
@pytest.mark.parametrize("user", ["user", "root"])
def test_a_worker_that_landlock_does_not_confine_still_reads_the_standard_library(
    user: str, policy: dict[str, Any]
) -> None:
    """As root it becomes another user, who may not reach a Python in root's home."""
    imports = "import encodings.utf_8_sig, wave, numpy.polynomial, sqlite3"
    answer = run_as(user, policy, {"imports": imports})["imports"]
    assert succeeded(answer), answer


def test_other_threads_are_refused() -> None:
    code = "import _thread, time; _thread.start_new_thread(time.sleep, (5,)); result = door.confine(policy.Policy())"
    setup = "from grader.worker import confine as door, policy\n"
    policy = {"level": "process", "without": ["rlimits"]}
    report = run_as("user", policy, {"thread": f"{setup}{code}.to_dict()"})["thread"]["result"]
    assert "2 threads" in report["failed"]["single-thread"]


def test_cpu_limit_ends_the_worker_with_its_own_signal() -> None:
    loop = "import time\nwhile time.process_time() < 1.5: pass"
    assert run_as("user", KERNEL | {"cpu_seconds": 1}, {"loop": loop})["loop"]["status"] == -signal.SIGXCPU
    assert succeeded(run_as("user", {"cpu_seconds": 1, "without": ["rlimits"]}, {"loop": loop})["loop"])


def test_cpu_limit_cannot_be_ignored() -> None:
    loop = "import signal, time; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile time.process_time() < 4: pass"
    assert run_as("user", KERNEL | {"cpu_seconds": 1}, {"loop": loop})["loop"]["status"] == -signal.SIGKILL


def test_call_numbers_of_another_machine_kill() -> None:
    x32_getpid = SYSCALL + "libc.syscall(ctypes.c_long(0x40000000 | 39))"
    assert run_as("user", KERNEL, {"x32": x32_getpid})["x32"]["status"] == -signal.SIGSYS


def test_unknown_calls_do_not_exist() -> None:
    for number in (435, 437, 1000):  # clone3, openat2, one that no kernel has
        code = SYSCALL + f"answer = libc.syscall({number}, 0, 0)" + FAIL
        assert run_as("user", KERNEL, {"call": code})["call"]["errno"] == 38  # ENOSYS


DEATH = r"""
import json, os, signal, sys, time
task = json.load(sys.stdin)
sys.path[:0] = task["search_path"]
from grader.worker import confine as door, landlock, nursery, policy, seccomp
nursery.prepare_zygote()
reading, writing = os.pipe()
middle = os.fork()
if middle == 0:
    if os.fork() == 0:
        os.dup2(writing, 3)
        door.confine(policy.Policy(**task["policy"]))
        os.write(3, str(os.getpid()).encode())
    time.sleep(60)
    os._exit(0)
worker = int(os.read(reading, 9))
os.kill(middle, signal.SIGKILL)
os.waitpid(middle, 0)
deadline = time.monotonic() + task["patience"]
while not (ended := os.waitpid(worker, os.WNOHANG))[0] and time.monotonic() < deadline:
    time.sleep(0.005)
if ended[0]:
    print(json.dumps(os.waitstatus_to_exitcode(ended[1])))
else:
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    print(json.dumps("alive"))
"""


@pytest.mark.parametrize(("left_out", "expected"), [((), -signal.SIGKILL), (("death-signal",), "alive")])
@pytest.mark.parametrize("user", ["user", "root"])
def test_worker_ends_with_its_zygote(user: str, left_out: tuple[str, ...], expected: int | str) -> None:
    policy = {"uid": WORKER if user == "root" else None, "without": left_out}
    task = {"policy": policy, "search_path": SEARCH_PATH, "patience": 0.3 if left_out else 10}
    assert run_python(user, DEATH, task) == expected


IMPORT = f"import json, os, sys; sys.path[:0] = {SEARCH_PATH!r}\nfrom grader.worker import bubblewrap, claim, confine, landlock, nursery, probes, profile, seccomp\n"


@pytest.mark.parametrize("user", ["user", "root"])
def test_zygote_hides_its_memory_and_adopts_orphans(user: str) -> None:
    code = (
        "import ctypes; adopts = ctypes.c_int()\n"
        "nursery.prepare_zygote(); seccomp.prctl(37, ctypes.addressof(adopts))\n"  # PR_GET_CHILD_SUBREAPER
        "print(json.dumps([seccomp.prctl(3), adopts.value, seccomp.prctl(39)]))"  # PR_GET_DUMPABLE, PR_GET_NO_NEW_PRIVS
    )
    assert run_python(user, IMPORT + code) == [0, 1, 1]


def test_profile_falls_back_when_ordinary_work_needs_a_refused_call() -> None:
    code = (
        "found = [profile.pick_profile()]; profile.pick_profile.cache_clear()\n"
        "probes.ordinary_work = os.pipe\n"  # a call that only the deny profile lets through
        "print(json.dumps([*found, profile.pick_profile()]))"
    )
    assert run_python("root" if os.getuid() == 0 else "user", IMPORT + code) == ["allow", "deny"]


@pytest.mark.parametrize("user", ["user", "root"])
def test_bubblewrap_hides_what_landlock_cannot(user: str) -> None:
    code = "import numpy; print(json.dumps(bubblewrap.bubblewrap_works() and bubblewrap.bubblewrap_command([])))"
    wrapper = run_python(user, IMPORT + code)
    if not wrapper:
        pytest.skip("bubblewrap is not installed or may not work here")
    places = ["/etc/passwd", "/home", str(ROOT / "solutions"), pytest.__file__]
    answers = run_as(
        user, KERNEL, WORK | {"look": f"import os; result = [os.path.exists(p) for p in {places!r}]"}, wrapper=wrapper
    )
    assert answers["look"]["result"] == [False] * 4
    assert all(answers["look"]["report"]["blocked"].values())
    assert "bubblewrap" in answers["look"]["report"]["features"]
    assert [name for name in WORK if not succeeded(answers[name])] == []


@pytest.mark.skipif(os.getuid() != 0, reason="the tests do not run as root")
def test_zygote_in_bubblewrap_keeps_of_root_what_it_needs_to_change_users() -> None:
    if not bubblewrap_works():
        pytest.skip("bubblewrap is not installed or may not work here")
    wrapper = bubblewrap_command([])
    answer = run_as("root", KERNEL, {"who": "import os; result = os.getresuid()"}, wrapper=wrapper)["who"]
    assert answer["result"] == [WORKER] * 3


def test_readable_paths_name_numpy_and_not_the_packages_beside_it() -> None:
    paths = landlock.readable_paths()
    site_packages = Path(numpy.__file__).parents[1]
    assert str(site_packages / "numpy") in paths
    readable = tuple(f"{path}/" for path in paths)
    beside_the_standard_library = list(Path(os.__file__).parent.glob("*-packages"))
    ours = [ROOT / "grader" / "student", ROOT / "solutions"]
    for hidden in (site_packages, Path(pytest.__file__), *beside_the_standard_library, *ours):
        assert not f"{hidden}/".startswith(readable), hidden
    for needed in (json.__file__, landlock.__file__, str(ROOT / "grader" / "wire.py")):
        assert f"{needed}/".startswith(readable), needed


def test_ruleset_asks_for_everything_that_a_version_of_landlock_can_handle() -> None:
    sizes = {1: 8, 2: 8, 3: 8, 4: 16, 5: 16, 6: 24, 7: 24, 12: 24}
    assert {abi: len(landlock.ruleset_attributes(abi)) for abi in sizes} == sizes
    assert landlock.ruleset_attributes(4)[:8] == (0x7FFF).to_bytes(8, sys.byteorder)


def test_policy_is_plain_data() -> None:
    policy = Policy(level="kernel", readable=("/usr",), without=("uid",))
    assert Policy(**json.loads(json.dumps(dataclasses.asdict(policy)))).level == "kernel"


@pytest.mark.skipif(os.getuid() != 0, reason="only root's workers become another user")
def test_no_two_zygotes_have_the_same_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 478 * 2 - 1)  # the last id first
    claims = [claim_user() for _ in range(5)]
    try:
        uids = [claim[0] for claim in claims if claim is not None]
        assert len(set(uids)) == 5
        assert all(FIRST_UID <= uid <= LAST_UID for uid in uids)
    finally:
        for claim in claims:
            if claim is not None:
                claim[1].close()
    again = claim_user()
    assert again is not None
    again[1].close()
    assert again[0] == uids[0]


@pytest.mark.skipif(os.getuid() != 0, reason="only root's workers become another user")
def test_a_zygote_holds_its_claim_as_long_as_it_lives() -> None:
    def claimed(uid: int) -> bool:
        return f"@micrograde worker {uid}\n" in Path("/proc/net/unix").read_text(encoding="utf-8")

    with make_launcher() as one, make_launcher() as other:
        uids = []
        for launcher in (one, other):
            session = Session(launcher, Submission("who.py", b"import os; print(os.getuid())"), "who", KERNEL, 10.0)
            session.load()
            uids.append(int(session.printed()))
            session.close()
        assert uids[0] != uids[1]
        assert all(map(claimed, uids))
    assert not any(map(claimed, uids))


LOW_CLAIM = """
import json, sys
from pathlib import Path
from grader.worker.claim import claim_user
held = claim_user()
from grader.student import forked
from grader.student.session import Session
from grader.submission import Submission
forked.claim_user = lambda: held
uid, number = held[0], held[1].fileno()
with forked.Zygote() as launcher:
    session = Session(launcher, Submission("who.py", b"import os; print(os.getuid(), os.read(0, 1))"), "who", {}, 10.0)
    session.load()
    is_held = f"@micrograde worker {uid}\\n" in Path("/proc/net/unix").read_text()
    print(json.dumps([number, is_held, session.printed() == f"{uid} b''\\n"]))
    session.close()
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root's workers become another user")
def test_a_zygote_holds_its_claim_where_its_workers_have_their_pipe() -> None:
    """In a small program the claim's descriptor has the number that a worker's pipe gets."""
    ran = subprocess.run([sys.executable, "-c", LOW_CLAIM], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == [3, True, True]


def test_a_user_without_root_claims_nothing() -> None:
    if os.getuid() != 0:
        assert claim_user() is None
    assert run_python("user", IMPORT + "print(json.dumps(claim.claim_user()))") is None


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_get_limits_and_say_what_they_lack(system: str) -> None:
    """Not a test of those systems: their branches, taken here, with the job object of Windows left out."""
    code = (
        f"import json, os, sys; sys.path[:0] = {SEARCH_PATH!r}; sys.platform = {system!r}\n"
        "import resource; from grader.worker import confine, limits, policy; limits.limit_by_job = lambda *_: None\n"
        "reports = [confine.confine(policy.Policy(level=level)).to_dict() for level in ('process', 'auto')]\n"
        "print(json.dumps(reports))"
    )
    for report, fails in zip(run_python("user", code), ([], ["kernel"]), strict=True):
        assert report["level"] == "process"
        assert {"session", "closed-fds", "rlimits"} <= set(report["features"])
        assert list(report["failed"]) == fails


def test_windows_job_allows_one_process() -> None:
    limits = job_limits(512 << 20, 20)
    assert limits.BasicLimitInformation.ActiveProcessLimit == 1
    assert limits.ProcessMemoryLimit == limits.JobMemoryLimit == 512 << 20
