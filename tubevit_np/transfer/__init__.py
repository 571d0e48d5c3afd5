"""Weights from image ViTs and from small models, and back (Sec. 3.6)."""
