"""Measure the formula judge on examples of known verdict: ``python tools/formulas.py PAIRS.json LABELLED.json``.

PAIRS is a list of {"f", "var", "names", "domain", "answer", "verdict": correct | wrong | rejected}; LABELLED one of
{"f", "var", "names", "answer", "acceptable": [rule, …]}, where "none" stands for no rule. Exits with 1 below the bars.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from grader.symbolic import Formula, Verdict, judge, warm

SEED = 20261121
SMALLEST_SHARE = 0.90
WANTED = {"correct": "equal", "wrong": "different", "rejected": "refused"}
ACCEPTED = "equal"
_LONG: dict[str, Callable[[int], str]] = {
    "xxxxxx": lambda length: "x" * length,
    "x+x+x+": lambda length: "x+" * (length // 2) + "x",
    "((((((": lambda length: "(" * (length // 2) + "x" + ")" * (length // 2),
    "------": lambda length: "-" * (length - 1) + "x",
    "2*x+0+": lambda length: "2*x" + "+0" * ((length - 3) // 2),
}


@dataclass(frozen=True)
class Judged:
    """One example, the verdict on it and the seconds it took."""

    example: dict[str, Any]
    verdict: Verdict
    seconds: float


def main() -> int:
    arguments = _arguments()
    warm()
    pairs = [_judged(example, arguments.seed) for example in _examples(arguments.pairs)]
    labelled = [_judged(example, arguments.seed) for example in _examples(arguments.labelled)]
    rows = [*_pair_rows(pairs), *_label_rows(labelled), *_time_rows([*pairs, *labelled])]
    print(_table(rows))
    for line in _failures(pairs, labelled) if arguments.verbose else ():
        print(line)
    return 0 if all(row[3] for row in rows) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("labelled", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--verbose", action="store_true", help="list every example that was judged otherwise")
    return parser.parse_args()


def _examples(path: Path) -> list[dict[str, Any]]:
    return [{**example, "answer": _grown(example["answer"])} for example in json.loads(path.read_text("utf-8"))]


def _grown(answer: str) -> str:
    """Return the long text that an entry such as ``x+x+x+<10001 characters>`` stands for."""
    match = re.fullmatch(r"(.*)<(\d+) characters>", answer, re.DOTALL)
    if not match:
        return answer
    start, length = match.group(1), int(match.group(2))
    return _LONG[start](length)


def _judged(example: dict[str, Any], seed: int) -> Judged:
    question = Formula(example["f"], tuple(example["names"]), example["var"], domain=example.get("domain") or {})
    judge(question, "0", seed)  # the reference is derived once a question, and not what is timed here
    start = time.perf_counter()
    verdict = judge(question, example["answer"], seed)
    return Judged(example, verdict, time.perf_counter() - start)


def _pair_rows(pairs: Sequence[Judged]) -> list[tuple[str, str, str, bool]]:
    count = Counter((judged.example["verdict"], judged.verdict.kind) for judged in pairs)
    asked = Counter(judged.example["verdict"] for judged in pairs)
    not_accepted = asked["correct"] - count["correct", ACCEPTED]
    accepted = count["wrong", ACCEPTED] + count["rejected", ACCEPTED]
    refused = sum(j.verdict.kind == "refused" and bool(j.verdict.message) for j in pairs if _is(j, "rejected"))
    return [
        ("right answers not accepted", f"{not_accepted} of {asked['correct']}", "0", not_accepted == 0),
        ("wrong answers accepted", f"{accepted} of {asked['wrong']}", "0", accepted == 0),
        ("rejected met with a message", f"{refused} of {asked['rejected']}", "all", refused == asked["rejected"]),
        ("wrong answers undecided", f"{count['wrong', 'undecided']}", "0", count["wrong", "undecided"] == 0),
        ("wrong answers called rounded", f"{count['wrong', 'rounded']}", "", True),
        ("wrong answers refused", f"{count['wrong', 'refused']}", "", True),
    ]


def _is(judged: Judged, verdict: str) -> bool:
    return bool(judged.example["verdict"] == verdict)


def _label_rows(labelled: Sequence[Judged]) -> list[tuple[str, str, str, bool]]:
    hits = sum(_named_well(judged) for judged in labelled)
    share = hits / len(labelled)
    text = f"{hits} of {len(labelled)} ({share:.1%})"
    return [("first rule named acceptable", text, f"{SMALLEST_SHARE:.0%}", share >= SMALLEST_SHARE)]


def _named_well(judged: Judged) -> bool:
    return (judged.verdict.rule or "none") in judged.example["acceptable"]


def _time_rows(judged: Sequence[Judged]) -> list[tuple[str, str, str, bool]]:
    seconds = sorted(each.seconds for each in judged)
    return [
        ("median", f"{seconds[len(seconds) // 2] * 1000:.1f} ms", "", True),
        ("99 % within", f"{seconds[len(seconds) * 99 // 100] * 1000:.0f} ms", "", True),
        ("slowest", f"{seconds[-1] * 1000:.0f} ms", "1000 ms", seconds[-1] < 1),
    ]


def _table(rows: Sequence[tuple[str, str, str, bool]]) -> str:
    lines = ["| measured | result | bar | |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {got} | {bar} | {'✓' if ok else '✗'} |" for name, got, bar, ok in rows)])


def _failures(pairs: Sequence[Judged], labelled: Sequence[Judged]) -> list[str]:
    wrong = [judged for judged in pairs if WANTED[judged.example["verdict"]] != judged.verdict.kind]
    unnamed = [judged for judged in labelled if not _named_well(judged)]
    return [_line(judged) for judged in wrong + unnamed]


def _line(judged: Judged) -> str:
    example, verdict = judged.example, judged.verdict
    asked = example.get("verdict") or example["acceptable"]
    answer = example["answer"][:60]
    return f"{example['f']} | {answer} | {asked} | {verdict.kind} {verdict.rule or ''} | {verdict.message[:120]}"


if __name__ == "__main__":
    sys.exit(main())
