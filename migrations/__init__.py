"""The history of the tables, run by `python -m bot db upgrade`."""
