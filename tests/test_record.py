"""Every declared row in every card, cleaned of what acts on a terminal, with nothing of the grader's in it."""

from __future__ import annotations

import json

from grader.record import rows_of
from grader.scorecard import LONGEST_OUTPUT
from tests.conftest import Checkout
from tests.test_grade_command import assert_card


def test_rows_come_from_the_record_alone() -> None:
    row = {"name": "check_a", "status": "passed"}
    record = {"tests": [{"metadata": {"micrograde": row}}, {"metadata": {}}, {"outcome": "passed"}]}
    assert rows_of(record) == {"check_a": row}
    assert rows_of(None) == {}


def test_what_a_student_prints_and_raises_is_cleaned_and_cut(checkout: Checkout) -> None:
    source = checkout.solution.replace(
        "return identity(x) * 2",
        "print('\\x1b[31mred\\x07' * 5000); raise ValueError('\\x1b]0;t\\x07bad \\ud800\\u202e')",
    )
    result = checkout.grade_text(source)
    assert_card(result, 1)
    row = result.check("check_double_of_numbers")
    assert row["output"].startswith("redred")
    assert len(row["output"].encode()) <= LONGEST_OUTPUT
    assert "bad" in row["message"]
    assert not any(character in json.dumps(result.card, ensure_ascii=False) for character in "\x1b\x07\u202e\ud800")


def test_a_missing_function_is_a_row_with_the_close_name(checkout: Checkout) -> None:
    result = checkout.grade_text(checkout.solution.replace("def halves", "def halfes"))
    assert_card(result, 1)
    row = result.check("check_halves_are_the_two_halves")
    assert (row["status"], row["code"]) == ("error", "NOT_WRITTEN")
    assert "Did you mean 'halfes'" in row["message"]


def test_forged_frames_while_loading_give_a_card(checkout: Checkout) -> None:
    forge = (
        "import json, os, struct\n"
        'header = b\'["t", "value", ["d"]]\'\n'
        'os.write(3, struct.pack("<4sIQ", b"mgw1", 1, len(header) + 4) + struct.pack("<I", len(header)) + header)\n'
    )
    result = checkout.grade_text(forge + checkout.solution)
    assert result.status in (1, 3), result.err
    assert result.card["points"] == 0
