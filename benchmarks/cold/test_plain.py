"""Plain pytest with pytest-json-report: the same calls as twelve tests that import the submission."""

import numpy as np
import pytest
import submission
from calls import calls, values


@pytest.mark.parametrize(("name", "make", "times"), calls(np.random.default_rng(1)))
def test_call(name, make, times):
    """Make one call."""
    arguments = make()
    for _ in range(times):
        result = getattr(submission, name)(*arguments)
    assert all(np.isfinite(value).all() for value in values(result))
