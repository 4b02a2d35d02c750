"""The search for solutions in what is handed out."""

import ast
import json
import re
import textwrap
import tomllib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from grader.course import Chapter, Course
from grader.errors import CourseError, read_author_text
from grader.quiz import Question, judge
from grader.release.contents import Definition, exercise_files
from grader.stubs import make_stub, marks, solution_blocks

TELLING = 8
"""Nodes of a syntax tree from which a block is told by itself: ``return self + other`` has 4 and stands in any program,
``return 1 / (1 + np.exp(-z))`` has 10. Smaller blocks are a leak only in a function of the same name."""

LONGEST_COINCIDENCE = 40
"""Characters, without white space, from which the same text in two files is no coincidence."""

_UNSEARCHABLE = (".pyc", ".pyo", ".zip", ".gz", ".bz2", ".xz", ".whl", ".tar", ".egg")
_FENCE = re.compile(r"^[ \t]*(```+|~~~+)[^\n]*\n(.*?)^[ \t]*\1", re.MULTILINE | re.DOTALL)
_PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.)(?: |$)", re.MULTILINE)
_DEFINITION = re.compile(r"(\s*)(?:async\s+def|def|class)\s+\w+")


@dataclass(frozen=True)
class _Secret:
    """An answer that must not get out.

    Attributes:
        what: what it is, as a report names it.
        chapter: number of its chapter.
        name: the function that it answers, ``Value.__add__``.
        statements: their syntax trees as text, without positions and docstrings; names are as they are written.
        telling: it is big enough to be told in a function of another name.
        verbatim: its source without white space if that is too long for a coincidence, else empty.
    """

    what: str
    chapter: int
    name: str
    statements: tuple[str, ...]
    telling: bool
    verbatim: str

    @classmethod
    def of(cls, what: str, chapter: Chapter, name: str, statements: Iterable[ast.stmt]) -> "_Secret":
        """Return the secret that statements are; docstrings are taken out of them."""
        bare = ast.Module(list(statements), [])
        _drop_docstrings(bare)
        verbatim = _squeezed(ast.unparse(bare))
        return cls(
            what=what,
            chapter=chapter.number,
            name=name,
            statements=tuple(map(ast.dump, bare.body)),
            telling=_size(bare) >= TELLING,
            verbatim=verbatim if len(verbatim) >= LONGEST_COINCIDENCE else "",
        )


@dataclass(frozen=True)
class _Suite:
    """A list of statements of a file, as ``_Secret.statements``, and the function or class that it stands in."""

    owner: str
    statements: tuple[str, ...]

    def shows(self, secret: _Secret) -> bool:
        """Return whether all statements of the secret stand here in their order, whatever stands between them."""
        if not secret.telling and self.owner != secret.name:
            return False
        here = iter(self.statements)
        return all(statement in here for statement in secret.statements)


def find_leaks(course: Course, files: Iterable[tuple[str, bytes]]) -> list[str]:
    """Return a line for each answer of the course that the files give away; the course must be a checkout.

    Searched for are all solution blocks, the tasks' functions in variants, misconceptions, and quiz answers. A block is
    found where all its statements stand in one suite in their order, compared as syntax trees with names as they are
    and docstrings left out: in Python files, in the code that their docstrings hold, and in other texts' code blocks,
    doctests and definitions. A block of less than TELLING nodes stands in many a program, so it counts only in a
    function of its own name. Longer ones are also found as text, white space aside, in files that are not Python.

    Not a leak is what a chapter's own checks.py holds (oracles), and an earlier chapter's answer in a later chapter's
    lesson and stub, which give it as done; both only if they are exactly what the course releases.

    Args:
        course: the course whose answers are looked for.
        files: path and content, such as those of a wheel; parts of a path that name a chapter's folder are understood.
    """
    search = _Search.of(course)
    return sorted({f"{path}: {leak}" for path, data in files for leak in search.leaks(path, data)})


@dataclass(frozen=True)
class _Search:
    """What ``find_leaks`` looks for, and what it excepts.

    Attributes:
        excepted: (path inside the course, content) → number of the chapter below which answers may be seen.
        questions: all chapters' questions.
        misconceptions: (task, id) of the named wrong answers.
    """

    secrets: tuple[_Secret, ...]
    excepted: Mapping[tuple[str, bytes], int]
    questions: tuple[Question, ...]
    misconceptions: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, course: Course) -> "_Search":
        excepted: dict[tuple[str, bytes], int] = {}
        for chapter in course.chapters:
            files = exercise_files(chapter)
            for name in ("README.md", chapter.file_name):
                excepted[f"{chapter.name}/{name}", files[name]] = chapter.number
            checks = read_author_text(chapter.checks_path, f"checks.py of {chapter.name}")
            excepted[f"{chapter.name}/checks.py", checks.encode()] = _EVERY_CHAPTER
        return cls(
            secrets=tuple(secret for chapter in course.chapters for secret in _secrets(chapter)),
            excepted=excepted,
            questions=tuple(question for chapter in course.chapters for question in chapter.questions),
            misconceptions=frozenset(pair for chapter in course.chapters for pair in _misconceptions(chapter)),
        )

    def leaks(self, path: str, data: bytes) -> Iterator[str]:
        """Yield what a file gives away."""
        parts = PurePosixPath(path.replace("\\", "/")).parts
        if "solutions" in parts or "variants" in parts or parts[-1] == "misconceptions.py":
            yield "is an author's file and must stay at home"
        if parts[-1].endswith(_UNSEARCHABLE):
            yield "cannot be searched: leave it out"
        try:
            text = data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            return
        open_below = self.excepted.get(("/".join(parts[-2:]), text.encode()), 0)
        if open_below < _EVERY_CHAPTER:
            yield from self._code(parts[-1], text, open_below)
            yield from self._answers(parts[-1], text)

    def _code(self, name: str, text: str, open_below: int) -> Iterator[str]:
        trees = list(_trees(name, text))
        suites = [suite for tree in trees for suite in _suites(tree, "")]
        statements = {statement for suite in suites for statement in suite.statements}
        seen = "" if name.endswith(".py") and trees else _squeezed(_PROMPT.sub("", text))
        for secret in self.secrets:
            if secret.chapter < open_below:
                continue
            stands_there = statements.issuperset(secret.statements) and any(suite.shows(secret) for suite in suites)
            if stands_there or (secret.verbatim and secret.verbatim in seen):
                yield f"shows {secret.what}"
        for tree in trees:
            for task, id in _named_wrong(tree):
                if (task, id) in self.misconceptions:
                    yield f"shows the misconception {id} of {task}"

    def _answers(self, name: str, text: str) -> Iterator[str]:
        if name != "README.md":  # a lesson may well say the same
            seen = _squeezed(text)
            for question in self.questions:
                if len(_squeezed(question.why)) >= LONGEST_COINCIDENCE and _squeezed(question.why) in seen:
                    yield f"says why the answer to {question.id} is right: {textwrap.shorten(question.why, 40)}"
        for table in _tables(name, text):
            for question in self.questions:
                is_asked = _squeezed(str(table.get("text", question.text))) == _squeezed(question.text)
                if table.get("id") == question.id and is_asked and ("answer" in table or "why" in table):
                    yield f"holds the answer to {question.id}"
                answers = table.get("answers")
                if isinstance(answers, dict) and _gives_away(question, answers.get(question.id, "")):
                    yield f"holds the answer to {question.id}"


_EVERY_CHAPTER = 1000


def _secrets(chapter: Chapter) -> Iterator[_Secret]:
    where = f"{chapter.file_name} of {chapter.name}"
    source = read_author_text(chapter.solution_path, where)
    for block in solution_blocks(source, where):
        yield _Secret.of(
            f"the solution of {block.name} ({where}, line {block.line})", chapter, block.name, block.statements
        )
    given = list(_suites(_parsed(make_stub(source, where), where), ""))
    for path in sorted((chapter.folder / "variants").glob("*.py")):
        here = f"variants/{path.name} of {chapter.name}"
        for name, statements in _bodies(_parsed(read_author_text(path, here), here), ""):
            secret = _Secret.of(f"the variant of {name} ({here})", chapter, name, statements)
            is_task = any(name.split(".")[0] == task.name for task in chapter.tasks)
            if is_task and statements and not any(suite.shows(secret) for suite in given):
                yield secret


def _misconceptions(chapter: Chapter) -> Iterator[tuple[str, str]]:
    path = chapter.folder / "misconceptions.py"
    if path.is_file():
        where = f"misconceptions.py of {chapter.name}"
        yield from _named_wrong(_parsed(read_author_text(path, where), where))


def _parsed(source: str, where: str) -> ast.Module:
    """Return the syntax tree of an author's file without its docstrings."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise CourseError(f"{where} line {error.lineno or 1}: this is not Python: {error.msg}.") from None
    _drop_docstrings(tree)
    return tree


def _named_wrong(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (task, id) of every function that is marked ``@wrong(task, id, …)``."""
    for node in ast.walk(tree):
        for mark in marks(node, "wrong"):
            values = [argument.value for argument in mark.args if isinstance(argument, ast.Constant)]
            if len(values) == 2:
                yield str(values[0]), str(values[1])


def _bodies(tree: ast.AST, owner: str) -> Iterator[tuple[str, list[ast.stmt]]]:
    """Yield name and statements of every function and method of a module; a lambda counts as one ``return``."""
    for node in getattr(tree, "body", []):
        if isinstance(node, ast.ClassDef):
            yield from _bodies(node, f"{owner}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield owner + node.name, node.body
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            for name in _targets(node):
                yield owner + name, [ast.Return(node.value.body)]


def _suites(node: ast.AST, owner: str) -> Iterator[_Suite]:
    """Yield every list of statements below a node; a lambda counts as one ``return``."""
    if isinstance(node, Definition):
        owner = _inside(owner, node.name)
    for name in ("body", "orelse", "finalbody"):
        part = getattr(node, name, None)
        if isinstance(part, list):
            yield _Suite(owner, tuple(map(ast.dump, part)))
    if isinstance(node, ast.Lambda):
        yield _Suite(owner, (ast.dump(ast.Return(node.body)),))
    for child in ast.iter_child_nodes(node):
        yield from _suites(child, owner)
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
        for target in _targets(node):
            yield _Suite(_inside(owner, target), (ast.dump(ast.Return(node.value.body)),))


def _targets(node: ast.Assign) -> list[str]:
    return [target.id for target in node.targets if isinstance(target, ast.Name)]


def _inside(owner: str, name: str) -> str:
    return f"{owner}.{name}" if owner else name


def _drop_docstrings(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if isinstance(node, Definition) and ast.get_docstring(node, clean=False):
            del node.body[0]


def _size(tree: ast.AST) -> int:
    """Return the number of nodes, operators and the like not counted."""
    uncounted = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.Module)
    return sum(not isinstance(node, uncounted) for node in ast.walk(tree))


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _trees(name: str, text: str) -> Iterator[ast.Module]:
    """Yield the syntax trees of all code in a file, without docstrings."""
    if name.endswith((".json", ".ipynb")):
        texts = list(_strings(_loaded(json.loads, text)))
    else:
        texts = [text]
        whole = _tree(text) if name.endswith(".py") else None
        if whole is not None:
            texts = [value for node in ast.walk(whole) if isinstance(value := getattr(node, "value", None), str)]
            _drop_docstrings(whole)
            yield whole
    for source in dict.fromkeys(code for holder in texts for code in _code_in(holder)):
        tree = _tree(source)
        if tree is not None:
            _drop_docstrings(tree)
            yield tree


def _code_in(text: str) -> Iterator[str]:
    """Yield what may be Python in a text: all of it, fenced blocks, doctests, each definition with what is below."""
    if not any(sign in text for sign in ("return", "lambda", "=")):  # spares a parser the prose
        return
    examples = _examples(text)
    for holder in (text, *(fence[2] for fence in _FENCE.finditer(text)), *examples, "\n".join(examples)):
        yield textwrap.dedent(holder)
        yield from _definitions_in(holder.split("\n"))


def _examples(text: str) -> list[str]:
    """Return the code of each doctest example of a text."""
    examples: list[list[str]] = []
    for line in text.split("\n"):
        match = _PROMPT.match(line)
        if match and ">>>" in match[0]:
            examples.append([])
        if match and examples:
            examples[-1].append(line[match.end() :])
    return ["\n".join(lines) for lines in examples]


def _definitions_in(lines: list[str]) -> Iterator[str]:
    for start, line in enumerate(lines):
        match = _DEFINITION.match(line)
        if match:
            inner = re.compile(rf"\s*$|{match[1]}[\s)\]]")  # blank, deeper, or the end of a long list of parameters
            end = next((n for n in range(start + 1, len(lines)) if not inner.match(lines[n])), len(lines))
            yield textwrap.dedent("\n".join(lines[start:end]))


def _tree(source: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about escapes in prose that happens to parse
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _loaded(load: Callable[[str], Any], text: str) -> Any:
    try:
        return load(text)
    except (ValueError, RecursionError):
        return None


def _strings(value: object) -> Iterator[str]:
    """Yield all texts of a JSON value; a list of lines, as notebooks hold cells, is one text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if value and all(isinstance(line, str) for line in value):
            yield "".join(value)
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)


def _tables(name: str, text: str) -> Iterator[dict[str, Any]]:
    """Yield all tables of a TOML or JSON file."""
    load = tomllib.loads if name.endswith(".toml") else json.loads if name.endswith(".json") else None
    values = [_loaded(load, text)] if load else []
    while values:
        value = values.pop()
        if isinstance(value, dict):
            yield value
            values += value.values()
        elif isinstance(value, list):
            values += value


def _gives_away(question: Question, value: object) -> bool:
    judgement = judge(question, value)
    return judgement.status == "passed" or (
        judgement.status == "formula" and _squeezed(judgement.formula) == _squeezed(str(question.answer))
    )
