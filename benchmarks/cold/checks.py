"""The same calls as twelve checks; what they return is looked at as the floor looks at it."""

import sys
from pathlib import Path

import numpy as np

from grader.checks import check, expect_true

sys.path.insert(0, str(Path(__file__).parent))
from calls import calls, values

for number, (name, make, times) in enumerate(calls(np.random.default_rng(1))):

    def look(student, rng, name=name, make=make):
        """The result is finite."""
        result = getattr(student, name)(*make())
        expect_true(all(np.isfinite(value).all() for value in values(result)), "not finite")

    look.__name__ = f"check_{number}_{name}"
    globals()[look.__name__] = check(name, points=1, repeat=times == 2)(look)

del look
