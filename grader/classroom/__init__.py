"""Grade a class: every submission a row, whatever happens."""
