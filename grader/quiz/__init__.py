"""Quizzes: an author's questions, the form a student fills in, and the judging of everything but formulas.

The form, ``grader.quiz.form``, is asked for where one is written: grading does not import it.
"""

from grader.quiz.judging import LARGEST_FILE, Judgement, judge, judge_quiz
from grader.quiz.questions import Question, hide_questions, parse_questions, questions_as_json, reveal_questions

__all__ = [
    "LARGEST_FILE", "Judgement", "Question", "hide_questions", "judge", "judge_quiz", "parse_questions",
    "questions_as_json", "reveal_questions",
]  # fmt: skip
