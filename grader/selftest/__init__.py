"""The grader attacked on the machine it grades on: every program of the corpus must get the verdict it deserves."""

from grader.selftest.crew import Outcome, run_programs
from grader.selftest.isolation import advice, look_at_isolation
from grader.selftest.programs import Program, read_programs

__all__ = ["Outcome", "Program", "advice", "look_at_isolation", "read_programs", "run_programs"]
