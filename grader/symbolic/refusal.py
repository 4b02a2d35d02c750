"""The one error of the formula reader."""

from __future__ import annotations


class FormulaRefused(ValueError):
    """A formula that is not read: the message says what was not understood and what to write instead."""
