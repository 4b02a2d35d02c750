"""What the student's code prints: kept in a file that the grader reads even when the process is gone."""

from __future__ import annotations

import io
import os
from typing import Any

KEPT_PER_CALL = 64 * 1024  # bytes; a chatty program is no error, the rest is dropped silently


class CappedOutput(io.RawIOBase):
    """A file descriptor to print to that goes quiet after KEPT_PER_CALL bytes."""

    name = "<stdout>"

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.left = KEPT_PER_CALL

    def writable(self) -> bool:
        """Return True: it can be printed to."""
        return True

    def fileno(self) -> int:
        """Return the descriptor that C code would print to."""
        return self.fd

    def write(self, data: Any) -> int:
        """Write as much of data as still fits and say that all was written."""
        data = memoryview(data).cast("B")
        if self.left > 0:
            kept = data[: self.left]
            self.left -= len(kept)
            try:
                os.write(self.fd, kept)
            except OSError:
                self.left = 0
        return len(data)

    def close(self) -> None:
        """Stay open: a text stream around it may be thrown away, and would close it for all others."""


class Printed(io.TextIOWrapper):
    """sys.stdout and sys.stderr of a submission, which may set them to UTF-8 in every way that is seen on Windows."""

    def __init__(self, output: CappedOutput) -> None:
        super().__init__(output, encoding="utf-8", errors="backslashreplace", newline="\n", write_through=True)

    def detach(self) -> Any:
        """Return what is printed to, and go on printing to it: another call may still hold this stream."""
        return self.buffer
