"""Scores as JUnit XML, which CI systems show: a suite for each student and chapter, a case for each check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree

from grader.gradebook.scores import Score

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FAILED = frozenset({"wrong", "todo", "blocked"})
ERRORS = frozenset({"error", "timeout"})


def junit_xml(cards: Iterable[tuple[Score, Mapping[str, Any] | None]]) -> str:
    """Return one document for scores and the scorecards behind them."""
    root = ElementTree.Element("testsuites")
    for score, card in cards:
        root.append(_suite(score, card))
    for total in ("tests", "failures", "errors", "skipped"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(score: Score, card: Mapping[str, Any] | None) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=_text(f"{score.student} {score.chapter}"))
    if card is None or card["status"] != "graded":
        suite.append(_whole(score, card))
    else:
        for task in card["tasks"]:
            suite.extend(_case(score, task["name"], check) for check in task["checks"])
    for total, tag in (("tests", None), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        found = len(suite) if tag is None else sum(case.find(tag) is not None for case in suite)
        suite.set(total, str(found))
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in suite):.3f}")
    if card is not None:
        suite.set("timestamp", card["run"]["graded_at"].removesuffix("Z"))
    return suite


def _whole(score: Score, card: Mapping[str, Any] | None) -> ElementTree.Element:
    """Return the one case of what has no checks: nothing handed in, nothing to run, a fault of the grader."""
    case = ElementTree.Element(
        "testcase", classname=_text(f"{score.student}.{score.chapter}"), name=score.status, time="0"
    )
    reason = (card or {}).get("reason") or {}
    message = _text(reason.get("message", score.status))
    if score.status in ("missing", "waiting"):
        ElementTree.SubElement(case, "skipped", message=message)
    else:
        ElementTree.SubElement(case, "error", message=message, type=_text(reason.get("code", score.status)))
    return case


def _case(score: Score, task: str, check: Mapping[str, Any]) -> ElementTree.Element:
    seconds = check["duration_s"] or 0
    place = _text(f"{score.student}.{score.chapter}.{task}")
    case = ElementTree.Element("testcase", classname=place, name=_text(check["name"]), time=f"{seconds:.3f}")
    message = _text(check["message"] or check["title"])
    if check["status"] in FAILED | ERRORS:
        tag = "error" if check["status"] in ERRORS else "failure"
        found = ElementTree.SubElement(case, tag, message=message, type=_text(check["code"] or check["status"]))
        found.text = message
    elif check["status"] == "not_run":
        ElementTree.SubElement(case, "skipped", message="not run")
    return case


def _text(text: str) -> str:
    """Return text with nothing that XML forbids."""
    return _ILLEGAL.sub("", text)
