"""Calls into a submission: values, objects, callbacks, and what is watched beside the result."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.student.proxy import Remote, describe_type
from tests.student.conftest import Submit, begin, code_of, failure


def test_values_go_there_and_back(submit: Submit) -> None:
    student = submit("def f(*args, **kw): return args, kw")
    (a, b), kw = student.f(np.arange(3.0), [1, "x", None], key=(1, {"k": True}))
    assert a.tolist() == [0.0, 1.0, 2.0]
    assert (b, kw) == ([1, "x", None], {"key": (1, {"k": True})})


def test_several_results_have_their_names(submit: Submit) -> None:
    student = submit("def f(x): return x, x + 1", f={"returns": ("left", "right")})
    got = student.f(1)
    assert (got.left, got.right, got[0]) == (1, 2, 1)
    with pytest.raises(AttributeError):
        got.middle
    assert describe_type(got) == "2 values"


@pytest.mark.parametrize(
    "result", ["None", "(1,)", "(1, 2, 3)", "5", "'ab'", "{1: 1, 2: 2}", "np.array(3)", "object()"]
)
def test_other_than_the_named_results_is_a_wrong_type(submit: Submit, result: str) -> None:
    student = submit(f"import numpy as np\ndef f(): return {result}", f={"returns": ("left", "right")})
    failed = failure(student.f)
    assert failed.code == "WRONG_TYPE"
    assert "2 values: left, right" in failed.message


FLOATS = """
    class Value(float):
        def __new__(cls, data, grad=0.0): return super().__new__(cls, data)
        def __init__(self, data, grad=0.0): self.grad = grad
        data = property(float.__float__)
        def __add__(self, other): return Value(self.data + other, grad=7.0)
        def half(self): return Value(self.data / 2, grad=8.0)
        def whole(self): return float(self) // 1
    def plain(): return Value(2.5)
"""


def test_objects_of_a_class_that_extends_float_are_objects(submit: Submit) -> None:
    student = submit(FLOATS, Value={"kind": "class"}, plain={})
    assert student.plain() == 2.5  # a number is asked for, and this is one
    value = student.Value(3.0)
    total = value + 1
    assert (value.grad, total.grad, total.data, total.half().grad, total.half().data) == (0.0, 7.0, 4.0, 8.0, 2.0)
    assert value.whole() == 3.0


OPAQUE = """
    class State:
        def __init__(self, n): self.n = n
    def step(w, state=None):
        n = 1 if state is None else state.n + 1
        return w + n, State(n)
"""


def test_an_old_state_can_be_used_again(submit: Submit) -> None:
    student = submit(OPAQUE, step={"returns": ("w", "state"), "opaque": ("state",)})
    first = student.step(0)
    second = student.step(first.w, first.state)
    assert (first.w, second.w) == (1, 3)
    assert student.step(0, first.state).w == 2
    assert student.step(0, second.state).w == 3


def test_plain_opaque_results_stay_in_the_worker_as_well(submit: Submit) -> None:
    student = submit("def step(s=0): return 1, {s}", step={"returns": ("w", "state"), "opaque": ("state",)})
    assert isinstance(student.step(3).state, Remote)


def test_an_object_of_an_earlier_check_is_gone(submit: Submit) -> None:
    student = submit("class C:\n    x = 1\ndef f(c): return 1", C={"kind": "class"})
    old = student.C()
    begin(student)
    assert code_of(lambda: old.x) == "CRASH"
    assert code_of(student.f, old) == "CRASH"


@pytest.mark.parametrize(
    ("body", "want"),
    [("yield from (x, x + 1)", [1, 2]), ("return [x]", [1]), ("return (x, x)", [1, 1]), ("return iter(range(x))", [0])],
)  # fmt: skip
def test_iterables_are_collected(submit: Submit, body: str, want: Any) -> None:
    assert submit(f"def f(x):\n    {body}", f={"collect": True}).f(1) == want


def test_what_is_no_iterable_is_a_wrong_type(submit: Submit) -> None:
    assert failure(submit("def f(): return None", f={"collect": True}).f).code == "WRONG_TYPE"


def test_a_class_and_its_operators_must_give_objects(submit: Submit) -> None:
    assert failure(submit("def C(): return 1", C={"kind": "class"}).C).code == "WRONG_TYPE"
    thing = submit("class C:\n    def __add__(self, other): return 1", C={"kind": "class"}).C()
    assert failure(lambda: thing + 1).code == "WRONG_TYPE"


def test_an_endless_generator_is_an_exception(submit: Submit) -> None:
    failed = failure(submit("def f():\n    while True: yield 1", f={"collect": True}, seconds=5).f)
    assert (failed.code, "more than 100000 items" in failed.message) == ("EXCEPTION", True)


CALLER = """
    def call(f, *args, **kw): return f(*args, **kw)
    def caught(f, x):
        try: return f(x)
        except ZeroDivisionError as e: return "caught " + str(e)
    def endless(f):
        while True: f(1.0)
    class Keeps:
        def __init__(self, f): self.f = f
        def run(self, x): return self.f(x)
        @property
        def value(self): return self.f(7)
    def twice(x): return 2 * x
    def own(f): return f(lambda x: x + 1)
    def obj(f): return f(Keeps(f))
    def fails(x): raise ValueError("inside")
"""


def test_a_callback_is_called_with_plain_data(submit: Submit) -> None:
    assert submit(CALLER).call(lambda x, y=0: x + y, 1, y=2) == 3


def test_a_callback_given_twice_is_one_function_and_another_calls_is_another(submit: Submit) -> None:
    student = submit(
        "seen = {}\ndef places(fs): return [fs.index(f) for f in fs]\ndef kept(f): return seen.setdefault(f, f(1))"
    )
    assert student.places([abs, len, abs]) == [0, 1, 0]
    begin(student)
    assert student.kept(lambda x: x + 1) == 2
    begin(student)
    assert student.kept(lambda x: x + 2) == 3


def test_a_callbacks_exception_travels_back_and_can_be_caught(submit: Submit) -> None:
    student = submit(CALLER)
    assert student.caught(lambda x: x / 0, 1) == "caught division by zero"
    failed = failure(student.call, lambda x: x / 0, 1)
    assert (failed.code, failed.line) == ("EXCEPTION", 2)
    assert "ZeroDivisionError" in failed.message


@pytest.mark.parametrize("args", [(), (1, 2), ("text",), (None,)])
def test_wrong_arguments_of_a_callback_are_the_students_exception(submit: Submit, args: tuple[Any, ...]) -> None:
    assert code_of(submit(CALLER).call, lambda x: x * 1.5, *args) == "EXCEPTION"


def test_a_callback_may_call_the_student_again(submit: Submit) -> None:
    student = submit(CALLER)
    assert student.call(lambda x: student.twice(x) + student.call(lambda y: student.twice(y), 10), 1) == 22


def test_a_failure_inside_a_nested_call_is_the_checks(submit: Submit) -> None:
    student = submit(CALLER)
    assert "inside" in failure(student.call, lambda x: student.fails(x), 1).message
    begin(student)
    assert student.twice(2) == 4


def test_a_students_function_given_to_a_callback_can_be_called(submit: Submit) -> None:
    assert submit(CALLER).own(lambda g: g(4)) == 5


def test_an_object_given_to_a_callback_that_returns_it_is_an_exception(submit: Submit) -> None:
    assert code_of(submit(CALLER).obj, lambda g: g) == "EXCEPTION"


def test_an_object_may_keep_a_function_for_later(submit: Submit) -> None:
    student = submit(CALLER, Keeps={"kind": "class"})
    kept = student.Keeps(lambda x: x + 100)
    assert student.call(lambda x: -x, 5) == -5
    assert (kept.run(1), kept.value) == (101, 107)


def test_a_function_of_the_students_is_passed_as_itself(submit: Submit) -> None:
    student = submit(CALLER)
    assert student.call(student.twice, 4) == 8


def test_an_endless_loop_of_callbacks_is_stopped_by_its_time(submit: Submit) -> None:
    assert code_of(submit(CALLER, seconds=0.2).endless, lambda x: x) == "TIMEOUT"


VALUE = """
    class Value:
        def __init__(self, data, parents=()): self.data, self.parents, self.grad = data, parents, 0.0
        @staticmethod
        def of(v): return v if isinstance(v, Value) else Value(v)
        def __add__(self, o): return Value(self.data + Value.of(o).data, (self, Value.of(o)))
        __radd__ = __add__
        def __mul__(self, o): return Value(self.data * Value.of(o).data, (self, Value.of(o)))
        __rmul__ = __mul__
        def __sub__(self, o): return Value(self.data - Value.of(o).data)
        def __rsub__(self, o): return Value(Value.of(o).data - self.data)
        def __neg__(self): return Value(-self.data)
        def __pow__(self, k): return Value(self.data ** k)
        def depth(self): return 1 + max([p.depth() for p in self.parents], default=0)
        def me(self): return self
"""


def test_operators_work_on_either_side(submit: Submit) -> None:
    V = submit(VALUE, Value={"kind": "class"}).Value
    a, b = V(3.0), V(4.0)
    got = [
        (a + b).data,
        (a + 1).data,
        (1 + a).data,
        (a * b).data,
        (2 * a).data,
        (a - 1).data,
        (1 - a).data,
        (-a).data,
        (a**2).data,
    ]
    assert got == [7.0, 4.0, 4.0, 12.0, 6.0, 2.0, -2.0, -3.0, 9.0]
    assert a.me().me().data == 3.0


def test_a_graph_of_300_nodes_is_held(submit: Submit) -> None:
    V = submit(VALUE, Value={"kind": "class"}, seconds=3).Value
    total = V(0.0)
    for i in range(300):
        total = total + i
    assert (total.data, total.depth()) == (44850.0, 301)


def test_an_object_that_is_a_number_is_a_number_where_one_is_asked_for(submit: Submit) -> None:
    student = submit(
        "class F(float): pass\ndef f(): return F(2)\nclass C:\n    def g(self): return F(3)", C={"kind": "class"}
    )
    assert (student.f(), student.C().g()) == (2.0, 3.0)


def test_what_an_object_lacks_is_not_written(submit: Submit) -> None:
    student = submit("class C: pass", C={"kind": "class"})
    thing = student.C()
    failed = failure(lambda: thing.backward())
    assert (failed.code, failed.status, "'backward'" in failed.message) == ("NOT_WRITTEN", "error", True)
    failed = failure(lambda: thing + 1)
    assert (failed.code, failed.message.startswith("+ raises TypeError")) == ("EXCEPTION", True)


def test_what_the_module_lacks_is_not_written_and_the_close_name_told(submit: Submit) -> None:
    student = submit("def misssing(): pass")
    failed = failure(student.missing)
    assert (failed.code, failed.status) == ("NOT_WRITTEN", "error")
    assert "Did you mean 'misssing'?" in failed.message


def test_a_task_the_chapter_lacks_is_the_authors_mistake(submit: Submit) -> None:
    with pytest.raises(AttributeError, match="Did you mean 'twice'"):
        submit(CALLER).twise


MUTATIONS = {
    "array": ("x[0] = 9", np.zeros(3)),
    "array in place": ("x += 1", np.zeros(3)),
    "shape": ("x.shape = (3, 1)", np.zeros(3)),
    "dtype": ("x.dtype = 'int64'", np.zeros(3)),
    "sort": ("x.sort()", np.array([3.0, 1.0])),
    "list": ("x.append(1)", [1, 2]),
    "nested list": ("x[0][1][0] = 9", [[1, [2]]]),
    "array in a list": ("x[0][0] = 9", [np.zeros(3)]),
    "dict": ("x['k'] = 1", {}),
    "dict value": ("x['k'] += 1", {"k": 1}),
    "dict removed": ("x.clear()", {"k": 1}),
    "functions reversed": ("x.reverse()", [abs, max]),
    "function replaced": ("x[0] = lambda z: z", [abs, max]),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_changed_argument_is_named(submit: Submit, name: str) -> None:
    code, value = MUTATIONS[name]
    failed = failure(submit(f"def f(first, x):\n    {code}\n    return 1").f, 0, value)
    assert failed.code == "MUTATED_INPUT"
    assert "argument x;" in failed.message


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_checks_own_value_is_never_the_one_that_is_changed(submit: Submit, name: str) -> None:
    code, value = MUTATIONS[name]
    before = repr(value)
    failure(submit(f"def f(x):\n    {code}\n    return 1").f, value)
    assert repr(value) == before


@pytest.mark.parametrize(
    "body", ["x = x + 1", "old = x[0]; x[0] = 9; x[0] = old", "x = x.copy(); x[0] = 9", "x.sort(); x.sort()"]
)
def test_an_argument_that_is_as_before_is_unchanged(submit: Submit, body: str) -> None:
    assert submit(f"def f(x):\n    {body}\n    return 1").f(np.array([1.0, 2.0])) == 1


UNREPEATABLE = {
    "global counter": "n = 0\ndef f(x):\n    global n\n    n += 1\n    return x + n",
    "global randomness": "import numpy as np\ndef f(x): return x + np.random.normal()",
    "fresh generator": "import numpy as np\ndef f(x): return x + np.random.default_rng().normal()",
    "random module": "import random\ndef f(x): return x + random.random()",
    "mutable default": "def f(x, seen=[]):\n    seen.append(x)\n    return seen",
    "mutable default array": "import numpy as np\ndef f(x, total=np.zeros(1)):\n    total += x\n    return total",
    "mutable default length": "def f(x, seen=[]):\n    seen.append(x)\n    return len(seen)",
    "other type": "seen = []\ndef f(x):\n    seen.append(x)\n    return 1 if len(seen) > 1 else 1.0",
    "an iterator used up": "it = iter(range(9))\ndef f(x): return next(it)",
}


@pytest.mark.parametrize("name", UNREPEATABLE)
def test_another_result_the_second_time_is_told(submit: Submit, name: str) -> None:
    assert code_of(submit(UNREPEATABLE[name]).f, 1.5) == "NOT_REPEATABLE"


REPEATABLE = {
    "seeded": "import numpy as np\ndef f(x): return np.random.default_rng(1).normal()",
    "nan": "def f(x): return [float('nan'), {'a': float('nan')}]",
    "rounding": "n = [0]\ndef f(x):\n    n[0] += 1\n    return x + 1e-15 * n[0]",
    "shared buffer": "import numpy as np\nB = np.zeros(2)\ndef f(x):\n    B[:] = x\n    return B",
    "cache": "cache = {}\ndef f(x): return cache.setdefault(x, x * 2)",
    "fresh object": "class C: pass\ndef f(x): return C()",
}


@pytest.mark.parametrize("name", REPEATABLE)
def test_equal_results_are_repeatable(submit: Submit, name: str) -> None:
    submit(REPEATABLE[name]).f(1.5)


def test_a_generator_that_is_given_is_as_fresh_in_the_second_call(submit: Submit) -> None:
    student = submit("def f(rng): return rng.normal(size=3)")
    assert student.f(np.random.default_rng(3)).tolist() == np.random.default_rng(3).normal(size=3).tolist()


def test_only_the_first_call_of_a_check_is_made_twice(submit: Submit) -> None:
    student = submit("n = [0]\ndef f():\n    n[0] += 1\ndef count(): return n[0]")
    student.f()
    student.f()
    begin(student, repeat=False)
    assert student.count() == 3
    student.f()
    assert student.count() == 4


WARN = """
    import warnings
    import numpy as np
    def logs(x): return np.log(x)
    def quiet(x):
        with np.errstate(all="ignore"): return np.log(x)
    def own(x): warnings.warn("mine")
    def other(x): warnings.warn("mine", DeprecationWarning)
    def tiny(x):
        with np.errstate(all="warn"): return np.exp(x - 1e4)
"""


def test_numpys_warnings_are_told_with_their_line(submit: Submit) -> None:
    failed = failure(submit(WARN, no_warnings=True).logs, np.zeros(2))
    assert (failed.code, failed.line) == ("WARNED", 4)
    assert "divide by zero" in failed.message


@pytest.mark.parametrize("task", ["quiet", "own", "other", "tiny"])
def test_other_warnings_are_nobodys_business(submit: Submit, task: str) -> None:
    getattr(submit(WARN, no_warnings=True), task)(np.zeros(2))


FILTERS = {
    "warnings.filterwarnings('ignore')": None,
    "warnings.simplefilter('ignore', RuntimeWarning)": None,
    "warnings.filterwarnings('ignore', 'divide by zero')": None,
    "np.seterr(all='ignore')": None,
    "warnings.filterwarnings('ignore', category=DeprecationWarning)": "WARNED",
    "warnings.filterwarnings('ignore', 'overflow')": "WARNED",
    "warnings.filterwarnings('default')": "WARNED",
    "warnings.filters = None": "EXCEPTION",
    "warnings.filters.insert(0, ('ignore', 1))": "EXCEPTION",
}


@pytest.mark.parametrize("line", FILTERS)
def test_a_warning_that_the_module_hides_from_its_caller_is_none(submit: Submit, line: str) -> None:
    student = submit(f"import warnings\nimport numpy as np\n{line}\ndef f(x): return np.log(x)", no_warnings=True)
    if FILTERS[line] is None:
        assert student.f(np.zeros(1))[0] == -np.inf
    else:
        assert code_of(student.f, np.zeros(1)) == FILTERS[line]


def test_warnings_count_only_where_the_check_says_so(submit: Submit) -> None:
    assert submit(WARN).logs(np.zeros(1)).tolist() == [-np.inf]


def test_prints_are_kept_for_their_check_and_cut(submit: Submit) -> None:
    student = submit(
        "import sys\nprint('at load')\ndef f(n):\n    print('x' * n)\n    print('é', file=sys.stderr)", seconds=3
    )
    student.f(3)
    assert student._session.printed() == "xxx\né\n" * 2
    begin(student, repeat=False)
    assert student._session.printed() == ""
    student.f(100_000)
    assert student._session.printed() == "x" * 4096
    begin(student)
    student.f(1)
    assert student._session.printed() == "x\né\n" * 2


LEAKS = {
    "seterr": "np.seterr(all='raise')",
    "error filter": "warnings.simplefilter('error')",
    "filters reset": "warnings.resetwarnings()",
    "print options": "np.set_printoptions(precision=1, threshold=2)",
    "stdout": "sys.stdout = io.StringIO()",
    "stdout none": "sys.stdout = None",
    "stderr": "sys.stderr = sys.stdout = open('/dev/null')",
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_setting_of_one_call_does_not_reach_the_next(submit: Submit, name: str) -> None:
    student = submit(f"""
        import io, sys, warnings
        import numpy as np
        def bad():
            try: {LEAKS[name]}
            except OSError: sys.stdout = None
        def good():
            warnings.warn("no error")
            print("seen")
            return np.log(np.zeros(1)), str(np.array([1 / 3] * 4))
    """)
    student.bad()
    begin(student, repeat=False)
    logs, text = student.good()
    assert (logs[0], text) == (-np.inf, "[0.33333333 0.33333333 0.33333333 0.33333333]")
    assert student._session.printed().strip().endswith("seen")


STREAMS = {
    "reconfigured": "sys.stdout.reconfigure(encoding='utf-8')",
    "both reconfigured": "for s in (sys.stdout, sys.stderr): s.reconfigure(encoding='utf-8', errors='replace')",
    "wrapped": "sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8')",
    "wrapped twice": "for _ in 1, 2: sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8', line_buffering=True)",
    "detached": "sys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding='utf-8')",
    "both": "sys.stdout, sys.stderr = (io.TextIOWrapper(s.detach(), 'utf-8') for s in (sys.stdout, sys.stderr))",
    "a codec's": "sys.stdout = codecs.getwriter('utf-8')(sys.stdout.buffer)",
}


@pytest.mark.parametrize("line", STREAMS.values(), ids=STREAMS)
def test_standard_output_can_be_set_to_utf_8_as_on_windows(submit: Submit, line: str) -> None:
    source = """
        import codecs, io, sys
        def show():
            print("\u00e9")
            print("\u4e16", file=sys.stderr, flush=True)
            return 1
        def again():
            LINE
            return show()
        def plain(): return show()
    """
    for where in ("again", "the top"):
        text = source.replace("LINE", line) if where == "again" else source.replace("LINE", "pass")
        student = submit(text + ("" if where == "again" else f"\n        {line}\n"))
        for task in (student.again, student.plain):
            begin(student, repeat=False)
            assert task() == 1
            assert sorted(student._session.printed().split()) == ["\u00e9", "\u4e16"]


def test_bytes_can_be_printed(submit: Submit) -> None:
    student = submit(
        "import sys\ndef f(): return sys.stdout.buffer.write(b'abc'), sys.stdout.isatty(), sys.stdout.encoding"
    )
    begin(student, repeat=False)
    assert student.f() == (3, False, "utf-8")
    assert student._session.printed() == "abc"


HAS = """
    import importlib.util
    HAS = [importlib.util.find_spec(name) is not None for name in ("matplotlib", "grader", "math", "numpy")]
    def has(): return HAS
    def late():
        import scipy.stats
    def caught():
        try:
            import scipy.stats
        except ImportError as error:
            return type(error).__name__, error.name
    def missing(): import numpy.nothing
    def again():
        importlib.invalidate_caches()
        return importlib.import_module("wave").__name__
"""


def test_what_is_not_installed_can_be_asked_for(submit: Submit) -> None:
    student = submit(HAS)
    assert student.has() == [False, False, True, True]
    assert student.caught() == ("ModuleNotFoundError", "scipy")
    failed = failure(student.late)
    assert failed.code == "FORBIDDEN"
    assert failed.message == "late cannot import scipy: a submission may import the standard library and NumPy (line 6)"
    assert student.again() == "wave"
    assert (
        failure(student.missing).message
        == "missing raises ModuleNotFoundError: No module named 'numpy.nothing' (line 12)"
    )


def test_a_submission_may_ask_to_be_told_of_forks(submit: Submit) -> None:
    student = submit("import os\ndef f(): return type(os.register_at_fork).__name__")
    assert student.f() == "builtin_function_or_method"


def test_what_the_module_sets_for_itself_stays(submit: Submit) -> None:
    student = submit("import numpy as np\nnp.set_printoptions(precision=2)\ndef f(): return str(np.array([1/3]))")
    assert student.f() == "[0.33]"


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("[[0.0] * 600_000] * 2", "numbers in lists"), ("np.zeros(10_000_000)", "MB of data"), ("['x' * 99] * 9999", "kB of values"),
        ("10 ** 400", "bits"), ("deep()", "nested deeper"), ("[object() for _ in range(30_000)]", "objects"), ("{b'k': 1}", "key"),
    ],
)  # fmt: skip
def test_results_too_large_or_odd_are_a_wrong_type_and_the_worker_lives(
    submit: Submit, result: str, words: str
) -> None:
    student = submit(f"""
        import numpy as np
        def deep():
            x = []
            for _ in range(100): x = [x]
            return x
        def f(): return {result}
        def ok(): return 1
    """, seconds=3)  # fmt: skip
    failed = failure(student.f)
    assert failed.code == "WRONG_TYPE"
    assert words in failed.message
    assert student.ok() == 1


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize(
    ("result", "words"),
    [("np.ma.array([1.0])", "a numpy.ma.MaskedArray"), ("np.array([None])", "an array of dtype object")],
)
def test_odd_arrays_are_described(submit: Submit, result: str, words: str) -> None:
    assert submit(f"import numpy as np\ndef f(): return {result}").f().description == words


def test_a_deep_result_that_is_handed_back_is_no_fault_of_the_graders(submit: Submit) -> None:
    student = submit("def f():\n    x = 1\n    for _ in range(29): x = [x]\n    return x\ndef g(x): return 1")
    assert code_of(student.g, [[[student.f()]]]) == "WRONG_TYPE"


NAMED = {"f": {"takes": ("x", "y", "z")}}


@pytest.mark.parametrize("body", ["def f(x, y, z=3): return x - y + z", "f = lambda *, x, y, z=3: x - y + z"])
def test_a_call_by_name_hands_the_positional_arguments_over_by_name(submit: Submit, body: str) -> None:
    student = submit(body, **NAMED)
    begin(student, by_name="f")
    assert student.f(5, 1) == 7
    begin(student, by_name="f")
    assert student.f(5, 1, z=4) == 8


def test_only_the_first_call_and_only_of_the_task_named_is_by_name(submit: Submit) -> None:
    student = submit("def f(*by, x=None): return len(by)\ng = f", f={"takes": ("x",)}, g={"takes": ("x",)})
    begin(student, by_name="f")
    assert [student.f(1), student.f(1), student.g(1)] == [0, 1, 1]


def test_a_parameter_of_another_name_is_told(submit: Submit) -> None:
    student = submit("def f(a, y, z=3):\n    return a - y", **NAMED)
    begin(student, by_name="f")
    failed = failure(student.f, 5, 1)
    assert failed.code == "WRONG_TYPE"
    assert "f(x=…, y=…)" in failed.message
    assert "unexpected keyword argument 'x'" in failed.message


@pytest.mark.parametrize("body", ["def f(x, y): return x + 'a'", "def f(x, y, z, more): return x"])
def test_an_exception_that_names_have_nothing_to_do_with_stays_one(submit: Submit, body: str) -> None:
    student = submit(body, **NAMED)
    begin(student, by_name="f")
    assert code_of(student.f, 5, 1, 2) == "EXCEPTION"
