"""What hostile programs are let near, to see whether they touch it: files, sockets, words in memory, the grader itself."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import secrets
import shutil
import signal
import socket
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

SHARED_FOLDER = Path("/dev/shm")
PUBLIC_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")
SIGNALS = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP, signal.SIGTERM, signal.SIGIO)
CANARY_TEXT = "alive\n"
SEGMENT_BYTES = 1 << 20  # of a shared memory segment of a program's
IPC_CREAT, IPC_RMID = 0o1000, 0


class Traps:
    """Everything that is planted for a run of many programs, and the fresh folder that each of them gets.

    All of it is found again by the name of one folder, so that what a lane that was killed has planted can be taken away.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or new_root()
        self.mark = self.root.name
        self.secret = f"planted-{secrets.token_hex(16)}"
        self.memory = ctypes.create_string_buffer(self.secret.encode())
        self.signals = 0
        self.stack = contextlib.ExitStack()
        self.root.chmod(0o755)
        self.stack.callback(take_away, self.root)
        os.environ["MICROGRADE_PLANTED"] = self.secret
        self.shared = SHARED_FOLDER / self.mark
        self.segment = segment_of(self.root)
        self.tcp = self.listen(socket.create_server(("127.0.0.1", 0)))
        self.port: int = self.tcp.getsockname()[1]
        self.udp = self.stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.udp.bind(("127.0.0.1", self.port))
        self.udp.setblocking(False)
        self.sockets = [self.tcp]
        for address in (f"\0{self.mark}", str(self.root / "socket")):
            unix = socket.socket(socket.AF_UNIX)
            unix.bind(address)
            unix.listen()
            self.sockets.append(self.listen(unix))
        os.chmod(self.root / "socket", 0o777)
        self.plant_shared_memory()
        for number in SIGNALS:
            signal.signal(number, self.count_signal)
        self.state = own_state()
        self.arena = self.root

    def listen(self, server: socket.socket) -> socket.socket:
        """Return a listening socket that waits for nobody."""
        self.stack.enter_context(server)
        server.setblocking(False)
        return server

    def plant_shared_memory(self) -> None:
        """Put the secret where any process of any user may read it."""
        if not self.shared.parent.is_dir():
            return
        self.shared.write_text(self.secret, encoding="ascii")
        libc = ctypes.CDLL(None, use_errno=True)
        libc.shmat.restype = ctypes.c_void_p
        identifier = libc.shmget(self.segment, 64, IPC_CREAT | 0o666)
        if identifier >= 0:
            at = libc.shmat(identifier, None, 0)
            ctypes.memmove(at, self.secret.encode(), len(self.secret))

    def count_signal(self, number: int, frame: FrameType | None) -> None:
        """Count one."""
        self.signals += 1

    def close(self) -> None:
        """Take everything away."""
        self.stack.close()

    def set_up(self, number: int) -> Path:
        """Make a fresh folder for one program and return where its submission belongs."""
        self.signals = 0
        self.arena = self.root / str(number)
        self.arena.mkdir()
        self.arena.chmod(0o777)
        self.canary.write_text(CANARY_TEXT, encoding="ascii")
        self.canary.chmod(0o666)
        other = self.arena / "other"
        other.mkdir()
        (other / "target.py").write_text(f"SECRET = {self.secret!r}\n", encoding="ascii")
        os.link(self.root / "socket", self.arena / "socket")
        self.before = listing(self.arena)
        work = self.root / f"{number}-submission"
        work.mkdir()
        return work / "target.py"

    @property
    def canary(self) -> Path:
        """The file that everyone may write and nobody should."""
        return self.arena / "canary.txt"

    def names(self) -> dict[str, Any]:
        """Return what a program is told of where things are."""
        return {
            "ARENA": str(self.arena), "CANARY": str(self.canary), "OTHER": str(self.arena / "other" / "target.py"), "PORT": self.port,
            "GRADER": os.getpid(), "MARK": self.mark, "SHM": self.segment, "PLANTED_AT": ctypes.addressof(self.memory),
        }  # fmt: skip

    def sprung(self) -> Iterator[str]:
        """Yield what was touched, changed or left behind since set_up()."""
        if self.canary.read_text(encoding="ascii", errors="replace") != CANARY_TEXT:
            yield "wrote the canary file"
        after = listing(self.arena)
        if after != self.before:
            yield f"changed files: {sorted(set(after.items()) ^ set(self.before.items()))}"
        for folder in {*PUBLIC_FOLDERS, os.getcwd(), os.path.expanduser("~")}:
            with contextlib.suppress(OSError):
                for name in os.listdir(folder):
                    if self.mark in name and name != self.mark:
                        yield f"left {folder}/{name}"
                        os.unlink(os.path.join(folder, name))  # or the next program would be blamed for it
        for server in self.sockets:
            came = 0
            with contextlib.suppress(BlockingIOError):
                while True:  # the next program would be blamed for a second one
                    server.accept()[0].close()
                    came += 1
            if came:
                yield f"connected to {server.getsockname()!r}"
        with contextlib.suppress(BlockingIOError):
            yield f"sent {self.udp.recv(100)!r}"
        for identifier in segments_of_programs():
            yield f"left the shared memory segment {identifier}"
        if self.signals:
            yield f"sent the grader {self.signals} signals"
        if own_state() != self.state:
            yield "changed the grader's priority, processors or limits"


def new_root() -> Path:
    """Return a new folder to plant in."""
    return Path(tempfile.mkdtemp(prefix="micrograde-selftest-"))


def segment_of(root: Path) -> int:
    """Return the key of the shared memory segment that belongs to a folder."""
    return zlib.crc32(root.name.encode()) >> 1 or 1


def take_away(root: Path) -> None:
    """Take away a folder with everything that was planted under its name."""
    shutil.rmtree(root, ignore_errors=True)
    (SHARED_FOLDER / root.name).unlink(missing_ok=True)
    libc = ctypes.CDLL(None, use_errno=True)
    if (identifier := libc.shmget(segment_of(root), 0, 0)) >= 0:
        libc.shmctl(identifier, IPC_RMID, None)


def listing(folder: Path) -> dict[str, tuple[int, ...]]:
    """Return mode, size, owner and time of change of everything beneath a folder."""
    found: dict[str, tuple[int, ...]] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        modified = 0 if path.is_dir() else status.st_mtime_ns
        found[str(path.relative_to(folder))] = (status.st_mode, status.st_size, status.st_uid, modified)
    return found


def own_state() -> tuple[Any, ...]:
    """Return what another process could change of this one."""
    limits = [resource.getrlimit(kind)[1] for kind in (resource.RLIMIT_CPU, resource.RLIMIT_NOFILE)]
    return os.getpriority(os.PRIO_PROCESS, 0), sorted(os.sched_getaffinity(0)), limits


def segments_of_programs() -> list[str]:
    """Return the System V shared memory segments of the size that the programs ask for."""
    try:
        lines = Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return []
    return [line.split()[1] for line in lines if int(line.split()[3]) == SEGMENT_BYTES]


def descendants(pid: int) -> set[int]:
    """Return the processes that descend from one, itself included."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                parent = int(Path("/proc", entry, "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry))
    found, waiting = {pid}, [pid]
    while waiting:
        new = children.get(waiting.pop(), [])
        found.update(new)
        waiting += new
    return found
