"""Values to bytes and back: plain data only, never code, with limits on everything that is read.

A blob is ``header length · JSON tree · raw array bytes``; a frame is a blob with a magic word and a sequence number before it.
The tree holds None, bool, int, float and str as themselves and everything else as a tagged list. What is not plain data (a
student's object, a function) is turned into a tag by the caller's ``spill`` and back by its ``resolve``.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Node = Any
Spill = Callable[[Any], Node]
Resolve = Callable[[str, list[Any]], Any]

MAX_HEADER = 256 * 1024  # bytes; 4 MiB of empty maps cost 307 MB and 3.6 s to parse
MAX_BODY = 64 * 1024 * 1024  # bytes of array data in one frame
MAX_DEPTH = 32
MAX_NODES = 100_000
MAX_INT_BITS = 1024  # str() of a longer one can raise
MAX_KEY_INT = 2**31  # keys equal modulo 2**61 - 1 make a dict quadratic
MAX_ODD_KEYS = 1000  # floats and tuples in all dicts of one blob: thousands with one hash can be had (2.0**(61*k))
MAX_NDIM = 16
MAX_PACKED = 1_000_000  # numbers in all packed lists of one blob: a list needs four times the bytes that cross
DTYPES = {name: int(name[2:]) for name in "|b1 |i1 |u1 <i2 <u2 <i4 <u4 <i8 <u8 <f2 <f4 <f8 <c8 <c16".split()}  # bytes
PACKED = {float: "<f8", np.float64: "<f8", int: "<i8"}
PACK_FROM = 4  # a list of this many plain numbers or more crosses as one buffer
EXTERNAL_TAGS = frozenset("oks")  # object, callback, the student's own function: the ends of the pipe give them meaning
BIT_GENERATORS = frozenset({"PCG64", "PCG64DXSM"})  # the others believe a position in their state and read outside it

_FRAME = struct.Struct("<4sIQ")  # magic, sequence number, bytes that follow
_BLOB = struct.Struct("<I")  # bytes of the JSON tree
MAGIC = b"mgw1"
FRAME_HEAD = _FRAME.size


class WireError(Exception):
    """The bytes or the value break the format; the message says how."""


@dataclass(frozen=True)
class Foreign:
    """Something that is not plain data: only a description of it crosses the pipe."""

    description: str


class _Encoder:
    def __init__(self, spill: Spill | None, with_streams: bool) -> None:
        self.spill = spill
        self.with_streams = with_streams
        self.body: list[bytes] = []
        self.size = 0
        self.nodes = 0
        self.packed = 0
        self.odd_keys = 0

    def put(self, data: bytes) -> int:
        """Append data to the body, 64-byte aligned, and return its offset in bytes."""
        offset = self.size
        padding = -len(data) % 64
        self.size += len(data) + padding
        if self.size > MAX_BODY:
            raise WireError(f"more than {MAX_BODY // 2**20} MB of data")
        self.body.append(data)
        if padding:
            self.body.append(bytes(padding))
        return offset

    def node(self, value: Any, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise WireError(f"nested deeper than {MAX_DEPTH} levels")
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise WireError(f"more than {MAX_NODES} values")
        kind = type(value)
        if value is None or kind is bool:
            return value
        encode = _BY_TYPE.get(kind)
        if encode is not None:
            return encode(self, value, depth)
        for base, encode in _BY_BASE:
            if issubclass(kind, base):  # isinstance would believe what the value says of its __class__
                return encode(self, value, depth)
        if self.spill is None:
            raise WireError(f"{kind.__name__} is not plain data")
        return self.spill(value)


def _int(enc: _Encoder, value: int, depth: int) -> Node:
    value = int.__int__(value)
    if -(2**53) < value < 2**53:
        return value
    if value.bit_length() > MAX_INT_BITS:
        raise WireError(f"an integer of more than {MAX_INT_BITS} bits")
    return ["i", hex(value)]


def _float(enc: _Encoder, value: float, depth: int) -> Node:
    value = float.__float__(value)
    return value if math.isfinite(value) else ["f", repr(value)]


def _complex(enc: _Encoder, value: complex, depth: int) -> Node:
    value = complex.__complex__(value)
    return ["c", _float(enc, value.real, depth), _float(enc, value.imag, depth)]


def _str(enc: _Encoder, value: str, depth: int) -> Node:
    return str.__str__(value)


def _bytes(enc: _Encoder, value: bytes, depth: int) -> Node:
    data = bytes(memoryview(value))
    return ["b", enc.put(data), len(data)]


def _sequence(tag: str) -> Callable[[_Encoder, Any, int], Node]:
    base = list if tag == "l" else tuple

    def encode(enc: _Encoder, value: Any, depth: int) -> Node:
        items = list(base.__iter__(value))
        if len(items) >= PACK_FROM and (packed := _packed(items)) is not None:
            enc.packed += len(items)
            if enc.packed > MAX_PACKED:
                raise WireError(f"more than {MAX_PACKED} numbers in lists")
            return ["p", tag, packed.dtype.str, enc.put(packed.tobytes()), len(items)]
        return [tag, *(enc.node(item, depth + 1) for item in items)]

    return encode


def _packed(items: list[Any]) -> np.ndarray | None:
    kinds = set(map(type, items))
    dtype = PACKED.get(kinds.pop()) if len(kinds) == 1 else None
    if dtype is None:
        return None
    try:
        return np.array(items, dtype=dtype)
    except OverflowError:
        return None


def _dict(enc: _Encoder, value: dict[Any, Any], depth: int) -> Node:
    return ["d", *([enc.node(_key_of(enc, k), depth + 1), enc.node(v, depth + 1)] for k, v in dict.items(value))]


def _array(enc: _Encoder, value: np.ndarray, depth: int) -> Node:
    if type(value) is not np.ndarray:
        return ["x", f"a {type(value).__module__}.{type(value).__name__}"]
    dtype = value.dtype.newbyteorder("<") if value.dtype.byteorder == ">" else value.dtype
    if dtype.str not in DTYPES:
        return ["x", f"an array of dtype {value.dtype}"]
    if value.ndim > MAX_NDIM:
        raise WireError(f"an array of more than {MAX_NDIM} dimensions")
    if value.nbytes > MAX_BODY:
        raise WireError(f"more than {MAX_BODY // 2**20} MB of data")
    return ["a", dtype.str, list(value.shape), enc.put(value.astype(dtype, copy=False).tobytes())]


def _scalar(enc: _Encoder, value: np.generic, depth: int) -> Node:
    dtype = value.dtype.newbyteorder("<") if value.dtype.byteorder == ">" else value.dtype
    if dtype.str not in DTYPES:
        return ["x", f"a NumPy scalar of type {type(value).__name__}"]
    return ["n", dtype.str, enc.put(np.asarray(value, dtype=dtype).tobytes())]


def _generator(enc: _Encoder, value: np.random.Generator, depth: int) -> Node:
    state = value.bit_generator.state if enc.with_streams else {}
    return ["g", enc.node(state, depth + 1)]


def _foreign(enc: _Encoder, value: Foreign, depth: int) -> Node:
    return ["x", value.description]


_Encode = Callable[[_Encoder, Any, int], Node]
_BY_TYPE: dict[type, _Encode] = {
    float: _float, int: _int, str: _str, list: _sequence("l"), tuple: _sequence("t"), dict: _dict, np.ndarray: _array,
    np.float64: _scalar, complex: _complex, bytes: _bytes, np.random.Generator: _generator, Foreign: _foreign,
}  # fmt: skip
_BY_BASE: tuple[tuple[type, _Encode], ...] = (
    (np.ndarray, _array), (str, _str), (bytes, _bytes), (np.generic, _scalar), (int, _int), (float, _float),
    (complex, _complex), (list, _sequence("l")), (tuple, _sequence("t")), (dict, _dict),
)  # fmt: skip


def dumps(value: Any, spill: Spill | None = None, *, with_streams: bool = True) -> bytes:
    """Return value as a blob; subclasses of plain types become their exact base type.

    Args:
        spill: turns what is not plain data into a tagged node; without it such a value is a WireError.
        with_streams: False leaves out the state of random generators, so that one that was advanced compares equal.

    Raises:
        WireError: too deep, too large, or not plain data.
    """
    encoder = _Encoder(spill, with_streams)
    tree = encoder.node(value, 0)
    try:
        header = _to_json(tree).encode("ascii")
    except (ValueError, TypeError) as error:
        raise WireError(str(error)) from None
    if len(header) > MAX_HEADER:
        raise WireError(f"more than {MAX_HEADER // 1024} kB of values that are not arrays")
    return b"".join([_BLOB.pack(len(header)), header, *encoder.body])


class _Decoder:
    def __init__(self, body: memoryview, resolve: Resolve | None) -> None:
        self.body = body
        self.resolve = resolve
        self.nodes = 0
        self.packed = 0
        self.odd_keys = 0
        self.end = 0  # of the data read so far: no byte counts twice, or a short header could ask for terabytes

    def value(self, node: Node, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("too deep or too many values")
        if isinstance(node, str):
            return node
        if not isinstance(node, list):
            return self.plain(node)
        if not node or not isinstance(node[0], str):
            raise WireError("a list without a tag")
        tag = node[0]
        if tag in EXTERNAL_TAGS and self.resolve is not None:
            return self.resolve(tag, node[1:])
        decode = _DECODE.get(tag)
        if decode is None:
            raise WireError(f"unknown tag {tag[:20]!r}")
        return decode(self, node[1:], depth)

    @staticmethod
    def plain(node: Node) -> Any:
        if isinstance(node, dict):
            raise WireError("a bare map")
        if isinstance(node, int) and node.bit_length() > MAX_INT_BITS:
            raise WireError("an integer that is too long")
        return node

    def raw(self, offset: Any, size: int) -> memoryview:
        if type(offset) is not int or offset != self.end or offset + size > len(self.body):
            raise WireError("data outside the frame or out of order")
        self.end += size + -size % 64
        return self.body[offset : offset + size]


def _take(args: list[Any], *types: type) -> list[Any]:
    if tuple(map(type, args)) != types:
        raise WireError("a tag with wrong fields")
    return args


def _to_int(dec: _Decoder, args: list[Any], depth: int) -> int:
    (text,) = _take(args, str)
    if len(text) > MAX_INT_BITS // 4 + 4:
        raise WireError("an integer that is too long")
    try:
        return int(text, 16)
    except ValueError:
        raise WireError("not an integer") from None


def _to_float(dec: _Decoder, args: list[Any], depth: int) -> float:
    (text,) = _take(args, str)
    if text not in ("nan", "inf", "-inf"):
        raise WireError("not a float")
    return float(text)


def _to_complex(dec: _Decoder, args: list[Any], depth: int) -> complex:
    parts = [_to_float(dec, a[1:], depth) if isinstance(a, list) and a[:1] == ["f"] else a for a in args]
    if len(parts) != 2 or any(type(p) is not float for p in parts):
        raise WireError("not a complex number")
    return complex(*parts)


def _to_bytes(dec: _Decoder, args: list[Any], depth: int) -> bytes:
    offset, size = _take(args, int, int)
    if size < 0:
        raise WireError("a negative size")
    return bytes(dec.raw(offset, size))


def _to_list(dec: _Decoder, args: list[Any], depth: int) -> list[Any]:
    return [dec.value(a, depth + 1) for a in args]


def _to_tuple(dec: _Decoder, args: list[Any], depth: int) -> tuple[Any, ...]:
    return tuple(_to_list(dec, args, depth))


def _to_packed(dec: _Decoder, args: list[Any], depth: int) -> Any:
    tag, dtype, offset, count = _take(args, str, str, int, int)
    if tag not in ("l", "t") or dtype not in PACKED.values():
        raise WireError("a packed list of unknown kind")
    dec.packed += max(count, 0)
    if count < 0 or dec.packed > MAX_PACKED:
        raise WireError("a packed list that is too long")
    items = np.frombuffer(dec.raw(offset, 8 * count), dtype=dtype).tolist()
    return items if tag == "l" else tuple(items)


def _to_dict(dec: _Decoder, args: list[Any], depth: int) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for pair in args:
        if not isinstance(pair, list) or len(pair) != 2:
            raise WireError("a map entry that is not a pair")
        key = _key_of(dec, dec.value(pair[0], depth + 1))
        if key in result:
            raise WireError("a map with the same key twice")
        result[key] = dec.value(pair[1], depth + 1)
    return result


def _key_of(side: _Encoder | _Decoder, key: Any) -> Any:
    side.odd_keys += isinstance(key, (float, tuple))
    if side.odd_keys > MAX_ODD_KEYS:
        raise WireError(f"more than {MAX_ODD_KEYS} dict keys that are floats or tuples")
    return _key(key)


def _key(key: Any) -> Any:
    if key is None or isinstance(key, (bool, str, float, np.bool_)):
        return key
    if isinstance(key, (int, np.integer)) and abs(int(key)) < MAX_KEY_INT:
        return key
    if isinstance(key, tuple) and len(key) <= 8:
        return tuple(_key(k) for k in key)
    raise WireError("a dict key that is not a short plain value")


def _to_array(dec: _Decoder, args: list[Any], depth: int) -> np.ndarray:
    dtype, shape, offset = _take(args, str, list, int)
    if dtype not in DTYPES or len(shape) > MAX_NDIM:
        raise WireError("an array of unknown kind")
    for n in shape:
        if type(n) is not int or not 0 <= n < MAX_KEY_INT:
            raise WireError("an array with an impossible shape")
    count = math.prod(shape)
    if (count or math.prod(max(n, 1) for n in shape)) > MAX_BODY:
        raise WireError("an array that is too large")
    return _from_buffer(dec.raw(offset, count * DTYPES[dtype]), dtype).reshape(shape)


def _from_buffer(data: memoryview, dtype: str) -> np.ndarray:
    if dtype == "|b1":
        return np.array(
            np.frombuffer(data, dtype=np.uint8) != 0
        )  # any byte but 0 and 1 would make a bool that equals nothing
    return np.frombuffer(data, dtype=dtype).copy()


def _to_scalar(dec: _Decoder, args: list[Any], depth: int) -> Any:
    dtype, offset = _take(args, str, int)
    if dtype not in DTYPES:
        raise WireError("a scalar of unknown kind")
    return _from_buffer(dec.raw(offset, DTYPES[dtype]), dtype)[0]


def _to_generator(dec: _Decoder, args: list[Any], depth: int) -> Any:
    if len(args) != 1 or not isinstance(state := dec.value(args[0], depth + 1), dict):
        raise WireError("a random generator with wrong fields")
    name = state.get("bit_generator")
    if not isinstance(name, str) or name not in BIT_GENERATORS:
        return Foreign("a random generator")
    kind = getattr(np.random, name)
    try:
        given = kind(0)
        given.state = state
        # Seeded by its own state: what a generator spawns is then as repeatable as what it draws.
        generator = kind(given.state["state"]["state"])
        generator.state = state
    except Exception:  # NumPy's setters take whatever comes and fail in as many ways
        raise WireError("a random generator in an impossible state") from None
    return np.random.Generator(generator)


def _to_foreign(dec: _Decoder, args: list[Any], depth: int) -> Foreign:
    (text,) = _take(args, str)
    return Foreign(text[:200])


_DECODE: dict[str, Callable[[_Decoder, list[Any], int], Any]] = {
    "i": _to_int, "f": _to_float, "c": _to_complex, "b": _to_bytes, "l": _to_list, "t": _to_tuple, "p": _to_packed,
    "d": _to_dict, "a": _to_array, "n": _to_scalar, "g": _to_generator, "x": _to_foreign,
}  # fmt: skip


def loads(data: bytes | memoryview, resolve: Resolve | None = None) -> Any:
    """Return the value a blob holds, made of exact base types and fresh arrays.

    Args:
        resolve: gives meaning to the tags "o" (object), "k" (callback) and "s" (the student's own function).

    Raises:
        WireError: anything at all is wrong with the bytes.
    """
    view = memoryview(data)
    if len(view) < _BLOB.size:
        raise WireError("a blob that is too short")
    (size,) = _BLOB.unpack_from(view)
    if size > MAX_HEADER or size + _BLOB.size > len(view):
        raise WireError("a header that is too long")
    if len(view) - _BLOB.size - size > MAX_BODY:
        raise WireError("a body that is too long")
    try:
        tree = _from_json(str(view[_BLOB.size : _BLOB.size + size], "ascii"))
    except (ValueError, RecursionError):
        raise WireError("a header that is not JSON") from None
    decoder = _Decoder(view[_BLOB.size + size :], resolve)
    value = decoder.value(tree, 0)
    if decoder.end != len(decoder.body):
        raise WireError("data that belongs to no value")
    return value


def _no_constant(text: str) -> Any:
    raise WireError("a bare NaN or Infinity")


_to_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_from_json = json.JSONDecoder(parse_constant=_no_constant).decode


def frame(sequence: int, blob: bytes) -> bytes:
    """Return blob with the head that lets the other side read it and know which request it belongs to."""
    return _FRAME.pack(MAGIC, sequence & 0xFFFFFFFF, len(blob)) + blob


def frame_size(head: bytes, sequence: int) -> int:
    """Return how many bytes follow a frame's head.

    Raises:
        WireError: not a frame, a frame of another request (stale or out of order), or one that is too long.
    """
    magic, number, size = _FRAME.unpack(head)
    if magic != MAGIC:
        raise WireError("not a frame")
    if number != sequence & 0xFFFFFFFF:
        raise WireError("a frame out of order")
    if size > MAX_BODY + MAX_HEADER + _BLOB.size:
        raise WireError("a frame that is too long")
    return int(size)
