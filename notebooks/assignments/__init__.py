"""The course: NN_topic.py are the handouts, checks_NN.py and wrong_NN.py what judges them.

`python -m notebooks.assignments` builds it; README.md of this folder tells how."""
