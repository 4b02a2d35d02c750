"""Times as the gradebook keeps them: whole seconds since 1970, UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from grader.errors import UsageError


def now() -> int:
    """Return the present."""
    return int(time.time())


def seconds(text: str | None) -> int | None:
    """Return the second that an ISO 8601 time with an offset names; None stays None.

    Raises:
        UsageError: it is no such time, or says not which zone it is of.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{text!r} is no time; write one like 2026-11-20T23:59+01:00.") from None
    if moment.tzinfo is None:
        raise UsageError(f"{text!r} has no offset; write one like {text.strip()}+01:00, or {text.strip()}Z for UTC.")
    return int(moment.timestamp())


def iso(moment: int | None) -> str | None:
    """Return ``2026-11-20T22:59:00Z`` of a second; None stays None."""
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
