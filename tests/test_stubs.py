"""A stub is the solution with its blocks replaced, and nothing else."""

import ast
import re
import textwrap
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.errors import CourseError
from grader.stubs import make_stub, marks, solution_blocks

TINY = Path(__file__).parent / "tiny_course" / "chapter01_tiny" / "tiny.py"


def text(source: str) -> str:
    return textwrap.dedent(source).lstrip("\n")


def test_a_block_becomes_what_to_do() -> None:
    source = text(
        '''
        """A module."""

        import numpy as np  # used in a block only


        def dense(X, W, b):
            """Return X @ W + b.

            >>> dense(1, 2, 3)
            """
            # BEGIN SOLUTION one line: a matrix product and a sum
            # think of N = 1
            return X @ W + b
            # END SOLUTION


        print("given")
        '''
    )
    assert make_stub(source) == text(
        '''
        """A module."""

        import numpy as np  # used in a block only


        def dense(X, W, b):
            """Return X @ W + b.

            >>> dense(1, 2, 3)
            """
            # TODO: one line: a matrix product and a sum
            raise NotImplementedError("dense: not written yet")


        print("given")
        '''
    )


def test_methods_and_inner_functions_are_named_in_full() -> None:
    source = text(
        """
        class Value:
            def __add__(self, other):
                # BEGIN SOLUTION add
                return 1
                # END SOLUTION

            class Inner:
                async def deep(self):
                    def deeper():
                        # BEGIN SOLUTION dig
                        return 2
                        # END SOLUTION
                    return deeper
        """
    )
    stub = make_stub(source)
    assert 'raise NotImplementedError("Value.__add__: not written yet")' in stub
    assert 'raise NotImplementedError("Value.Inner.deep.deeper: not written yet")' in stub


@pytest.mark.parametrize(
    "lines",
    [
        ["if a:", "    # BEGIN SOLUTION t", "    x = 1", "    # END SOLUTION", "else:", "    x = 2"],
        ["if a:", "    x = 2", "else:", "    # BEGIN SOLUTION t", "    x = 1", "    # END SOLUTION"],
        ["if a:", "    x = 2", "elif b:", "    # BEGIN SOLUTION t", "    x = 1", "    # END SOLUTION"],
        ["try:", "    x = 2", "except E:", "    # BEGIN SOLUTION t", "    x = 1", "    # END SOLUTION"],
        ["try:", "    x = 2", "finally:", "    # BEGIN SOLUTION t", "    x = 1", "    # END SOLUTION"],
        ["match a:", "    case 1:", "        # BEGIN SOLUTION t", "        x = 1", "        # END SOLUTION"],
        ["for a in b:", "    # BEGIN SOLUTION t", "    x = 1", "    # END SOLUTION", "x = 2"],
        ["with a:", "    # BEGIN SOLUTION t", "    x = 1", "    # END SOLUTION", "x = 2"],
        ["# BEGIN SOLUTION t", "x = 1", "", "@d(", "    1)", "def g(): pass", "# END SOLUTION", "return x"],
        ["# BEGIN SOLUTION t", 's = """', "# END SOLUTION", '"""', "# END SOLUTION"],
        ["# BEGIN SOLUTION t", "x = 1; y = 2", "# END SOLUTION"],
        ["# BEGIN SOLUTION t", "x = 1", "# END SOLUTION", "# BEGIN SOLUTION u", "x = 1", "# END SOLUTION"],
    ],
)
def test_blocks_may_stand_in_any_indented_part(lines: list[str]) -> None:
    stub = make_stub("def f(a, b):\n" + "".join(f"    {line}\n" for line in lines))
    compile(stub, "stub", "exec")
    assert "x = 1" not in stub
    assert "SOLUTION" not in stub
    assert "# TODO: t\n" in stub
    assert "f: not written yet" in stub


def test_markers_in_texts_are_no_markers() -> None:
    source = '"""\n# BEGIN SOLUTION x\n"""\n\n\ndef f():\n    return "# END SOLUTION"\n'
    assert make_stub(source) == source


def test_line_ends_become_newlines_and_odd_separators_stay() -> None:
    source = "def f():\r\n    # BEGIN SOLUTION do\r\n    return 1\r\n    # END SOLUTION\r\n# \x0c\u2028 end\r\n"
    assert make_stub(source) == (
        'def f():\n    # TODO: do\n    raise NotImplementedError("f: not written yet")\n# \x0c\u2028 end\n'
    )


def block(*lines: str, indent: str = "    ") -> str:
    return "def f(a):\n" + "".join(f"{indent}{line}\n" for line in lines)


MISTAKES = {
    "not closed": (
        block("# BEGIN SOLUTION a", "return 1"),
        "line 2: this block is not closed: add '# END SOLUTION' below",
    ),
    "not opened": (block("return 1", "# END SOLUTION"), "line 3: '# END SOLUTION' closes no block: take it out or add"),
    "nested": (
        block("# BEGIN SOLUTION a", "x = 1", "# BEGIN SOLUTION b", "return x", "# END SOLUTION", "# END SOLUTION"),
        "line 4: a block begins inside the one of line 2: close that first.",
    ),
    "in the module": ("# BEGIN SOLUTION a\nx = 1\n# END SOLUTION\n", "line 1: a block must stand inside a function"),
    "in a class": (
        "class C:\n    # BEGIN SOLUTION a\n    x = 1\n    # END SOLUTION\n",
        "line 2: a block must stand inside a function: move it into the body of one.",
    ),
    "whole function": (
        "# BEGIN SOLUTION a\ndef f():\n    return 1\n# END SOLUTION\n",
        "line 1: a block must stand inside a function",
    ),
    "nothing to do": (block("# BEGIN SOLUTION", "return 1", "# END SOLUTION"), "line 2: this block says nothing to do"),
    "empty": (block("x = 1", "# BEGIN SOLUTION a", "# only a remark", "# END SOLUTION"), "line 3: this block holds no"),
    "behind code": (
        block("x = 1  # BEGIN SOLUTION a", "return 1", "# END SOLUTION"),
        "line 2: the comment '# BEGIN SOL",
    ),
    "misspelt begin": (
        block("### BEGIN SOLUTION a", "return 1", "# END SOLUTION"),
        "line 2: write '# BEGIN SOLUTION' with",
    ),
    "small letters": (block("# begin solution a", "return 1", "# END SOLUTION"), "not '# begin solution a'."),
    "no space": (block("#BEGIN SOLUTION a", "return 1", "# END SOLUTION"), "line 2: write '# BEGIN SOLUTION'"),
    "underscore": (block("# BEGIN_SOLUTION a", "return 1", "# END SOLUTION"), "line 2: write '# BEGIN SOLUTION'"),
    "colon": (block("# BEGIN SOLUTION: a", "return 1", "# END SOLUTION"), "line 2: write '# BEGIN SOLUTION'"),
    "text behind end": (
        block("# BEGIN SOLUTION a", "return 1", "# END SOLUTION now"),
        "line 4: write '# BEGIN SOLUTION'",
    ),
    "cut in two": (
        block("# BEGIN SOLUTION a", "if a:", "    x = 1", "    # END SOLUTION", "    y = 1"),
        "line 2: this block cuts the statement of line 3 in two: take in all of it.",
    ),
    "inside a statement": (
        block("x = [", "    # BEGIN SOLUTION a", "    1,", "    # END SOLUTION", "]"),
        "line 3: this block cuts the statement of line 2 in two: take in all of it.",
    ),
    "two parts": (
        block(
            "if a:", "    # BEGIN SOLUTION a", "    x = 1", "    # END SOLUTION".replace("    #", "#"), "x = 2"
        ).replace("# END SOLUTION\n    x = 2", "x = 2\n    # END SOLUTION"),
        "line 3: this block goes beyond the end of an indented part: make a block of each part.",
    ),
    "if and else": (
        block("if a:", "    # BEGIN SOLUTION a", "    x = 1", "else:", "    x = 2", "    # END SOLUTION"),
        "line 3: this block goes beyond the end of an indented part: make a block of each part.",
    ),
    "indented otherwise": (
        block("# BEGIN SOLUTION a", "return 1") + "  # END SOLUTION\n",
        "line 2: both comments must be indented like the statements between them.",
    ),
    "begin indented otherwise": (
        "def f():\n        # BEGIN SOLUTION a\n    return 1\n    # END SOLUTION\n",
        "line 2: both comments must be indented like the statements between them.",
    ),
    "no python": ("def f(:\n    pass\n", "line 1: this is not Python: invalid syntax."),
    "null": ("x = 1\0", "this is not Python"),
    "does not compile": (
        "def f():\n    # BEGIN SOLUTION a\n    x = 1\n    # END SOLUTION\n    def g():\n        nonlocal x\n    return g\n",
        "without its solution blocks it does not compile: no binding for nonlocal 'x' found.",
    ),
}


@pytest.mark.parametrize(("source", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named_with_its_line(source: str, said: str) -> None:
    with pytest.raises(CourseError) as error:
        make_stub(source, "f.py of chapter01_f")
    assert error.value.message.startswith("f.py of chapter01_f")
    assert said in error.value.message


def test_blocks_come_with_their_statements() -> None:
    blocks = solution_blocks(TINY.read_text(encoding="utf-8"))
    assert [found.name for found in blocks] == ["double", "halves", "Counter.__call__", "descend"]
    assert blocks[0].todo == "one line: add x to itself"
    assert ast.unparse(next(iter(blocks[1].statements))) == "middle = len(values) // 2"
    assert [len(found.statements) for found in blocks] == [1, 2, 2, 3]


names = st.from_regex(r"[a-z_]{1,8}", fullmatch=True).filter(lambda name: not __import__("keyword").iskeyword(name))
bodies = st.lists(
    st.sampled_from(
        [
            "x = 1",
            "if x:\n    y = 2\nelse:\n    y = 3",
            "for i in x:\n    print(i)",
            's = """\n# END SOLUTION\n"""',
            "# note",
            "",
        ]
    ),
    max_size=4,
).map(lambda parts: "\n".join([*parts, "return secret"]))
todos = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@st.composite
def solutions(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a solution and the stub that it must give."""
    solution, stub = ["import math", ""], ["import math", ""]
    for _ in range(draw(st.integers(1, 4))):
        name, method = draw(names), draw(st.booleans())
        indent = "        " if method else "    "
        head = [f"class C_{name}:", f"    def {name}(self):"] if method else [f"def {name}():"]
        head.append(f'{indent}"""Return something."""')
        todo, body = draw(todos), textwrap.indent(draw(bodies), indent)
        solution += [*head, f"{indent}# BEGIN SOLUTION {todo}", body, f"{indent}# END SOLUTION", "given = 1", ""]
        full = f"C_{name}.{name}" if method else name
        raised = f'{indent}raise NotImplementedError("{full}: not written yet")'
        stub += [*head, f"{indent}# TODO: {todo}", raised, "given = 1", ""]
    return "\n".join(solution), "\n".join(stub)


@given(solutions())
def test_any_solution_gives_its_stub(pair: tuple[str, str]) -> None:
    solution, stub = pair
    assert make_stub(solution) == stub
    assert make_stub(stub) == stub
    assert "secret" not in stub


@given(st.text(max_size=200))
@example("\r\t")  # Python reads it and, since 3.12, its tokenizer does not
def test_any_text_gives_a_stub_or_a_course_error(source: str) -> None:
    try:
        stub = make_stub(source)
    except CourseError as error:
        said = error.message
    else:
        compile(stub, "stub", "exec")
        return
    assert re.match("the solution( line [0-9]+)?: ", said)


@given(st.data())
def test_any_line_dropped_from_a_solution_is_noticed_or_harmless(data: st.DataObject) -> None:
    lines = TINY.read_text(encoding="utf-8").split("\n")
    del lines[data.draw(st.integers(0, len(lines) - 1))]
    try:
        stub = make_stub("\n".join(lines))
    except CourseError:
        return
    assert "middle" not in stub.replace("in the middle", "")


def test_marks_are_the_calls_of_one_name_above_a_definition() -> None:
    source = text(
        """
        @wrong("double", "first", why="so")
        @other("double")
        @wrong
        @audit.wrong("double", "elsewhere")
        @wrong("double", "second")
        def f():
            pass


        x = wrong("double", "third")
        """
    )
    function, assignment = ast.parse(source).body
    assert [ast.unparse(mark.args[1]) for mark in marks(function, "wrong")] == ["'first'", "'second'"]
    assert marks(function, "check") == marks(assignment, "wrong") == []
