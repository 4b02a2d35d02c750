"""The grader's side of the pipe: the processes, the deadlines and the calls into a submission."""
