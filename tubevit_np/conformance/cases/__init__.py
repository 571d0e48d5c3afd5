"""The cases by subject; all.py lists them in order."""
