"""Names from outside: shown so that they cannot deceive, compared as people would, and taken apart with care."""

from __future__ import annotations

import re
import unicodedata

from grader.workspace import JUNK

LONGEST_PART = 200
"""Bytes of one part of a path; file systems take 255, and a student's folder adds to it."""

_JUNK_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_JOINERS = "\u200c\u200d"  # part of correct spelling in Persian and in Indian scripts
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


class UnsafeName(Exception):
    """A path in an archive that must not be followed; the text says why."""


def readable(text: str) -> str:
    r"""Return a name as people may see it: NFC, with what is invisible or turns the line around written ``\u202e``.

    Different names stay different, so it also serves as an id.
    """
    text = unicodedata.normalize("NFC", text)
    first = len(text) - len(text.lstrip())
    last = len(text.rstrip())
    shown = "".join(c if first <= n < last and not _is_hidden(c) else _escape(c) for n, c in enumerate(text))
    if shown == text:
        return text  # no second copy of the many names that are readable as they are
    return unicodedata.normalize("NFC", shown)  # a mark after an escaped character joins the escape's last letter


def _is_hidden(c: str) -> bool:
    return c == "\\" or (unicodedata.category(c) in _HIDDEN and c not in _JOINERS)


def _escape(c: str) -> str:
    code = ord(c)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, as Python keeps it in file names
        return f"\\x{code - 0xDC00:02x}"
    if c == "\\":
        return "\\\\"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def key(text: str) -> str:
    """Return what two spellings of one name have in common: NFC and casefold."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).casefold())


def is_junk(parts: tuple[str, ...]) -> bool:
    """Return whether a program left this file behind, or it lies in a folder of such files."""
    in_junk = any(part in JUNK or part.startswith("._") for part in parts)
    return in_junk or parts[-1].casefold() in _JUNK_FILES


def safe_parts(path: str) -> tuple[str, ...]:
    r"""Return the parts of a path inside an archive, NFC; a backslash parts them as well, as in some Windows zips.

    Raises:
        UnsafeName: it is absolute, climbs out, hides control characters, is too long or names nothing.
    """
    if any(unicodedata.category(c) == "Cc" for c in path):
        raise UnsafeName("its name holds control characters")
    path = unicodedata.normalize("NFC", path).replace("\\", "/")
    if path.startswith("/"):
        raise UnsafeName("its name is absolute")
    if re.match(r"[A-Za-z]:", path):
        raise UnsafeName("its name begins with a drive")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if ".." in parts:
        raise UnsafeName("its name climbs out of the archive with ..")
    if not parts:
        raise UnsafeName("it has no name")
    if any(len(part.encode("utf-8", "surrogateescape")) > LONGEST_PART for part in parts):
        raise UnsafeName(f"a part of its name is longer than {LONGEST_PART} bytes")
    return parts
