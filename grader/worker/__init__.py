"""The student's side of the pipe: a process that knows NumPy and one submission, and nothing of the checks."""
