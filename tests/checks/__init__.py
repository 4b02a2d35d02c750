"""Tests of what authors write checks with."""
