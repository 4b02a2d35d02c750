"""What an author does to the tiny chapter, and what the audit says of it."""

from __future__ import annotations

import json
from typing import Any

from grader.course import Chapter, load_course
from tests.conftest import Checkout


def chapter_of(checkout: Checkout) -> Chapter:
    """Return the tiny chapter of a checkout."""
    return load_course(checkout.root / "solutions").chapters[0]


def edit(checkout: Checkout, name: str, old: str, new: str) -> None:
    """Replace text in a file of the tiny chapter."""
    path = checkout.root / "solutions" / "chapter01_tiny" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def audited(checkout: Checkout, *options: str) -> dict[str, Any]:
    """Return the audit of a checkout's chapter as the command prints it."""
    done = checkout.grade("course", "check", "tiny", "--json", *options, timeout=120)
    assert done.status in (0, 1), done.err
    audit: dict[str, Any] = json.loads(done.out)["chapters"][0]
    assert done.status == bool(audit["findings"])
    return audit


def said(checkout: Checkout) -> str:
    """Return all findings as one text."""
    return "\n".join(audited(checkout)["findings"])
