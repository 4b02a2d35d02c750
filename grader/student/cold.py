"""Workers in processes of their own, which import NumPy each time: where a fork after that import is unsafe or unknown."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from typing import Any

from grader.student.connection import (
    CPU_SLICE,
    ENVIRONMENT,
    SEND_LIMIT,
    Deadline,
    DeadlineMissed,
    Launcher,
    WorkerGone,
    bootstrap,
    memory_file,
    site_folders,
)


class ColdLauncher(Launcher):
    """Starts a process of its own for every worker: where a fork after NumPy's import is unsafe (macOS) or unknown (Windows)."""

    def start(self, policy: dict[str, Any]) -> ColdWorker:
        """Return a new worker confined by policy."""
        return ColdWorker(policy)

    def start_ahead(self, policy: dict[str, Any]) -> None:
        """Nothing is started before it is needed."""

    def close(self) -> None:
        """Nothing is kept between workers."""


class ColdWorker:
    """One worker process of its own, spoken to over its standard input and output."""

    last_dump = ""

    def __init__(self, policy: dict[str, Any]) -> None:
        self.output = memory_file("output")
        environment = ENVIRONMENT | {"MICROGRADE_POLICY": json.dumps(policy)}
        if os.name == "nt":
            environment["SYSTEMROOT"] = os.environ.get("SYSTEMROOT", "")
        command = bootstrap("grader.worker.cold")
        if sys.platform == "darwin":
            from grader.worker.seatbelt import in_seatbelt

            command = in_seatbelt(command, site_folders())
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.output,
            env=environment,
        )
        self.parts: queue.Queue[bytes] = queue.Queue()
        self.rest = b""
        self.status: int | None = None
        self.pump = threading.Thread(target=self._pump, daemon=True)
        self.pump.start()

    def _pump(self) -> None:
        assert self.process.stdout is not None
        fd = self.process.stdout.fileno()
        part = b"more"
        while part:
            try:
                part = os.read(fd, 1 << 20)
            except OSError:
                part = b""
            self.parts.put(part)

    def send(self, data: bytes) -> None:
        """Write data whole; a worker that does not read has the pipe's buffer and then SEND_LIMIT seconds."""
        errors: list[Exception] = []
        writer = threading.Thread(target=self._write, args=(data, errors), daemon=True)
        writer.start()
        writer.join(SEND_LIMIT)
        if writer.is_alive():
            self.process.kill()  # the write ends with it
            writer.join(1)
            raise DeadlineMissed(f"{SEND_LIMIT:g} seconds")
        if errors:
            raise WorkerGone

    def _write(self, data: bytes, errors: list[Exception]) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except (OSError, ValueError) as error:
            errors.append(error)

    def read(self, size: int, deadline: Deadline) -> bytes:
        """Return exactly size bytes."""
        while len(self.rest) < size:
            if time.monotonic() > deadline.next_look:
                deadline.check(None)
            try:
                part = self.parts.get(timeout=CPU_SLICE)
            except queue.Empty:
                deadline.check(None)
                continue
            if not part:
                self.parts.put(b"")
                raise WorkerGone
            self.rest += part
        data, self.rest = self.rest[:size], self.rest[size:]
        return data

    def is_quiet(self) -> bool:
        """Return whether it is there and has sent nothing that was not read."""
        return self.parts.empty() and not self.rest

    def where(self) -> str:
        """Return "": there is no stack dump here."""
        return ""

    def kill(self) -> None:
        """End the worker."""
        self.process.kill()
        self.end()

    def end(self) -> int:
        """Return the status, in the form of os.wait, of a worker that hung up; one that does not go then is killed."""
        if self.status is None:
            with contextlib.suppress(OSError):
                assert self.process.stdin is not None
                self.process.stdin.close()
            try:
                code = self.process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                self.process.kill()
                code = self.process.wait()
            self.status = -code if code < 0 else code << 8
            self.pump.join(timeout=1)
            if self.process.stdout is not None and not self.pump.is_alive():
                self.process.stdout.close()
        return self.status
