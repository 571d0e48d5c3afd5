"""Runs the lessons and makes notebooks and pages of them."""
