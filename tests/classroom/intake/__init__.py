"""The intake of a class."""
