"""Fuzz the formula judge: ``python tools/fuzz_formulas.py --seconds 600``, with atheris too where it can be imported.

Looks for an exception, a verdict that is none, an empty message, an answer that takes over a second of CPU, and
anything executed, imported or opened while a formula is judged. Exits with 1 and the input at the first of these.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

if "--atheris" in sys.argv:  # what atheris is to follow must be imported under its eyes
    import atheris

    with atheris.instrument_imports(include=["grader.symbolic"]):
        import grader.symbolic  # noqa: F401

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from grader.symbolic import Formula, Verdict, judge, warm

LIMIT_SECONDS = 1.0
BATCH = 200
KINDS = {"equal", "different", "rounded", "undecided", "refused"}
FORBIDDEN = ("exec", "compile", "import", "open", "os.", "subprocess.", "socket.", "ctypes.", "marshal.", "pickle.")
QUESTIONS = (
    Formula("sin(x**2)", with_respect_to="x"),
    Formula("x*sigmoid(x)", with_respect_to="x"),
    Formula("where(x > 0, x, exp(x) - 1)", with_respect_to="x"),
    Formula("(tanh(w*x + b) - y)**2", ("w", "x", "b", "y"), "w"),
    Formula("log(cos(x))", with_respect_to="x"),
    Formula("2*x"),
    Formula("x/3", with_respect_to="x"),
)
WORDS = (
    "x y w b e E pi I 1 2 3 0 0.5 10 1e3 1e-9 9 99 1000 10000 0.333 + - * / ** ^ ( ) , . | < > <= == != and or not "
    "sin( cos( tan( exp( log( ln( sqrt( abs( sign( sigmoid( σ( softplus( relu( erf( erfc( Phi( phi( cbrt( max( min( "
    "heaviside( where( Piecewise(( asin( acosh( atanh( acsc( sech( coth( np. np.exp( math.pi True False if else lambda "
    "x: diff( Derivative( d/dx y = __class__ . ! # ' \" [ ] { } \\ ² ³ ⁻¹ √ · × − ÷ ≤ π λ х \u202e \u200b ２ ｘ 😀 f'(x) "
    "nan inf oo factorial( gamma( import os eval( exec( %s {0} 2x x2 xy xx 1/2x e^2x"
).split(" ")


class Watch:
    """Notes what the interpreter is asked to do while a formula is judged."""

    def __init__(self) -> None:
        self.active = False
        self.seen: list[str] = []
        sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note an event that judging must not cause."""
        if self.active and event.startswith(FORBIDDEN):
            self.seen.append(f"{event} {arguments!r}"[:200])


class Tally:
    """What was judged so far."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.slowest = (0.0, "")


def main() -> int:
    arguments = _arguments()
    warm()
    for question in QUESTIONS:  # mpmath imports what it needs on first use
        for answer in ("x", "0.3333*x", "erf(x)", "asin(x)", "log(x)"):
            judge(question, answer, 1)
    watch, tally = Watch(), Tally()
    if arguments.atheris:
        return _with_atheris(watch, tally, arguments.seconds)
    end, batch = time.monotonic() + arguments.seconds, arguments.seed
    while time.monotonic() < end:
        try:
            _batch(watch, tally, batch)
        except Exception as failure:
            print(f"batch {batch}: " + "".join(traceback.format_exception(failure, limit=-2))[-3000:])
            return 1
        batch += 1
    _report(tally)
    return 0


def check(watch: Watch, tally: Tally, question: Formula, answer: str) -> None:
    """Judge one answer and raise AssertionError for anything that must not be."""
    watch.seen.clear()
    start, watch.active = time.process_time(), True
    try:
        verdict = judge(question, answer, 7)
    finally:
        watch.active = False
    seconds = time.process_time() - start
    assert isinstance(verdict, Verdict), verdict
    assert verdict.kind in KINDS, verdict
    assert verdict.message, verdict
    assert not watch.seen, watch.seen
    assert seconds < LIMIT_SECONDS, f"{seconds:.2f} s for {question.function}: {answer!r}"
    tally.kinds[verdict.kind] += 1
    tally.slowest = max(tally.slowest, (seconds, f"{question.function}: {answer!r}"[:300]))


def _batch(watch: Watch, tally: Tally, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=BATCH,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(st.sampled_from(QUESTIONS), answers())
    def run(question: Formula, answer: str) -> None:
        check(watch, tally, question, answer)

    run()


def answers() -> st.SearchStrategy[str]:
    """Return texts of every sort: words of formulas, whole formulas, long ones, any characters."""
    words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=25).map("".join)
    spaced = st.lists(st.sampled_from(WORDS), min_size=1, max_size=25).map(" ".join)
    repeated = st.builds(_repeated, st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), st.integers(1, 3000))
    nested = st.tuples(formulas(), st.sampled_from(HEADS), st.integers(1, 40)).map(
        lambda three: f"{three[1]}(" * three[2] + three[0] + ")" * three[2]
    )
    sums = st.lists(formulas(), min_size=2, max_size=40).map("+".join)
    broken = st.tuples(formulas(), st.integers(0, 200), st.sampled_from(WORDS)).map(
        lambda three: three[0][: three[1]] + three[2] + three[0][three[1] + 1 :]
    )
    return st.one_of(formulas(), words, spaced, repeated, nested, sums, broken, st.text(max_size=60))


def _repeated(words: list[str], times: int) -> str:
    return ("".join(words) * times)[:5000]


HEADS = (
    "sin cos tan cot sec csc asin acos atan acot asec acsc sinh cosh tanh coth sech csch asinh acosh atanh acoth asech "
    "acsch exp log sqrt cbrt abs sign sigmoid softplus relu erf erfc Phi phi heaviside log1p expm1"
).split()


def formulas() -> st.SearchStrategy[str]:
    """Return well-formed formulas, some with enormous, tiny, complex or missing values."""
    leaves = st.sampled_from("x x x x 1 2 3 0 -1 1/2 0.5 pi e 10 100 9999 0.001 1e-9 1e10 1e200 7.25".split())

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        pairs = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**", "^"]), inner).map(
            lambda three: f"({three[0]}){three[1]}({three[2]})"
        )
        calls = st.tuples(st.sampled_from(HEADS), inner).map(lambda pair: f"{pair[0]}({pair[1]})")
        picks = st.tuples(st.sampled_from(["max", "min"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})")
        choices = st.tuples(inner, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner, inner, inner).map(
            lambda five: f"where({five[0]} {five[1]} {five[2]}, {five[3]}, {five[4]})"
        )
        return st.one_of(pairs, calls, picks, choices)

    return st.recursive(leaves, grown, max_leaves=30)


def _with_atheris(watch: Watch, tally: Tally, seconds: int) -> int:
    def run(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        question = QUESTIONS[provider.ConsumeIntInRange(0, len(QUESTIONS) - 1)]
        pieces = [
            WORDS[provider.ConsumeIntInRange(0, len(WORDS) - 1)] for _ in range(provider.ConsumeIntInRange(0, 20))
        ]
        check(watch, tally, question, "".join(pieces) + provider.ConsumeUnicodeNoSurrogates(40))

    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-max_len=400"], run)
    atheris.Fuzz()
    return 0


def _report(tally: Tally) -> None:
    print(f"{sum(tally.kinds.values())} answers judged: {dict(tally.kinds)}")
    print(f"slowest {tally.slowest[0] * 1000:.0f} ms CPU: {tally.slowest[1]}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1, help="number of the first batch")
    parser.add_argument("--atheris", action="store_true", help="let atheris, if it is installed, guide the search")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
