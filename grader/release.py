"""What leaves a course: exercises for students, the pack inside the wheel, and the search for solutions in either."""

import ast
import hashlib
import json
import os
import re
import shutil
import stat
import textwrap
import time
import tomllib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from grader.course import HIDDEN_ANSWERS, Chapter, Course
from grader.errors import CourseError, UsageError, did_you_mean, read_author_text
from grader.quiz import Question, hide_questions, judge, write_form
from grader.stubs import make_stub, solution_blocks

RECORD = ".micrograde.json"
"""The file in ``exercises/`` that says what was written there: relative path → SHA-256."""

PICTURES = (".svg", ".png", ".jpg", ".gif", ".webp")
"""What may lie in a chapter's pictures/."""

TELLING = 8
"""Nodes of a syntax tree from which a block is told by itself: ``return self + other`` has 4 and stands in any program,
``return 1 / (1 + np.exp(-z))`` has 10. Smaller blocks are a leak only in a function of the same name."""

LONGEST_COINCIDENCE = 40
"""Characters, without white space, from which the same text in two files is no coincidence."""

_NO_PLAIN_FILE = "no plain file"
_UNSEARCHABLE = (".pyc", ".pyo", ".zip", ".gz", ".bz2", ".xz", ".whl", ".tar", ".egg")
_IGNORED = ("__pycache__", ".ipynb_checkpoints", ".DS_Store", RECORD)
_FENCE = re.compile(r"^[ \t]*(```+|~~~+)[^\n]*\n(.*?)^[ \t]*\1", re.MULTILINE | re.DOTALL)
_PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.)(?: |$)", re.MULTILINE)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_DEFINITION = re.compile(r"(\s*)(?:async\s+def|def|class)\s+\w+")


@dataclass(frozen=True)
class Action:
    """Something that was done to a file, or deliberately not done.

    Attributes:
        verb: "wrote", "updated", "unchanged", "kept" (the student's work), "copied" (the student's file, before it was
            replaced), "removed".
        path: the file, relative to the folder that was asked for.
        note: what the student should know, or empty.
    """

    verb: str
    path: Path
    note: str = ""


def chapter_stub(chapter: Chapter) -> str:
    """Return a chapter's stub; raises CourseError for a task that the solution does not define or has no block in."""
    if chapter.kind == "pack":
        return read_author_text(chapter.stub_path, f"{chapter.file_name} of {chapter.name}")
    where = f"{chapter.file_name} of {chapter.name}"
    source = read_author_text(chapter.solution_path, where)
    stub = make_stub(source, where)
    kinds = {node.name: "class" if isinstance(node, ast.ClassDef) else "function" for node in _definitions(stub)}
    blocks = {block.name.split(".")[0] for block in solution_blocks(source, where)}
    for task in chapter.tasks:
        here = f'chapter.toml of {chapter.name}: task "{task.name}"'
        if task.name not in kinds:
            raise CourseError(f"{here} is not defined in {chapter.file_name}.{did_you_mean(task.name, kinds)}")
        if kinds[task.name] != task.kind:
            raise CourseError(
                f'{here} is a {kinds[task.name]} in {chapter.file_name}: write kind = "{kinds[task.name]}".'
            )
        if task.name not in blocks:
            raise CourseError(
                f"{where}: {task.name} has no solution block: put `# BEGIN SOLUTION …` around its answer."
            )
    return stub


def _definitions(source: str) -> Iterator[_Definition]:
    for node in ast.parse(source).body:
        if isinstance(node, _Definition):
            yield node


def exercise_files(chapter: Chapter) -> dict[str, bytes]:
    """Return what a student gets of a chapter, by path inside its folder: lesson, stub, quiz form, pictures."""
    files = {
        "README.md": read_author_text(chapter.lesson_path, f"README.md of {chapter.name}").encode(),
        chapter.file_name: chapter_stub(chapter).encode(),
    }
    if chapter.quiz is not None:
        heading = f"{chapter.quiz.title} of chapter {chapter.number}: {chapter.title} ({chapter.quiz.points} points)"
        files["quiz.toml"] = write_form(chapter.questions, heading).encode()
    return files | _pictures(chapter)


def _pictures(chapter: Chapter) -> dict[str, bytes]:
    folder = chapter.folder / "pictures"
    found = sorted(path for path in folder.iterdir() if path.name[0] != ".") if folder.is_dir() else []
    for path in found:
        if path.suffix not in PICTURES or not path.is_file():
            raise CourseError(
                f"pictures of {chapter.name}: {path.name} is no picture ({', '.join(PICTURES)}): move it."
            )
    return {f"pictures/{path.name}": path.read_bytes() for path in found}


def pack_files(chapter: Chapter) -> dict[str, bytes]:
    """Return what a pack holds of a chapter: what a student gets, chapter.toml, checks, hidden quiz answers."""
    files = exercise_files(chapter)
    for name in ("chapter.toml", "checks.py"):
        files[name] = read_author_text(chapter.folder / name, f"{name} of {chapter.name}").encode()
    if chapter.quiz is not None:
        files[HIDDEN_ANSWERS] = hide_questions(chapter.questions).encode()
    return files


def release_exercises(course: Course, out: Path) -> list[Action]:
    """Write what students get of every chapter below ``out``; remove what an earlier release wrote and this does not.

    The same course gives the same files. A file that was changed since it was released is overwritten if it is still
    part of the course, else left alone. Raises UsageError if ``out`` is not writable.
    """
    files, recorded = _all_exercises(course), _recorded(out)
    actions = [_put(out, path, data) for path, data in files.items()]
    for path in sorted(recorded.keys() - files.keys()):
        if _sha256_of(out / path) == recorded[path]:
            _remove(out, out / path)
            actions.append(Action("removed", Path(path)))
    _put(out, RECORD, _record(files))
    return actions


def diff_exercises(course: Course, out: Path) -> list[str]:
    """Return a line for each file below ``out`` that is not as ``release_exercises`` would write it."""
    files = _all_exercises(course)
    files[RECORD] = _record(files)
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file() or path.is_symlink()}
    strays = {path for path in there - files.keys() if not set(PurePosixPath(path).parts) & set(_IGNORED)}
    lines = [f"{path}: is not part of the course" for path in strays]
    for path, data in files.items():
        if path not in there:
            lines.append(f"{path}: is missing")
        elif (out / path).is_symlink() or (out / path).read_bytes() != data:
            lines.append(f"{path}: differs from what the course makes")
    return sorted(lines)


def write_pack(course: Course, out: Path) -> None:
    """Write the course as the wheel carries it into the folder ``out``, replacing a pack that is there.

    Raises UsageError if ``out`` holds something else, or is not writable.
    """
    if out.exists() and any(out.iterdir()) and not (out / "course.toml").is_file():
        raise UsageError(
            f"{out} is not empty and holds no course.toml, so it is no pack: remove it or name another folder."
        )
    files = {"course.toml": read_author_text(course.folder / "course.toml", "course.toml").encode()}
    for chapter in course.chapters:
        files |= {f"{chapter.name}/{path}": data for path, data in pack_files(chapter).items()}
    shutil.rmtree(out, ignore_errors=True)
    for path, data in files.items():
        write_file(out / path, data)


def start_exercises(course: Course, folder: Path) -> list[Action]:
    """Write the exercises below ``folder/exercises``; run again, bring what is new and leave the student's work alone.

    Stubs and quiz forms are replaced only if they are still what was last written there. A lesson that the student
    wrote into is kept as a dated copy when a new one comes. Raises UsageError if it is not writable or a link.
    """
    home = exercises_folder(folder)
    recorded = _recorded(home)
    actions = []
    for chapter in course.chapters:
        for name, data in exercise_files(chapter).items():
            path = f"{chapter.name}/{name}"
            _require_no_links(home, path)
            is_work = name in (chapter.file_name, "quiz.toml")
            done = _bring(home, path, data, recorded.get(path), is_work=is_work)
            if done[-1].verb != "kept":
                recorded[path] = _sha256(data)
            actions += done
    _put(home, RECORD, _record_text(recorded))
    return [_from(folder, home, action) for action in actions]


def reset_chapter(course: Course, folder: Path, chapter: str) -> list[Action]:
    """Write a chapter's stub again; the student's file is kept beside it as a dated copy.

    Raises UsageError if the chapter's exercises are not in ``folder``, or it is not writable or a link.
    """
    chosen, home = course.chapter(chapter), exercises_folder(folder)
    path = f"{chosen.name}/{chosen.file_name}"
    if not (home / chosen.name).is_dir():
        raise UsageError(f"There is no {home / chosen.name}. Run `grade start` to write the exercises.")
    _require_no_links(home, path)
    stub = chapter_stub(chosen).encode()
    actions = _replace(home, path, stub, "your file, before it was reset")
    _put(home, RECORD, _record_text(_recorded(home) | {path: _sha256(stub)}))
    return [_from(folder, home, action) for action in actions]


def exercises_folder(folder: Path) -> Path:
    """Return ``folder/exercises``, or the folder itself if it already is the exercises'."""
    return folder if folder.resolve().name == "exercises" and (folder / RECORD).is_file() else folder / "exercises"


def _bring(home: Path, path: str, data: bytes, recorded: str | None, *, is_work: bool) -> list[Action]:
    there = _sha256_of(home / path)
    if there in (None, recorded, _sha256(data)):
        return [_put(home, path, data)]
    if there == _NO_PLAIN_FILE:
        return [Action("kept", Path(path), "it is no plain file, so it was left alone")]
    if recorded == _sha256(data):
        return [Action("kept", Path(path))]
    if is_work:
        return [Action("kept", Path(path), _newer(path))]
    return _replace(home, path, data, "as you had it, before the new one came")


def _newer(path: str) -> str:
    chapter, name = path.split("/", 1)
    if name == "quiz.toml":
        return "the questions have changed; to get the new form, rename yours and run `grade start` again"
    number = int(chapter.removeprefix("chapter").split("_")[0])
    return f"the course's own has changed; `grade reset chapter{number}` writes it and keeps yours as a copy"


def _replace(home: Path, path: str, data: bytes, note: str) -> list[Action]:
    there = _sha256_of(home / path)
    if there == _NO_PLAIN_FILE:
        raise UsageError(f"{home / path} is no plain file, so no copy of it can be kept: remove it yourself.")
    if there in (None, _sha256(data)):
        return [_put(home, path, data)]
    copy = _dated(home / path)
    write_file(copy, (home / path).read_bytes())
    return [Action("copied", copy.relative_to(home), note), _put(home, path, data)]


def _dated(path: Path) -> Path:
    """Return a name beside a file that nothing has yet, such as ``xor.2026-11-20.py`` or ``xor.2026-11-20-2.py``."""
    day, n = time.strftime("%Y-%m-%d"), 1
    copy = path.with_name(f"{path.stem}.{day}{path.suffix}")
    while os.path.lexists(copy):
        n += 1
        copy = path.with_name(f"{path.stem}.{day}-{n}{path.suffix}")
    return copy


def _put(home: Path, path: str, data: bytes) -> Action:
    there = _sha256_of(home / path)
    if there == _sha256(data):
        return Action("unchanged", Path(path))
    write_file(home / path, data)
    return Action("wrote" if there is None else "updated", Path(path))


def _from(folder: Path, home: Path, action: Action) -> Action:
    path = action.path if home == folder else home.relative_to(folder) / action.path
    return Action(action.verb, path, action.note)


def write_file(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part; a link is replaced, not followed.

    Folders that are missing are made. Raises UsageError if it cannot be written.
    """
    unfinished = path.with_name(f".{path.name[:100]}.{os.urandom(6).hex()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("xb") as file:
            file.write(data)
        os.replace(unfinished, path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise UsageError(f"Cannot write {path}: {error.strerror}. Choose a folder that you may write to.") from None


def _remove(out: Path, path: Path) -> None:
    try:
        path.unlink()
        for folder in path.parents:
            if folder == out or any(folder.iterdir()):
                return
            folder.rmdir()
    except OSError as error:
        raise UsageError(f"Cannot remove {path}: {error.strerror}. Remove it by hand.") from None


def _require_no_links(home: Path, path: str) -> None:
    for folder in (home, *((home / path).parents)[: len(PurePosixPath(path).parts) - 1]):
        if folder.is_symlink():
            raise UsageError(
                f"{folder} is a link, and nothing is written through links: remove it or choose another folder."
            )


def _all_exercises(course: Course) -> dict[str, bytes]:
    return {
        f"{chapter.name}/{path}": data for chapter in course.chapters for path, data in exercise_files(chapter).items()
    }


def _record(files: Mapping[str, bytes]) -> bytes:
    return _record_text({path: _sha256(data) for path, data in files.items()})


def _record_text(files: Mapping[str, str]) -> bytes:
    return (json.dumps({"format": 1, "files": files}, indent=1, sort_keys=True) + "\n").encode()


def _recorded(home: Path) -> dict[str, str]:
    """Return what the record says was written; nothing if it is missing or damaged, so that all counts as touched."""
    try:
        files = json.loads((home / RECORD).read_bytes())["files"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}
    is_record = isinstance(files, dict) and all(isinstance(sha256, str) for sha256 in files.values())
    return {path: sha256 for path, sha256 in files.items() if _stays_below(path)} if is_record else {}


def _stays_below(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and ".." not in parts and not PurePosixPath(path).is_absolute() and "\\" not in path


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sha256_of(path: Path) -> str | None:
    """Return the SHA-256 of a plain file, None if nothing is there, _NO_PLAIN_FILE for links, folders and such."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return _NO_PLAIN_FILE
        return _sha256(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}. Check its permissions.") from None


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
                if table.get("id") == question.id and ("answer" in table or "why" in table):
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
        for decorator in getattr(node, "decorator_list", []):
            if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "wrong":
                values = [argument.value for argument in decorator.args if isinstance(argument, ast.Constant)]
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
    if isinstance(node, _Definition):
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
        if isinstance(node, _Definition) and ast.get_docstring(node, clean=False):
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
