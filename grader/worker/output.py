"""What the student's code prints: kept in a file that the grader reads even when the process is gone."""

from __future__ import annotations

import io
import os

KEPT_PER_CALL = 64 * 1024  # bytes; a chatty program is no error, the rest is dropped silently


class CappedOutput(io.TextIOBase):
    """A text stream to a file descriptor that goes quiet after KEPT_PER_CALL bytes."""

    encoding = "utf-8"

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.left = KEPT_PER_CALL

    def writable(self) -> bool:
        """Return True: it can be printed to."""
        return True

    def fileno(self) -> int:
        """Return the descriptor that C code would print to."""
        return self.fd

    def write(self, text: str) -> int:
        """Write as much of text as still fits and say that all was written."""
        if self.left > 0:
            data = str(text).encode("utf-8", "backslashreplace")[: self.left]
            self.left -= len(data)
            try:
                os.write(self.fd, data)
            except OSError:
                self.left = 0
        return len(text)
