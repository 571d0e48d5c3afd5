"""Checkpoints, and files that are never left half-written."""
