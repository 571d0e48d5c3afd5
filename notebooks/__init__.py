"""Lessons: NN_topic.py is what one edits, NN_topic.ipynb beside it the same with its outputs.

`python -m notebooks` makes the one from the other; README.md of this folder lists them."""
