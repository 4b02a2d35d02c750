"""Loads one submission and answers the grader's calls into it until the pipe closes."""

from __future__ import annotations

import contextlib
import inspect
import linecache
import operator
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import numpy as np

from grader import wire
from grader.worker.failure import describe
from grader.worker.output import KEPT_PER_CALL, CappedOutput
from grader.worker.pipe import Pipe

MAX_OBJECTS = 20_000  # objects of the student's that one check may hold
MAX_COLLECTED = 100_000  # items taken out of an iterator
MAX_WARNINGS = 20


class Kept:
    """A result that stays here, whatever it is; only a handle to it crosses the pipe."""

    def __init__(self, value: Any) -> None:
        self.value = value


class GraderError(RuntimeError):
    """A function of the grader that the submission was given has refused its arguments."""


def _type_name(value: Any) -> str:
    return type(value).__name__


def _itself(value: Any) -> str:
    """Return what tells an object from any other while both live, so that functions put in another order are seen."""
    return str(id(value))


class Runner:
    """The worker's main loop and what it holds: the module and the objects that the grader has handles to."""

    def __init__(self, pipe: Pipe, output: CappedOutput) -> None:
        self.pipe = pipe
        self.output = output
        self.module = types.ModuleType("submission")
        self.filename = "submission.py"
        self.objects: dict[int, Any] = {}
        self.next_object = 0
        self.classes: set[type] = set()
        self.given: dict[int, Callable[..., Any]] = {}
        self.is_plain = True  # whether the last arguments held nothing of the two
        self.float_errors: Any = {}
        self.hidden: list[Any] = []  # the module's own filters that hide warnings from whoever calls it
        self.print_options: Any = {}
        self.streams: tuple[Any, Any] = (sys.stdout, sys.stderr)
        self.answers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "load": self.load,
            "call": self.call,
            "get": self.get,
            "forget": self.forget,
        }

    def serve(self) -> None:
        """Answer requests until the grader hangs up."""
        while True:
            try:
                kind, request = self.pipe.receive()
            except EOFError:
                return
            self.output.left = KEPT_PER_CALL
            reply = self.answers[kind](request)
            self.flush()
            self.reply(reply)

    def flush(self) -> None:
        """Have written what the submission printed; a stream that it put there itself may hold it back."""
        for name in ("stdout", "stderr"):
            with contextlib.suppress(Exception):
                getattr(sys, name).flush()

    def reply(self, reply: tuple[str, dict[str, Any]]) -> None:
        """Send a reply; a value that cannot cross the pipe becomes a description of itself."""
        try:
            self.pipe.send(reply, self.spill)
        except wire.WireError as error:
            self.pipe.send(("unsendable", {"message": str(error)}))

    def load(self, request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Run the submission as a module; its ``__main__`` part does not run."""
        self.filename = request["filename"]
        source: bytes = request["source"]
        module = self.module = types.ModuleType(request["module"])
        module.__file__ = self.filename
        text = source.decode("utf-8-sig", "replace")
        linecache.cache[self.filename] = (len(text), None, text.splitlines(keepends=True), self.filename)
        sys.modules[module.__name__] = module
        filters = list(warnings.filters)
        try:
            exec(compile(source, self.filename, "exec", dont_inherit=True), module.__dict__)
        except BaseException as error:  # SystemExit and whatever else a submission raises
            return "raised", describe(error, self.filename)
        with contextlib.suppress(Exception):  # whatever it put there
            self.hidden = [f for f in warnings.filters if f[0] == "ignore" and f not in filters]
        self.remember()
        return "value", {"names": self.names()}

    def names(self) -> list[str]:
        """Return the names that the submission itself gives to functions and classes."""
        found = [n for n, value in list(self.module.__dict__.items()) if callable(value) and not n.startswith("__")]
        return [str.__str__(name)[:80] for name in found[:500] if isinstance(name, str)]

    def call(self, request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Call a function, a method or an operator of the student's and say what came of it.

        A request has a name and arguments; what else may stand in it: the object whose method it is, the positions of
        results to keep, and the flags operator, collect, repeat and makes_object.
        """
        try:
            target = self.target(request)
        except (AttributeError, LookupError):
            return "missing", {"names": self.names()}
        caught: list[warnings.WarningMessage] = []
        try:
            args, kwargs = self.arguments(request)
            before = b"" if self.is_plain else self.fingerprint((args, kwargs), mark=_itself)
            value = self.once(target, request, args, kwargs, caught)
            reply = {"value": value}
            if warned := self.plain_warnings(caught):
                reply["warnings"] = warned
            if not self.is_as_sent(request, args, kwargs, before):
                reply["changed"] = self.changed(target, request)
            elif request.get("repeat"):
                first = self.fingerprint(value)
                again = self.once(target, request, *self.arguments(request), [])
                if self.fingerprint(again) != first:
                    reply["again"] = again
                    if self.fingerprint(value) != first:  # the second call changed the first one's result
                        reply["value"] = wire.loads(first)
        except BaseException as error:
            raised = describe(error, self.filename)
            raised["lines"] = raised["lines"] or self.first_line(target)
            return "raised", raised
        return "value", reply

    def once(
        self, target: Callable[..., Any], request: dict[str, Any], args: tuple[Any, ...], kwargs: dict[str, Any],
        caught: list[warnings.WarningMessage],
    ) -> Any:  # fmt: skip
        """Call target and return its result, with what stays here kept; warnings that reach the caller go to caught."""
        self.restore()
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            value = target(*args, **kwargs)
            if request.get("collect"):
                value = self.collect(value)
        caught.extend(seen)
        if request.get("makes_object") and type(value).__module__ not in ("builtins", "numpy"):
            self.classes.add(type(value))
        return self.keep(value, request.get("keep", ()))

    def arguments(self, request: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return arguments that no other call has; a function that stands there twice is one object, as the check's is."""
        self.given = {}
        self.is_plain = True
        args, kwargs = wire.loads(request["arguments"], self.resolve)
        return args, kwargs

    def remember(self) -> None:
        """Note the settings that every call computes and prints with."""
        self.float_errors = np.geterr()
        self.print_options = np.get_printoptions()
        self.streams = sys.stdout, sys.stderr

    def restore(self) -> None:
        """Undo what an earlier call did to these settings."""
        if np.geterr() != self.float_errors:
            np.seterr(**self.float_errors)
        if np.get_printoptions() != self.print_options:
            np.set_printoptions(**self.print_options)
        sys.stdout, sys.stderr = self.streams

    def fingerprint(self, value: Any, mark: Callable[[Any], str] = _type_name) -> bytes:
        """Return bytes that are equal for equal plain data; objects count by their mark, generators not at all."""
        try:
            return wire.dumps(value, lambda v: ["x", mark(v)], with_streams=False)
        except wire.WireError as error:
            return str(error).encode()

    def is_as_sent(self, request: dict[str, Any], args: tuple[Any, ...], kwargs: dict[str, Any], before: bytes) -> bool:
        """Return whether arguments are what they were before the call.

        Plain data has the bytes that were sent; where it has not, as a stream of random numbers, whose state does not
        count, it has those of the arguments made anew.
        """
        after = self.fingerprint((args, kwargs), mark=_itself)
        if before:
            return after == before
        return after == request["arguments"] or after == self.fingerprint(self.arguments(request), mark=_itself)

    def changed(self, target: Callable[..., Any], request: dict[str, Any]) -> str:
        """Return the name of the first argument that a call of target changes."""
        args, kwargs = self.arguments(request)
        before = [self.fingerprint(a, mark=_itself) for a in (*args, *kwargs.values())]
        target(*args, **kwargs)
        after = [self.fingerprint(a, mark=_itself) for a in (*args, *kwargs.values())]
        names = [*self.parameters(target, len(args)), *kwargs]
        differing = [name for name, x, y in zip(names, before, after, strict=True) if x != y]
        return differing[0] if differing else "an argument"

    def parameters(self, target: Callable[..., Any], count: int) -> list[str]:
        """Return names for the first count positional arguments of target."""
        try:
            names = [p.name for p in inspect.signature(target).parameters.values() if p.kind < p.VAR_POSITIONAL]
        except (ValueError, TypeError):
            names = []
        return [names[i] if i < len(names) else f"argument {i + 1}" for i in range(count)]

    def collect(self, value: Any) -> Any:
        """Return what list() would make of an iterable, or the value itself where it is none."""
        try:
            iterator = iter(value)
        except TypeError:
            return value
        items = list(islice(iterator, MAX_COLLECTED + 1))
        if len(items) > MAX_COLLECTED:
            raise ValueError(f"more than {MAX_COLLECTED} items")
        return items

    def keep(self, value: Any, positions: Sequence[int]) -> Any:
        """Return value with the items at positions wrapped so that they stay here; an object of a task's class as a whole.

        Such a class may extend float or tuple: its objects are no plain data all the same.
        """
        if isinstance(value, tuple(self.classes)):
            return Kept(value)
        if not positions or not isinstance(value, (tuple, list)):
            return value
        return tuple(Kept(item) if i in positions else item for i, item in enumerate(value))

    def plain_warnings(self, caught: list[warnings.WarningMessage]) -> list[tuple[str, int]]:
        """Return message and line of NumPy's RuntimeWarnings that reached the caller; underflow is no fault."""
        loud = [w for w in caught if issubclass(w.category, RuntimeWarning) and not self.is_hidden(w)]
        found = [w for w in loud if not str(w.message).startswith("underflow encountered")][:MAX_WARNINGS]
        return [(str(w.message)[:500], w.lineno if w.filename == self.filename else 0) for w in found]

    def is_hidden(self, warning: warnings.WarningMessage) -> bool:
        """Return whether a filter of the module's own keeps a warning from its caller, as np.seterr at its top does."""
        return any(
            issubclass(warning.category, category)
            and (text is None or text.match(str(warning.message)) is not None)
            and (module is None or module.match(self.module.__name__) is not None)
            and line in (0, warning.lineno)
            for _, text, category, module, line in self.hidden
        )

    def first_line(self, target: Any) -> list[int]:
        """Return the line where target is defined, if that is in the submission."""
        code = getattr(target, "__code__", None)
        ours = isinstance(code, types.CodeType) and code.co_filename == self.filename
        return [code.co_firstlineno] if ours and code is not None else []

    def target(self, request: dict[str, Any]) -> Any:
        """Return what a request wants to call."""
        if request.get("operator"):
            return getattr(operator, request["name"])
        if "object" not in request:
            return self.module.__dict__[request["name"]]
        return getattr(self.objects[request["object"]], request["name"])

    def get(self, request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return an attribute of an object that the grader has a handle to."""
        try:
            return "value", {"value": getattr(self.objects[request["object"]], request["name"])}
        except BaseException as error:
            return "raised", describe(error, self.filename)

    def forget(self, request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Let go of every object: a check is over."""
        self.objects.clear()
        return "value", {}

    def spill(self, value: Any) -> Any:
        """Return the handle of something that is not plain data."""
        if isinstance(value, Kept):
            value = value.value
        if len(self.objects) >= MAX_OBJECTS:
            raise wire.WireError(f"more than {MAX_OBJECTS} objects")
        self.next_object += 1
        self.objects[self.next_object] = value
        return ["o", self.next_object, type(value).__name__[:80]]

    def resolve(self, tag: str, fields: list[Any]) -> Any:
        """Return what an argument's tag stands for: an object here, a function of the submission, a callback."""
        self.is_plain = False
        if tag == "o":
            return self.objects[fields[0]]
        if tag == "s":
            return self.module.__dict__[fields[0]]
        return self.given.setdefault(fields[0], self.callback(fields[0]))

    def callback(self, number: int) -> Callable[..., Any]:
        """Return a function that asks the grader."""

        def given(*args: Any, **kwargs: Any) -> Any:
            self.pipe.send(("callback", {"number": number, "args": args, "kwargs": kwargs}), self.spill)
            kind, answer = self.pipe.receive(self.resolve)
            while kind in self.answers:  # the grader's function calls the student's
                self.reply(self.answers[kind](answer))
                kind, answer = self.pipe.receive(self.resolve)
            if kind == "raised":
                raise CALLBACK_ERRORS.get(answer["type"], GraderError)(answer["message"])
            return answer["value"]

        return given


CALLBACK_ERRORS: dict[str, type[Exception]] = {
    error.__name__: error for error in (ValueError, TypeError, IndexError, KeyError, ZeroDivisionError)
}
