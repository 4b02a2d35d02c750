"""Views of scorecards: functions from cards to text that know nothing else."""
