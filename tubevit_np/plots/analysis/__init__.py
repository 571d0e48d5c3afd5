"""Measurements of kernels and attention for the pictures. Nothing here draws."""
