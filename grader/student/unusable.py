"""What a submission returned that is no plain data: a check may hand it back, and fails where it computes with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader import wire
from grader.verdict import CheckFailed

USES = (
    "eq ne lt le gt ge hash bool len iter next getitem contains int float complex index abs round array "
    "add radd sub rsub mul rmul truediv rtruediv pow rpow neg pos floordiv rfloordiv mod rmod matmul rmatmul and or xor invert"
).split()
"""Special methods that a check could use without knowing. An object without them would be equal to nothing and true, which
passes ``f(1) != f(2)`` and ``if f(x)``, or break the check itself, which would be taken for the grader's fault."""


def _refusal(use: str) -> Callable[..., Any]:
    def refuse(self: Any, *operands: Any, **options: Any) -> Any:
        raise CheckFailed("WRONG_TYPE", f"your code gives {self.words()} where a value is expected")

    return refuse


class Unusable:
    """A value that fails the check which uses it."""

    def words(self) -> str:
        """Return what it is, as a student would say it."""
        raise NotImplementedError


for _use in USES:
    setattr(Unusable, f"__{_use}__", _refusal(_use))


class Unreadable(Unusable, wire.Foreign):
    """Something of which only a description crossed the pipe."""

    def words(self) -> str:
        """Return the description."""
        return self.description

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # NumPy asks for some and goes on without
            raise AttributeError(name)
        raise CheckFailed("WRONG_TYPE", f"your code gives {self.description} where an object is expected")
