"""The course: each folder NN_topic/ holds handout.py, checks.py and mistakes.py.

`python -m notebooks.assignments` builds the course; README.md in this folder explains how."""
