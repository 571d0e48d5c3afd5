"""Measurements of kernels and attention that the pictures show."""
