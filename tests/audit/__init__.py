"""Tests of the grader's side of the pipe with real workers at the other end."""
