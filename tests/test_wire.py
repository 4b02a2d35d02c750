"""Values across the pipe: what comes back is plain and equal; bytes that nobody honest sends are a WireError, at once."""

from __future__ import annotations

import json
import math
import struct
import time
import tracemalloc
from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader import wire
from grader.wire import Foreign, WireError, dumps, loads
from tools.fuzz_wire import HANDLES, is_plain, mutated, read_hostile_blob, resolve

MODEST = settings(max_examples=150, deadline=None, derandomize=True)


def assert_same(a: Any, b: Any) -> None:
    """Assert equal values of equal exact types, NaN equal to NaN, bit for bit in arrays."""
    assert type(a) is type(b)
    if isinstance(a, (list, tuple)):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            assert_same(x, y)
    elif isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            assert_same(a[key], b[key])
    elif isinstance(a, (np.ndarray, np.generic)):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        assert a.tobytes() == b.tobytes()
    elif isinstance(a, float):
        assert struct.pack("<d", a) == struct.pack("<d", b) or (a != a and b != b)
    elif isinstance(a, complex):
        assert_same([a.real, a.imag], [b.real, b.imag])
    else:
        assert a == b


def blob(tree: Any, body: bytes = b"", header: bytes | None = None) -> bytes:
    """Return a blob with any tree and body at all."""
    header = json.dumps(tree).encode() if header is None else header
    return struct.pack("<I", len(header)) + header + body


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.integers(-(2**1023), 2**1023) | st.floats()
    | st.complex_numbers(allow_nan=True) | st.text() | st.binary(max_size=200)
)  # fmt: skip
DTYPES = st.sampled_from(sorted(wire.DTYPES)).map(np.dtype)
ARRAYS = DTYPES.flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
KEYS = (
    st.none() | st.booleans() | st.text(max_size=5) | st.integers(-(2**31) + 1, 2**31 - 1) | st.floats(allow_nan=False)
)
PLAIN = st.recursive(
    SCALARS | ARRAYS | ARRAYS.filter(lambda a: a.size > 0).map(lambda a: a.reshape(-1)[0]),
    lambda inner: st.lists(inner, max_size=6) | st.lists(inner, max_size=6).map(tuple)
    | st.dictionaries(KEYS | st.tuples(KEYS, KEYS), inner, max_size=5) | st.lists(st.floats(), min_size=4),
    max_leaves=12,
)  # fmt: skip


@MODEST
@given(PLAIN)
def test_plain_data_comes_back_equal_and_of_the_same_types(value: Any) -> None:
    assert_same(loads(dumps(value)), value)


@MODEST
@given(st.data())
def test_arrays_come_back_whatever_their_strides(data: st.DataObject) -> None:
    base = data.draw(hnp.arrays(data.draw(DTYPES), hnp.array_shapes(min_dims=1, max_dims=4, max_side=6)))
    view = data.draw(hnp.basic_indices(base.shape, allow_newaxis=True).map(base.__getitem__))
    assert_same(loads(dumps(np.asarray(view).T)), np.asarray(view).T.copy(order="C"))


@pytest.mark.parametrize("dtype", sorted(wire.DTYPES))
def test_big_endian_arrays_come_back_as_the_same_numbers(dtype: str) -> None:
    values = np.array([0, 1, 100]).astype(dtype)
    got = loads(dumps(values.astype(values.dtype.newbyteorder(">"))))
    assert_same(got, values)


def test_big_endian_scalars_come_back_as_the_same_number() -> None:
    assert_same(loads(dumps(np.array([1.5], dtype=">f8")[0])), np.float64(1.5))


def test_an_array_that_comes_back_can_be_written_to_and_shares_nothing() -> None:
    data = bytearray(dumps(np.zeros(4)))
    got = loads(data)
    data[-32:] = b"\xff" * 32
    got += 1
    assert got.tolist() == [1.0] * 4


@pytest.mark.parametrize("value", [2**53, -(2**53), 2**1024 - 1, -(2**1023), [2**63] * 5, [2**63 - 1] * 5])
def test_large_integers_stay_exact(value: Any) -> None:
    assert_same(loads(dumps(value)), value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 5e-324, [math.nan, -0.0, 1.0, math.inf]])
def test_special_floats_stay_themselves(value: Any) -> None:
    assert_same(loads(dumps(value)), value)


class _Int(int):
    def __int__(self) -> int:
        return 7

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


class _Float(float):
    def __float__(self) -> float:
        return 7.0

    def __repr__(self) -> str:
        return "nan"


class _Complex(complex):
    real = property(lambda self: 7.0)  # type: ignore[assignment]


class _Str(str):
    def __str__(self) -> str:
        return "lie"


class _Bytes(bytes):
    def __bytes__(self) -> bytes:
        return b"lie, and a longer one"


class _List(list[Any]):
    def __iter__(self) -> Any:
        return iter([7])

    def __len__(self) -> int:
        return 99


class _Dict(dict[Any, Any]):
    def items(self) -> Any:
        return [("lie", 7)]


_Pair = namedtuple("_Pair", "W b")


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (_Int(3), 3), (_Float(2.5), 2.5), (_Complex(1 + 2j), 1 + 2j), (_Str("x"), "x"), (_Bytes(b"x"), b"x"),
        (_List([1, 2]), [1, 2]), (_Dict(a=1), {"a": 1}), (OrderedDict(b=1, a=2), {"b": 1, "a": 2}), (_Pair(1, 2), (1, 2)),
        ({_Str("k"): _List([_Int(1)])}, {"k": [1]}),
    ],
)  # fmt: skip
def test_subclasses_become_their_exact_base_whatever_they_override(value: Any, plain: Any) -> None:
    assert_same(loads(dumps(value)), plain)


class _Liar:
    """Says that it is something else."""

    def __init__(self, pretended: type) -> None:
        self.pretended = pretended

    @property
    def __class__(self) -> Any:
        return self.pretended

    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray:
        return np.zeros(3)

    def __reduce__(self) -> Any:
        return (print, ("code ran",))


@pytest.mark.parametrize("pretended", [list, dict, int, float, str, np.ndarray, tuple, bool, type(None)])
def test_an_object_that_lies_about_its_class_is_no_plain_data(pretended: type) -> None:
    with pytest.raises(WireError, match="_Liar is not plain data"):
        dumps([_Liar(pretended)])


FOREIGN = {
    "matrix": (lambda: np.matrix([[1.0]]), "a numpy.matrix"),
    "masked": (lambda: np.ma.array([1.0]), "a numpy.ma.MaskedArray"),
    "object": (lambda: np.array([1, None]), "an array of dtype object"),
    "structured": (lambda: np.zeros(2, dtype=[("x", "f8")]), "an array of dtype [('x', '<f8')]"),
    "text": (lambda: np.array(["a"]), "an array of dtype <U1"),
    "dates": (lambda: np.array(["2026-01-01"], dtype="M8[D]"), "an array of dtype datetime64[D]"),
    "longdouble": (lambda: np.zeros(2, dtype=np.longdouble), f"an array of dtype {np.dtype(np.longdouble)}"),
    "record": (lambda: np.zeros(2, dtype=[("x", "f8")]).view(np.recarray), "a numpy.rec"),
    "longdouble scalar": (lambda: np.longdouble(1), "a NumPy scalar of type longdouble"),
    "void scalar": (lambda: np.zeros(1, dtype=[("x", "f8")])[0], "a NumPy scalar of type void"),
}


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("name", FOREIGN)
def test_arrays_that_are_not_numbers_cross_as_a_description(name: str) -> None:
    if name.startswith("longdouble") and np.dtype(np.longdouble).itemsize == 8:
        pytest.skip("longdouble is float64 here")
    make, words = FOREIGN[name]
    got = loads(dumps(make()))
    assert isinstance(got, Foreign)
    assert got.description.startswith(words)


def test_a_numpy_string_is_a_string() -> None:
    assert_same(loads(dumps(np.array(["a"])[0])), "a")


def test_a_generator_crosses_as_its_state_and_goes_on_where_it_was() -> None:
    rng = np.random.default_rng(5)
    rng.normal(size=3)
    assert loads(dumps(rng)).normal() == rng.normal()


def test_what_a_generator_spawns_is_the_same_whenever_it_crosses() -> None:
    blobs = [dumps(np.random.default_rng(seed)) for seed in (3, 3, 4)]
    one, same, other = (loads(blob).spawn(1)[0].random() for blob in blobs)
    assert one == same != other


def test_without_streams_an_advanced_generator_is_the_same() -> None:
    rng = np.random.default_rng(5)
    before = dumps([rng], with_streams=False)
    rng.normal()
    assert dumps([rng], with_streams=False) == before
    assert loads(before) == [Foreign("a random generator")]


@pytest.mark.parametrize("kind", ["MT19937", "Philox", "SFC64"])
def test_generators_whose_state_can_point_outside_memory_are_foreign(kind: str) -> None:
    assert loads(dumps(np.random.Generator(getattr(np.random, kind)(1)))) == Foreign("a random generator")


def _nested(depth: int) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value


TOO_MUCH = {
    "depth": lambda: _nested(wire.MAX_DEPTH + 1),
    "nodes": lambda: [None] * wire.MAX_NODES,
    "header": lambda: ["x" * 100] * (wire.MAX_HEADER // 100),
    "body": lambda: [np.zeros(wire.MAX_BODY // 16)] * 3,
    "one array": lambda: np.broadcast_to(np.zeros(1), (wire.MAX_BODY // 8 + 1,)),
    "integer": lambda: 2**wire.MAX_INT_BITS,
    "packed numbers": lambda: [[0.5] * 600_000] * 2,
    "key too large": lambda: {2**31: 1},
    "key of bytes": lambda: {b"x": 1},
    "key of nine": lambda: {(1,) * 9: 1},
    "key of an object": lambda: {object(): 1},
    "bool key twice": lambda: {frozenset(): 1},
    "dimensions": lambda: np.zeros((1,) * (wire.MAX_NDIM + 1)),
    "object": object,
    "function": lambda: len,
    "set": lambda: {1, 2},
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_is_too_much_is_refused_before_it_is_sent(name: str) -> None:
    with pytest.raises(WireError):
        dumps(TOO_MUCH[name]())


@pytest.mark.parametrize(
    "value",
    [
        _nested(wire.MAX_DEPTH), [*[[0j]] * 100], [None] * (wire.MAX_NODES // 4), np.zeros((1,) * wire.MAX_NDIM),
        {(1,) * 8: 1}, {2**31 - 1: 1}, [[0.5] * 500_000] * 2, np.zeros((0, 5)),
    ],
)  # fmt: skip
def test_what_may_be_sent_can_be_read(value: Any) -> None:
    assert_same(loads(dumps(value)), value)


def test_a_complex_number_at_the_greatest_depth_can_be_read() -> None:
    value: Any = 1 + 2j
    for _ in range(wire.MAX_DEPTH):
        value = (value,)
    assert_same(loads(dumps(value)), value)


MIB = bytes(2**20)
HOSTILE = {
    "nothing": b"",
    "short": b"\0\0",
    "header longer than the blob": struct.pack("<I", 50) + b"1",
    "header over the limit": struct.pack("<I", wire.MAX_HEADER + 1) + b" " * (wire.MAX_HEADER + 1),
    "header of 4 GB": struct.pack("<I", 2**32 - 1) + b"1",
    "no JSON": blob(0, header=b"[1,"),
    "not UTF-8": blob(0, header=b'"\xff\xfe"'),
    "deep brackets": blob(0, header=b"[" * 200_000),
    "many digits": blob(0, header=b"1" * 5000),
    "an integer too long": blob(2**1025),
    "bare NaN": blob(0, header=b"NaN"),
    "bare Infinity": blob(0, header=b'["l",-Infinity]'),
    "bare map": blob({"a": 1}),
    "duplicate map keys": blob(0, header=b'{"a":1,"a":2}'),
    "empty list": blob([]),
    "tag of a number": blob([1, 2]),
    "unknown tag": blob(["zz", 1]),
    "unknown long tag": blob(["z" * 100_000, 1]),
    "too deep": blob(json.loads('["l",' * 40 + "1" + "]" * 40)),
    "too many nodes": blob(0, header=b'["l"' + b",1" * 100_001 + b"]"),
    "object where none is known": blob(["o", 1, "C"]),
    "integer of no digits": blob(["i", ""]),
    "integer with words": blob(["i", "0xzz"]),
    "integer of many digits": blob(["i", "0x" + "f" * 1000]),
    "integer of a number": blob(["i", 5]),
    "float of a word": blob(["f", "1e5"]),
    "float of a number": blob(["f", 1.0]),
    "complex of one": blob(["c", 1.0]),
    "complex of ints": blob(["c", 1, 2]),
    "complex of lists": blob(["c", ["l"], ["l"]]),
    "bytes of negative size": blob(["b", 0, -64], MIB),
    "bytes beyond the end": blob(["b", 0, 2**21], MIB),
    "bytes of bool size": blob(["b", 0, True], MIB),
    "bytes at a negative offset": blob(["b", -64, 64], MIB),
    "bytes at an odd offset": blob(["b", 1, 64], MIB),
    "bytes at a float offset": blob(["b", 0.0, 64], MIB),
    "packed of an unknown kind": blob(["p", "d", "<f8", 0, 1], MIB),
    "packed of another dtype": blob(["p", "l", "|O8", 0, 1], MIB),
    "packed of a negative count": blob(["p", "l", "<f8", 0, -1], MIB),
    "packed of too many": blob(["p", "l", "<f8", 0, 2**40], MIB),
    "map entry alone": blob(["d", [1]]),
    "map entry of a number": blob(["d", 1]),
    "map key of a list": blob(["d", [["l"], 1]]),
    "map key of an array": blob(["d", [["a", "<f8", [0], 0], 1]]),
    "map key that is large": blob(["d", [2**40, 1]]),
    "map key twice": blob(["d", ["a", 1], ["a", 2]]),
    "map key twice in other words": blob(["d", [1, 1], [True, 2]]),
    "array of objects": blob(["a", "|O", [1], 0], MIB),
    "array of pointers": blob(["a", "O", [1], 0], MIB),
    "array of big-endian": blob(["a", ">f8", [1], 0], MIB),
    "array of text": blob(["a", "<U4", [1], 0], MIB),
    "array of a dtype list": blob(["a", ["<f8"], [1], 0], MIB),
    "array of a negative shape": blob(["a", "<f8", [-1], 0], MIB),
    "array of two negative sides": blob(["a", "<f8", [-4, -4], 0], MIB),
    "array of a float shape": blob(["a", "<f8", [1.0], 0], MIB),
    "array of a bool shape": blob(["a", "<f8", [True], 0], MIB),
    "array of a huge shape": blob(["a", "<f8", [2**62], 0], MIB),
    "array whose size overflows": blob(["a", "<f8", [2**31 - 1] * 8, 0], MIB),
    "array of no bytes and huge sides": blob(["a", "<f8", [0, 2**31 - 1], 0]),
    "array of many dimensions": blob(["a", "|u1", [1] * 40, 0], MIB),
    "array with one field too many": blob(["a", "<f8", [1], 0, 0], MIB),
    "scalar of objects": blob(["n", "|O", 0], MIB),
    "scalar beyond the end": blob(["n", "<f8", 2**20], MIB),
    "generator of nothing": blob(["g"]),
    "generator of two": blob(["g", ["d"], ["d"]]),
    "generator of a list": blob(["g", ["l"]]),
    "generator in no state": blob(["g", ["d", ["bit_generator", "PCG64"]]]),
    "generator in a state of text": blob(["g", ["d", ["bit_generator", "PCG64"], ["state", "x"], ["has_uint32", 0], ["uinteger", 0]]]),
    "generator in a state of large numbers": blob(["g", ["d", ["bit_generator", "PCG64"], ["state", ["d", ["state", ["i", hex(2**500)]], ["inc", 1]]], ["has_uint32", 0], ["uinteger", 0]]]),
    "foreign of a number": blob(["x", 1]),
    "foreign of two": blob(["x", "a", "b"]),
    "same bytes twice": blob(["l", ["a", "|u1", [2**20], 0], ["a", "|u1", [2**20], 0]], MIB),
    "overlapping bytes": blob(["l", ["a", "|u1", [2**20], 0], ["a", "|u1", [2**10], 64]], MIB),
    "bytes out of order": blob(["l", ["b", 64, 64], ["b", 0, 64]], bytes(128)),
    "bytes that nothing names": blob(["l"], MIB),
    "bytes left over": blob(["b", 0, 64], bytes(128)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_a_wire_error_at_once(name: str) -> None:
    started = time.perf_counter()
    with pytest.raises(WireError):
        loads(HOSTILE[name])
    assert time.perf_counter() - started < 2


def test_a_generator_with_an_unhashable_name_is_foreign() -> None:
    assert loads(blob(["g", ["d", ["bit_generator", ["l", 1]]]])) == Foreign("a random generator")


def test_odd_bytes_in_a_bool_array_are_true() -> None:
    got = loads(blob(["a", "|b1", [4], 0], b"\0\1\2\xff" + bytes(60)))
    assert got.tolist() == [False, True, True, True]
    assert got.tobytes() == b"\0\1\1\1"
    assert loads(blob(["n", "|b1", 0], b"\x80" + bytes(63))).tobytes() == b"\1"


def _bomb(tag: list[Any], body: int) -> bytes:
    """Return a blob that names the same bytes as often as its header can hold."""
    one = json.dumps(tag, separators=(",", ":"))
    count = (wire.MAX_HEADER - 10) // (len(one) + 1)
    return blob(0, bytes(body), header=('["l",' + ",".join([one] * count) + "]").encode())


@pytest.mark.parametrize(
    "data",
    [
        _bomb(["a", "|u1", [2**22], 0], 2**22), _bomb(["b", 0, 2**22], 2**22), _bomb(["p", "l", "<f8", 0, 2**19], 2**22),
        _bomb(["a", "<f8", [0, 2**20], 0], 0), blob(0, header=b"[" + b"{}," * 80_000 + b"{}]"),
        blob(["l", *(["p", "l", "<f8", k * 2**23, 2**20] for k in range(4))], bytes(2**25)),
    ],
    ids=["arrays", "bytes", "lists", "empty arrays", "maps", "numbers"],
)  # fmt: skip
def test_memory_stays_in_proportion_to_the_bytes(data: bytes) -> None:
    tracemalloc.start()
    try:
        loads(data)
    except WireError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 96 * 2**20


@pytest.mark.parametrize("sequence", [0, 1, 2**31, 2**32 - 1, 2**32 + 5])
def test_a_frame_says_how_much_follows(sequence: int) -> None:
    data = wire.frame(sequence, b"12345")
    assert wire.frame_size(data[: wire.FRAME_HEAD], sequence) == 5


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (wire.frame(3, b""), "out of order"), (wire.frame(5, b""), "out of order"),
        (b"mgw2" + wire.frame(4, b"")[4:], "not a frame"), (bytes(16), "not a frame"),
        (struct.pack("<4sIQ", b"mgw1", 4, 2**63), "too long"), (struct.pack("<4sIQ", b"mgw1", 4, wire.MAX_BODY * 2), "too long"),
    ],
)  # fmt: skip
def test_a_stale_early_or_broken_frame_is_refused(head: bytes, words: str) -> None:
    with pytest.raises(WireError, match=words):
        wire.frame_size(head[: wire.FRAME_HEAD], 4)


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["l", "t", "d", "a", "n", "b", "p", "g", "x", "c", "f", "i", "o", "PCG64", "<f8", "|b1", "nan"]),
    lambda inner: st.lists(inner, max_size=5)
    | st.tuples(st.sampled_from(list("ltdanbpgxcfioks")), inner, inner).map(list),
    max_leaves=15,
)  # fmt: skip


@MODEST
@given(JSONISH, st.binary(max_size=200))
@example(["g", ["d", ["bit_generator", ["l"]]]], b"")
def test_any_tree_is_read_as_plain_data_or_refused(tree: Any, body: bytes) -> None:
    read_hostile_blob(blob(tree, body))


@MODEST
@given(PLAIN, st.randoms(use_true_random=False))
def test_damaged_bytes_are_read_as_plain_data_or_refused(value: Any, random: Any) -> None:
    read_hostile_blob(mutated(dumps(value), random))


def test_handles_get_their_meaning_from_resolve() -> None:
    got = loads(blob(["l", ["o", 1, "C"], ["l", ["o", 2, "D"]]]), resolve)
    assert got == [HANDLES, [HANDLES]]
    assert is_plain(got)
    assert not is_plain(object())
