"""The lessons as readers see them: formulas as GitHub shows them, and no longer than an hour's reading."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

LESSONS = sorted((Path(__file__).parent.parent / "solutions").glob("chapter*/README.md"))
FORMULA = re.compile(r"\$\$[^$]+\$\$|\$[^$\n]+\$")
CODE_SPAN = re.compile(r"`[^`]*`")


def formulas_lost(markdown: str) -> list[str]:
    r"""Return the formulas that Markdown changes before anything draws them, as it does on GitHub.

    A backslash before a punctuation mark vanishes there (``\,`` shows as a comma), and two underscores behind brackets
    become italics.
    """
    lost = []
    for token in MarkdownIt("commonmark").enable("table").parse(markdown):
        left = "".join(
            "\n" if child.type == "softbreak" else child.content
            for child in token.children or ()
            if child.type in ("text", "text_special", "softbreak")
        )
        raw = CODE_SPAN.sub("", token.content) if token.type == "inline" else ""
        lost += [formula for formula in FORMULA.findall(raw) if formula not in left]
        lost += [f"a lone dollar: {raw}"] if "$" in FORMULA.sub("", raw) else []
    return lost


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.parent.name)
def test_formulas_pass_through_markdown_unchanged(lesson: Path) -> None:
    assert formulas_lost(lesson.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "markdown",
    [
        r"A step is $\eta\, g$ long.",
        r"$$\text{out}_{nm} = \sum_d X_{nd} W_{dm}$$",
        "| $(a\\,b)'$ |\n|---|\n| 1 |",
        "It costs $x and no more.",
        "A formula $a +\nb$ on two lines.",
    ],
    ids=["thin space", "italics", "in a table", "lone dollar", "two lines"],
)
def test_a_formula_that_markdown_spoils_is_told(markdown: str) -> None:
    assert formulas_lost(markdown)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.parent.name)
def test_a_lesson_has_1500_to_2500_words_beside_its_code(lesson: Path) -> None:
    prose = re.sub(r"```.*?```", "", lesson.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert 1500 <= len(prose.split()) <= 2500
