"""micrograde's engine: grades a student's chapter and says which idea is still missing."""

__version__ = "0.1.0"

ALLOCATIONS_BETWEEN_COLLECTIONS = 50_000
"""Objects that a process of ours makes before garbage is looked for, instead of some hundreds."""
