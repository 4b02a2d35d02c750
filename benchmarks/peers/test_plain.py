"""The same twelve calls as plain tests that import the submission."""

import pytest
import submission
from cases import cases, judge


@pytest.mark.parametrize("number", range(12))
def test_call(number):
    """Make one call."""
    judge(getattr(submission, cases()[number][0]), number)
