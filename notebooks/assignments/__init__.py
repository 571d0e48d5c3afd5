"""The course: each folder NN_topic/ holds handout.py, checks.py and mistakes.py.

`python -m notebooks.assignments` builds it; README.md of this folder tells how."""
