"""micrograde's engine: grades a student's chapter and says which idea is still missing."""

__version__ = "0.1.0"
