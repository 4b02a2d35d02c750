"""``grade course new``: a chapter's folder that passes the check once what says TODO is filled in."""

from __future__ import annotations

import re
from pathlib import Path

from grader.course import Course
from grader.errors import UsageError
from grader.release.files import write_file

CHAPTER = """format = 1
title = "TODO: the chapter's title"
module = "{module}"

[quiz]
points = 10

[[task]]
name = "negate"
points = 90
title = "TODO: what the student builds"
lesson = "{number}.1"
takes = ["x"]
hint = "TODO: a question that leads to the idea"

[misconceptions.negate-absolute]
title = "TODO: the wrong idea in a student's words"
hint = "TODO: a question that shows where it fails"
lesson = "{number}.1"
"""
LESSON = """# Chapter {number} · TODO: the chapter's title

TODO: how long it takes, and what you can do afterwards.

## {number}.1 TODO: the first question

TODO: the worked example runs as a test.

```python
>>> 3 + 3
6

```

## Common pitfalls

## Summary

## Read more

## Your tasks

Fill in `{module}.py`, then run `grade chapter{number}`.
"""
SOLUTION = '''"""Chapter {number}: TODO: what this module holds."""

import numpy as np


def negate(x):
    """Return x with its sign turned, elementwise, float64.

    Args:
        x: a number or an array of any shape.

    >>> negate(2.0)
    -2.0
    """
    # BEGIN SOLUTION TODO: one line that says what to do
    return -x
    # END SOLUTION
'''
CHECKS = '''"""The hidden checks of chapter {number}."""

from grader.checks import check, compare, elementwise_cases


@check("negate", points=90)
def check_negate_turns_the_sign(student, rng):
    """negate turns the sign."""
    compare(
        student.negate, lambda x: 0.0 - x, elementwise_cases(rng), "negate(x)",
        unless={{"negate-absolute": abs}},
    )  # fmt: skip
'''
MISCONCEPTIONS = '''"""Wrong answers to chapter {number} that students give; each must be caught and named."""

from grader.audit import wrong


@wrong("negate", "negate-absolute", why="|x| is -x for negative x only")
def _(x):
    return abs(x)
'''
VARIANT = '''"""Another right answer to chapter {number}."""


def negate(x):
    return x * -1
'''
QUIZ = """format = 1

[[question]]
id = "q1"
kind = "one"
text = "TODO: a question"
choices = {{ a = "TODO", b = "TODO: the right one" }}
answer = "b"
lesson = "{number}.1"
why = "TODO: why that is right"
"""


def begin_chapter(course: Course, name: str) -> Path:
    """Write the folder of a new last chapter and return it.

    Args:
        course: the checkout's course.
        name: the module's name, such as ``convolution``.

    Raises:
        UsageError: the name is no module's, or a chapter has it.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise UsageError(f"{name!r} is no name for a chapter's module: write small letters, such as convolution.")
    numbers = [int(known[7:9]) for known in course.names]
    if any(known[10:] == name for known in course.names):
        raise UsageError(f"There is a chapter {name} already.")
    number = max(numbers) + 1
    folder = course.folder / f"chapter{number:02}_{name}"
    for path, text in {
        "chapter.toml": CHAPTER, "README.md": LESSON, f"{name}.py": SOLUTION, "checks.py": CHECKS,
        "misconceptions.py": MISCONCEPTIONS, "variants/product.py": VARIANT, "quiz.toml": QUIZ,
    }.items():  # fmt: skip
        write_file(folder / path, text.format(number=number, module=name).encode())
    return folder
