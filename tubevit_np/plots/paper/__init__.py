"""Figures for a paper: each picture laid out anew at the width of a column, with text in points."""
