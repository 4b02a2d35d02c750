"""Scores that last: every submission, every run and every decision, kept in one file and never rewritten.

The only door to SQLAlchemy. It comes with ``pip install "micrograde[classroom]"``; a student needs none of it.
"""
