"""Takes one layer of the sandbox out at a time and writes down which hostile programs then get through.

    python tools/measure_layers.py [--layer LAYER ...] [--write]

The programs that ask anything of the system (not those that only return, say or sleep) run inside an outer jail that
does not depend on the layer: bubblewrap with a read-only root, a pid, mount and network namespace of its own and small
file systems in memory, as an unprivileged user or, for the layers that are root's, as root mapped to users without
rights. Run as root, which is what sets the two up; what cannot be set up is written down as not measured.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "sandbox.md"
USER = 60900
FIRST_MAPPED, MAPPED = 1_000_000, 65_536
SEARCH_PATH = [str(ROOT), str(Path(numpy.__file__).parents[1])]
NOTHING = "nothing"
AS_USER = (NOTHING, "landlock", "seccomp", "rlimits", "landlock+seccomp", "closed-fds", "no-new-privs")
AS_ROOT = (NOTHING, "uid", "no-capabilities", "uid+no-capabilities")
WHAT = {
    "landlock": "Landlock: reads only Python, NumPy and the worker; writes, connects to and signals nothing",
    "seccomp": "seccomp: no call that starts, opens, sends, signals or changes anything",
    "rlimits": "limits: memory, CPU seconds, output, open files, no process",
    "closed-fds": "every descriptor closed but the worker's own",
    "no-new-privs": "no program gives rights back",
    "uid": "a user of its own (where the grader is root)",
    "no-capabilities": "none of root's powers",
    "landlock+seccomp": "both",
    "uid+no-capabilities": "both",
}
INSIDE = """
import json, signal, sys
from grader.selftest import read_programs, run_programs
for number in (signal.SIGUSR1, signal.SIGHUP, signal.SIGTERM):  # a program may send them to every process there is
    signal.signal(number, signal.SIG_IGN)
out = [name for name in sys.argv[1].split("+") if name != "nothing"]
policy = {"level": "auto", "without": out}
if "rlimits" in out:
    policy["memory_bytes"] = 512 << 20
programs = [p for p in read_programs() if p.kind in ("reading", "exhausting", "leaving", "forging") and p.at_most < 100]
outcomes = list(run_programs(programs, policy, in_bubblewrap=False, lanes=3))
taken_along = [p for p in programs for o in outcomes if o.name == p.name and o.problems]
for p in taken_along:  # one that ends what starts workers takes others with it: each that failed is tried alone
    outcomes = [o for o in outcomes if o.name != p.name] + list(run_programs([p], policy, in_bubblewrap=False, lanes=1))
print(json.dumps({o.name: o.problems for o in outcomes}))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layer", action="append", help="only these, each against nothing taken out")
    parser.add_argument("--write", action="store_true", help="write the table into docs/sandbox.md")
    options = parser.parse_args()
    rows = []
    for who, layers in (("user", AS_USER), ("root", AS_ROOT)):
        baseline = None
        for layer in layers:
            if wanted(layer, options.layer):
                outcomes = measure(who, layer)
                baseline = outcomes if layer == NOTHING else baseline
                rows.append(row(who, layer, outcomes, baseline))
                print(rows[-1], flush=True)
    if options.write:
        write_table(rows)
    return 0


def wanted(layer: str, chosen: list[str] | None) -> bool:
    """Return whether a layer is to be taken out."""
    return not chosen or layer == NOTHING or layer in chosen


def measure(who: str, layer: str) -> dict[str, list[str]] | None:
    """Return each program's problems without a layer, None if that could not be tried."""
    python = "/usr/bin/python3"
    command = [*jail(), python, "-P", "-c", INSIDE, layer]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=1800, check=False, stdin=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(SEARCH_PATH), "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
            preexec_fn=become_user if who == "user" else become_mapped_root,
        )  # fmt: skip
        outcomes: dict[str, list[str]] = json.loads(done.stdout)
        return outcomes
    except json.JSONDecodeError:
        why = done.stderr[-1000:] or f"exit status {done.returncode}"
    except (OSError, subprocess.SubprocessError) as error:
        why = str(error)
    print(f"not measured: {who}, {layer}: {why}", file=sys.stderr)
    return None


def jail() -> list[str]:
    """Return the command that everything runs in."""
    return [
        shutil.which("prlimit") or "prlimit", "--nproc=200", "--as=8589934592", "--core=0", "--nofile=4096", "--",
        shutil.which("bwrap") or "bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--die-with-parent",
        "--new-session", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--size", "67108864", "--tmpfs", "/dev/shm",
        "--size", "67108864", "--tmpfs", "/tmp", "--size", "1048576", "--tmpfs", "/var/tmp", "--chdir", "/", "--",
    ]  # fmt: skip


def become_user() -> None:
    """Become a user without rights."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(USER, USER, USER)
        os.setresuid(USER, USER, USER)


def become_mapped_root() -> None:
    """Become root of a user namespace whose users are nobody outside; another process writes the map."""
    reading, writing = os.pipe()
    done_reading, done_writing = os.pipe()
    child = os.getpid()
    if os.fork() == 0:  # outside the namespace
        status = 1
        try:
            os.read(reading, 1)
            for name in ("uid_map", "gid_map"):
                Path(f"/proc/{child}/{name}").write_text(f"0 {FIRST_MAPPED} {MAPPED}\n", encoding="ascii")
            os.write(done_writing, b"x")
            status = 0
        finally:
            os._exit(status)
    os.close(done_writing)
    if ctypes.CDLL(None).unshare(0x10000000) != 0:  # CLONE_NEWUSER of linux/sched.h
        raise OSError("no user namespace")
    os.write(writing, b"x")
    if os.read(done_reading, 1) != b"x":
        raise OSError("the user namespace could not be mapped")
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)


def row(who: str, layer: str, outcomes: dict[str, list[str]] | None, baseline: dict[str, list[str]] | None) -> str:
    """Return one line of the table."""
    if outcomes is None or baseline is None:
        return f"| {layer} | {who} | not measured | |"
    if layer == NOTHING:
        failed = [name for name, problems in outcomes.items() if problems]
        return f"| {NOTHING} | {who} | {len(failed)} of {len(outcomes)} | {'; '.join(failed)} |"
    through = [name for name, problems in outcomes.items() if problems and not baseline[name]]
    shown = "; ".join(sorted(through)) or "second line: nothing gets through that another layer would not stop"
    return f"| {WHAT[layer]} (`{layer}`) | {who} | {len(through)} | {shown} |"


def write_table(rows: list[str]) -> None:
    """Put the rows between the marks in docs/sandbox.md."""
    head = "| taken out | the grader is | programs that get through | which |\n|---|---|---|---|\n"
    table = (
        f"<!-- layers: python tools/measure_layers.py --write -->\n{head}"
        + "\n".join(rows)
        + "\n<!-- end of layers -->"
    )
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(
        re.sub(r"<!-- layers:.*?<!-- end of layers -->", lambda _: table, text, flags=re.DOTALL), encoding="utf-8"
    )


if __name__ == "__main__":
    sys.exit(main())
