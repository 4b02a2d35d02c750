"""The student's module as a check sees it: ``student.sigmoid(z)`` calls the function over the pipe."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader import wire
from grader.course import Task
from grader.errors import did_you_mean
from grader.student.session import (
    Callback,
    Handle,
    Reply,
    Session,
    at,
    failure_code,
    is_refused_import,
    last_line,
    line_of,
    text_of,
    words,
)  # fmt: skip
from grader.student.unusable import Unreadable, Unusable
from grader.verdict import CheckFailed

Watch = Callable[[str, tuple[Any, ...], dict[str, Any], Reply], None]
"""Told of each answer: what was called or looked up, the arguments, and the reply."""
REPEAT_TOLERANCE = 1e-9  # relative: two equal calls may differ by the rounding of another memory layout, not by more


@dataclass
class CallSettings:
    """How one check's calls are made.

    Attributes:
        cpu_seconds: CPU seconds of one call.
        repeat: whether the first call of each function is made twice and compared.
        no_warnings: whether a RuntimeWarning that reaches the caller fails the check.
        by_name: the task whose first call hands over the arguments by the names of the parameters.
        called: the tasks called so far.
    """

    cpu_seconds: float
    repeat: bool = True
    no_warnings: bool = False
    by_name: str = ""
    called: set[str] = field(default_factory=set)


class Remote(Unusable):
    """An object of the student's: attributes, methods and operators work, the object itself stays in the worker."""

    def __init__(self, calls: Student, handle: Handle) -> None:
        self._calls = calls
        self._handle = handle
        self._generation = calls._session.generation

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._calls._attribute(self, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object in the worker."""
        return self._calls._request("__call__", self, args, kwargs)

    def __repr__(self) -> str:
        return self.words()

    def words(self) -> str:
        """Return "a Counter object"."""
        return f"a {self._handle.type_name} object"


def _operator(name: str, *, reflected: bool = False) -> Callable[..., Any]:
    def apply(self: Remote, *operands: Any) -> Any:
        return self._calls._operate(name, (*operands, self) if reflected else (self, *operands))

    return apply


for _name in ("add", "sub", "mul", "truediv", "pow"):
    setattr(Remote, f"__{_name}__", _operator(_name))
    setattr(Remote, f"__r{_name}__", _operator(_name, reflected=True))
setattr(Remote, "__neg__", _operator("neg"))  # noqa: B010 - beside the others


class Method(Remote):
    """A method of an object, by the worker's word: it is called under its own name, and is no value either."""

    def __init__(self, calls: Student, handle: Handle, owner: Remote, name: str) -> None:
        super().__init__(calls, handle)
        self._owner = owner
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the method in the worker."""
        return self._calls._request(self._name, self._owner, args, kwargs)


class Returned(tuple[Any, ...]):
    """Several results under the names that the chapter gives them; unpacks like a tuple."""

    names: tuple[str, ...]

    def __new__(cls, values: list[Any], names: tuple[str, ...]) -> Returned:
        """Return values under names, one for each."""
        self = super().__new__(cls, values)
        self.names = names
        return self

    def __getattr__(self, name: str) -> Any:
        try:
            return self[self.names.index(name)]
        except ValueError:
            raise AttributeError(name) from None


class Student:
    """One submission as the checks of one chapter call it."""

    def __init__(self, session: Session, tasks: Mapping[str, Task], watch: Watch | None = None) -> None:
        self._session = session
        self._told = watch
        self._tasks = tasks
        self._settings = CallSettings(1.0)
        self._callbacks: dict[
            int, Callback
        ] = {}  # of one check: an object of the student's may keep a function for later

    def _begin(self, settings: CallSettings) -> None:
        self._settings = settings
        self._callbacks.clear()
        self._session.begin_check()

    def __getattr__(self, name: str) -> Function:
        if name.startswith("_") or name not in self._tasks:
            raise AttributeError(f"the chapter has no task {name!r}{did_you_mean(name, self._tasks)}")
        return Function(self, self._tasks[name])

    def _call(self, task: Task, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        first = task.name not in self._settings.called
        self._settings.called.add(task.name)
        if first and self._settings.by_name == task.name and task.takes:
            return self._call_by_name(task, args, kwargs)
        return self._call_as_given(task, args, kwargs, first)

    def _call_by_name(self, task: Task, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        named = dict(zip(task.takes, args, strict=False))
        try:
            return self._call_as_given(task, args[len(named) :], named | kwargs, first=True)
        except RaisedByStudent as raised:
            if "TypeError" not in raised.names:
                raise
            self._call_as_given(task, args, kwargs, first=True)  # raises what the names have nothing to do with
            form = f"{task.name}({', '.join(f'{name}=…' for name in named)})"
            message = f"{raised.message}. By position it works, as {form} it does not: keep the names of the parameters"
            raise CheckFailed("WRONG_TYPE", message, raised.line) from None

    def _call_as_given(self, task: Task, args: tuple[Any, ...], kwargs: dict[str, Any], first: bool) -> Any:
        is_class = task.kind == "class"
        keep = [i for i, name in enumerate(task.returns) if name in task.opaque]
        value = self._request(task.name, None, args, kwargs, keep=keep, collect=task.collect,
                              repeat=self._settings.repeat and first and not is_class, makes_object=is_class)  # fmt: skip
        if is_class and not isinstance(value, Remote):
            raise CheckFailed(
                "WRONG_TYPE", f"{task.name}(…) gives {describe_type(value)}, expected an object of a class"
            )
        if task.collect and not isinstance(value, list):
            raise CheckFailed(
                "WRONG_TYPE", f"{task.name} returns {describe_type(value)}, expected a list or an iterator"
            )
        return named_results(value, task) if task.returns else value

    def _attribute(self, remote: Remote, name: str) -> Any:
        self._check_alive(remote)
        seconds = self._settings.cpu_seconds
        reply = self._session.ask("get", {"object": remote._handle.number, "name": name}, seconds, self._callbacks)
        if self._told is not None:
            self._told(name, (remote,), {}, reply)
        if reply[0] == "raised" and "AttributeError" in names_of(reply[1]):
            raise CheckFailed("NOT_WRITTEN", f"{remote!r} has no attribute {name!r}", status="error")
        value = self._result(name, reply)
        if isinstance(value, Remote) and value._handle.type_name in ("method", "builtin_function_or_method"):
            return Method(self, value._handle, remote, name)
        return value

    def _operate(self, name: str, operands: tuple[Any, ...]) -> Any:
        value = self._request(name, None, operands, {}, is_operator=True)
        if not isinstance(value, Remote):
            raise CheckFailed("WRONG_TYPE", f"{SIGNS[name]} gives {describe_type(value)}, expected an object again")
        return value

    def _check_alive(self, remote: Remote) -> None:
        if remote._generation != self._session.generation:
            raise CheckFailed("CRASH", "the program that held this object is gone")

    def _request(
        self, name: str, remote: Remote | None, args: tuple[Any, ...], kwargs: dict[str, Any], *,
        keep: list[int] | None = None, collect: bool = False, repeat: bool = False, is_operator: bool = False,
        makes_object: bool = False,
    ) -> Any:  # fmt: skip
        try:
            arguments = wire.dumps((args, kwargs), self._spill(self._callbacks))
        except wire.WireError as error:  # a result of the student's that is handed back
            raise CheckFailed("WRONG_TYPE", f"{name} cannot be called with that: {error}") from None
        request: dict[str, Any] = {"name": name, "arguments": arguments}
        if remote is not None:
            request["object"] = remote._handle.number
        if keep:
            request["keep"] = keep
        flags = {"operator": is_operator, "collect": collect, "repeat": repeat, "makes_object": makes_object}
        request |= {flag: True for flag, is_set in flags.items() if is_set}
        seconds = self._settings.cpu_seconds * (2 if repeat else 1)
        reply = self._session.ask("call", request, seconds, self._callbacks)
        if self._told is not None:
            self._told(name, args if remote is None else (remote, *args), kwargs, reply)
        return self._result(SIGNS[name] if is_operator else name, reply)

    def _spill(self, callbacks: dict[int, Callback]) -> wire.Spill:
        numbers: dict[int, int] = {}  # by id, which lasts: the callback holds its function

        def spill(value: Any) -> Any:
            if isinstance(value, Remote):
                self._check_alive(value)
                return ["o", value._handle.number]
            if isinstance(value, Function):
                return ["s", value._task.name]
            if isinstance(value, Unreadable):
                return ["x", value.description]
            if callable(value):
                number = numbers.setdefault(id(value), len(callbacks))
                callbacks[number] = lambda *a, **k: value(*map(self._adopt, a), **self._adopt(k))
                return ["k", number]
            raise TypeError(f"a check passes a {type(value).__name__}, which is not plain data")

        return spill

    def _result(self, name: str, reply: Reply) -> Any:
        kind, answer = reply
        if kind == "raised":
            raise self._raised(name, answer)
        if kind == "missing":
            message = (
                f"{name} is not defined in {self._session.submission.name}.{did_you_mean(name, self._session.names)}"
            )
            raise CheckFailed("NOT_WRITTEN", message, status="error")
        if kind == "unsendable":
            why = words(answer.get("message"), "too much")
            raise CheckFailed("WRONG_TYPE", f"{name} returns what cannot be read: {why}")
        if kind != "value" or "value" not in answer:
            raise CheckFailed("WRONG_TYPE", f"{name} returned nothing that can be read")
        self._watch(name, answer)
        return self._adopt(answer["value"])

    def _watch(self, name: str, answer: dict[str, Any]) -> None:
        changed = answer.get("changed")
        if changed is not None:
            message = f"{name} changes its argument {words(changed, 'in place')}; work on a copy"
            raise CheckFailed("MUTATED_INPUT", message)
        if "again" in answer and not same(answer["value"], answer["again"]):
            raise CheckFailed("NOT_REPEATABLE", f"{name} gives another result when called again with equal arguments")
        warnings = answer.get("warnings")
        if self._settings.no_warnings and isinstance(warnings, list) and warnings:
            text, number = warnings[0] if isinstance(warnings[0], tuple) and len(warnings[0]) == 2 else ("", None)
            line = line_of(number)
            raise CheckFailed("WARNED", f"{name} lets NumPy warn: {words(text)}{at(line)}", line)

    def _raised(self, name: str, answer: dict[str, Any]) -> CheckFailed:
        code, line = failure_code(answer), last_line(answer)
        if code == "NOT_WRITTEN":
            text = words(answer.get("message")).strip() or f"{name}: not written yet"
            return CheckFailed(code, text, line)
        if code == "EXIT":
            return CheckFailed(code, f"{name} ends the program{at(line)}", line)
        if code == "MEMORY":
            return CheckFailed(
                code, f"{name} runs out of the {self._session.memory_mb} MB that it may use{at(line)}", line
            )
        verb = "" if is_refused_import(answer) else "raises "
        return RaisedByStudent(code, f"{name} {verb}{text_of(answer)}{at(line)}", line, names=names_of(answer))

    def _adopt(self, value: Any) -> Any:
        if isinstance(value, Handle):
            return Remote(self, value)
        if isinstance(value, wire.Foreign):
            return Unreadable(value.description)
        if isinstance(value, np.random.Generator):  # equal to no other, even of the same state
            return Unreadable("a random generator")
        if isinstance(value, list):
            return [self._adopt(item) for item in value]
        if isinstance(value, tuple):
            return tuple(self._adopt(item) for item in value)
        if isinstance(value, dict):
            return {key: self._adopt(item) for key, item in value.items()}
        return value


SIGNS = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**", "neg": "unary -"}


class RaisedByStudent(CheckFailed):
    """An exception of the student's code, with the names of its classes."""

    def __init__(self, code: str, message: str, line: int | None, names: list[str]) -> None:
        super().__init__(code, message, line)
        self.names = names


def names_of(answer: dict[str, Any]) -> list[str]:
    """Return the names of an exception's classes; a worker's word for them."""
    names = answer.get("bases")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


class Function:
    """One of the student's functions or classes, to be called, or passed to another of them."""

    def __init__(self, student: Student, task: Task) -> None:
        self._student = student
        self._task = task

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the student's function in the worker and return its result as plain data."""
        return self._student._call(self._task, args, kwargs)

    @property
    def task(self) -> Task:
        """Return what chapter.toml says of it."""
        return self._task

    @property
    def name(self) -> str:
        """Return the task's name."""
        return self._task.name


def named_results(value: Any, task: Task) -> Returned:
    """Return the several results of a task under their names.

    Raises:
        CheckFailed: WRONG_TYPE, it is not a sequence of as many values.
    """
    wanted = f"{len(task.returns)} values: {', '.join(task.returns)}"
    if value is None:
        raise CheckFailed("WRONG_TYPE", f"{task.name} returns None, expected {wanted}")
    if isinstance(value, np.ndarray) and value.ndim > 0 and len(value) == len(task.returns):
        value = list(value)  # one object for each entry: not before their number is known to be small
    is_several = isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0)
    if not is_several:
        raise CheckFailed("WRONG_TYPE", f"{task.name} returns {describe_type(value)}, expected {wanted}")
    if len(value) != len(task.returns):
        raise CheckFailed("WRONG_TYPE", f"{task.name} returns {len(value)} values, expected {wanted}")
    return Returned(list(value), task.returns)


def describe_type(value: Any) -> str:
    """Return "an array of shape (3,)" or "a list", as a student would say it."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, wire.Foreign):
        return value.description
    if isinstance(value, Remote):
        return repr(value)
    if isinstance(value, Returned):
        return f"{len(value)} values"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def same(a: Any, b: Any) -> bool:
    """Return whether two results are equal but for rounding; NaN equals NaN here."""
    if isinstance(a, Handle) and isinstance(b, Handle):
        return a.type_name == b.type_name
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (np.ndarray, np.number)):
        close = np.shape(a) == np.shape(b) and np.allclose(a, b, REPEAT_TOLERANCE, REPEAT_TOLERANCE, equal_nan=True)
        return bool(close)
    if isinstance(a, float):
        return a == b or math.isclose(a, b, rel_tol=REPEAT_TOLERANCE, abs_tol=REPEAT_TOLERANCE) or (a != a and b != b)
    return bool(operator.eq(a, b))
