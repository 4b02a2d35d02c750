"""Text as it is shown in a terminal, a file, a page: what comes from the student's side, and numbers of things."""

import re

LONGEST_MESSAGE = 1024
"""Bytes of a text, unless another limit is given."""

_ESCAPES = re.compile(
    r"(?:\x1b\]|\x9d|\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, SOS, PM, APC
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours and cursor
    r"|\x1b[ -/]*[0-~]?"  # other escape sequences
)
_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls but tab and newline
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # bidirectional, zero-width
    "\U000e0000-\U000e0fff]"  # tags, which can carry hidden text
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_CUT = " … (cut)"


def count_of(number: int, noun: str) -> str:
    """Return ``1 file`` or ``3 files``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def clean_text(text: str, limit: int = LONGEST_MESSAGE) -> str:
    r"""Return text from the student's side as it may be shown: nothing in it acts on a terminal or hides what it says.

    Escape sequences, control, bidirectional and invisible characters are dropped, lone surrogates become ``\ufffd``,
    line ends become ``\n``. More than ``limit`` bytes of UTF-8 are cut, with a mark that fits into the limit.
    """
    shorter = text[: 16 * limit]  # bounds the work; what escape sequences hide beyond that is lost
    plain = _UNSEEN.sub("", _LINE_ENDS.sub("\n", _ESCAPES.sub("", shorter)))
    data = _SURROGATES.sub("\ufffd", plain).encode()
    if len(data) <= limit and len(shorter) == len(text):
        return data.decode()
    room = max(0, limit - len(_CUT.encode()))
    return (data[:room].decode(errors="ignore") + _CUT).encode()[:limit].decode(errors="ignore")
