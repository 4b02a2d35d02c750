"""Feeds the wire format bytes that nobody honest sends: anything but plain data or a WireError is a find.

    python tools/fuzz_wire.py --seconds 300

atheris (coverage-guided) is used where it is installed; otherwise trees are grown and honest blobs are damaged at
random. A find is printed as Python bytes; put it into tests/test_wire.py.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import struct
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from grader import wire
from grader.student.session import REPLIES

HANDLES = wire.Foreign("a handle")
SLOW = 1.0  # CPU seconds that one blob may take
PLAIN_TYPES = (type(None), bool, int, float, complex, str, bytes, wire.Foreign, np.random.Generator)
TAGS = "ltdanbpgxcfioks"
WORDS = (
    *sorted(wire.DTYPES), *REPLIES, "|O", ">f8", "nan", "inf", "0x1", "-0xff", "bit_generator", "PCG64", "PCG64DXSM", "MT19937",
    "state", "inc", "has_uint32", "uinteger", "", "\ud800", "value", "again", "warnings",
)  # fmt: skip
NUMBERS = (
    0, 1, 2, 3, 8, 63, 64, 65, 128, 192, -1, -64, 2**20, 2**31, 2**53, 2**63, 2**64, 2**200, 0.0, 1.5, -0.0, 1e308, True, None,
    2.0**61, 2.0**-61, 2.0**122,  # all with the hash of 1
)  # fmt: skip


def resolve(tag: str, fields: list[Any]) -> Any:
    """Stand in for what the ends of the pipe do with handles."""
    return HANDLES


def is_plain(value: Any) -> bool:
    """Return whether value is made of exact base types only."""
    if type(value) in (list, tuple):
        return all(map(is_plain, value))
    if type(value) is dict:
        return all(is_plain(k) and is_plain(v) for k, v in value.items())
    if type(value) is np.ndarray or isinstance(value, np.generic):
        return value.dtype.str in wire.DTYPES
    return type(value) in PLAIN_TYPES


def read_hostile_blob(data: bytes) -> None:
    """Read data; raise AssertionError unless it is plain data that can be sent on, or a WireError, quickly."""
    started = time.process_time()
    try:
        value = wire.loads(data, resolve)
    except wire.WireError:
        pass
    else:
        assert is_plain(value), f"not plain: {value!r:.200}"
        try:
            wire.dumps(value)
        except wire.WireError:
            pass
        if isinstance(value, np.random.Generator):
            value.normal()
    assert time.process_time() - started < SLOW, "slow"


def mutated(data: bytes, source: random.Random) -> bytes:
    """Return data with some bytes changed, cut, repeated or swapped, its header length mostly kept true."""
    size = struct.unpack_from("<I", data)[0]
    header, body = bytearray(data[4 : 4 + size]), bytearray(data[4 + size :])
    for _ in range(source.randint(1, 4)):
        part = header if source.random() < 0.8 or not body else body
        at = source.randrange(len(part) + 1)
        match source.randrange(5):
            case 0:
                part[at : at + 1] = bytes([source.randrange(256)])
            case 1:
                part[at : at + source.randrange(8)] = b""
            case 2:
                part[at:at] = part[at : at + source.randrange(40)]
            case 3:
                part[at : at + source.randrange(3)] = str(source.choice(NUMBERS)).encode()
            case _:
                part[at:at] = source.choice([b"[", b"]", b",", b'"', b"-", b"9", b"e", b"\\ud800", b'["l",', b'["g",'])
    told = len(header) if source.random() < 0.95 else source.randrange(2**32)
    return struct.pack("<I", told) + bytes(header) + bytes(body)


def tree(source: random.Random, depth: int = 0) -> Any:
    """Return a tree that looks like the format's, with fields of every wrong kind."""
    roll = source.random()
    if depth > 6 or roll < 0.25:
        return source.choice(NUMBERS if source.random() < 0.5 else WORDS)
    if roll < 0.45:
        return honest_tag(source)
    fields = [tree(source, depth + 1) for _ in range(source.randrange(5))]
    return [source.choice(TAGS), *fields] if roll < 0.9 else fields


def honest_tag(source: random.Random) -> Any:
    """Return a tag with fields of the right types, mostly."""
    dtype, offset = source.choice(sorted(wire.DTYPES)), source.choice([0, 0, 64, 128, 64 * source.randrange(8)])
    shape = [source.choice([0, 1, 2, 3, 2**16, 2**31 - 1]) for _ in range(source.randrange(5))]
    state = ["d", ["bit_generator", source.choice(WORDS)], ["state", ["d", ["state", source.choice(NUMBERS)], ["inc", source.choice(NUMBERS)]]],
             ["has_uint32", source.choice(NUMBERS)], ["uinteger", source.choice(NUMBERS)]]  # fmt: skip
    return source.choice([
        ["a", dtype, shape, offset], ["n", dtype, offset], ["b", offset, source.choice([0, 1, 64, 100])], ["g", state],
        ["p", source.choice("lt"), source.choice(["<f8", "<i8"]), offset, source.choice([0, 4, 5, 2**20])],
        ["i", hex(source.choice([1, -5, 2**64, 2**1023]))], ["f", source.choice(["nan", "inf", "-inf"])], ["c", 1.0, ["f", "nan"]],
    ])  # fmt: skip


def grown(source: random.Random) -> bytes:
    """Return a blob with a random tree and body."""
    header = json.dumps(tree(source)).encode()
    return struct.pack("<I", len(header)) + header + source.randbytes(64 * source.randrange(9))


HONEST: list[Any] = [
    None, 1, 2**70, 1.5, 1j, "x", b"xyz", [1, 2.0, "a"], (1, [2]), {"a": 1, (1, 2): None}, np.zeros((2, 3)), np.float32(2), [0.5] * 9,
    np.random.default_rng(1), ("value", {"value": np.ones(3), "warnings": [("x", 3)], "changed": None}),
    ("raised", {"type": "ValueError", "bases": ["ValueError"], "message": "m", "lines": [1, 2], "exit": False}),
]  # fmt: skip


def fuzz(seconds: float, seed: int) -> int:
    """Try blobs for some seconds; print and count the finds."""
    source = random.Random(seed)
    honest = [wire.dumps(value) for value in HONEST]
    end, tried, finds = time.monotonic() + seconds, 0, 0
    while time.monotonic() < end:
        data = grown(source) if source.random() < 0.5 else mutated(source.choice(honest), source)
        tried += 1
        try:
            read_hostile_blob(data)
        except Exception as error:
            finds += 1
            print(f"{type(error).__name__}: {error}\n  {data!r:.2000}")
    print(f"seed {seed}: {tried} blobs, {finds} finds")
    return finds


def fuzz_with_atheris(seconds: float) -> None:
    """Hand over to libFuzzer, which begins with honest blobs and ends the process with its own report."""
    import atheris

    atheris.instrument_all()
    with tempfile.TemporaryDirectory() as folder:
        for i, value in enumerate(HONEST):
            Path(folder, str(i)).write_bytes(wire.dumps(value))
        atheris.Setup([sys.argv[0], f"-max_total_time={int(seconds)}", folder], read_hostile_blob)
        atheris.Fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    arguments = parser.parse_args()
    if importlib.util.find_spec("atheris"):
        fuzz_with_atheris(arguments.seconds)
    return 1 if fuzz(arguments.seconds, arguments.seed) else 0


if __name__ == "__main__":
    sys.exit(main())
