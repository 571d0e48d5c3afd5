"""Lessons: NN_topic.py is the source to edit, NN_topic.ipynb is the notebook with its outputs.

`python -m notebooks` makes the notebooks; README.md in this folder lists the lessons."""
