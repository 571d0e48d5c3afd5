"""Decode videos and images to arrays."""
