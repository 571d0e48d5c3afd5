"""Divided attention in tinygrad."""
