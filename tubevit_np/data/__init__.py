"""Batches of videos and images: generated, or decoded from data sets."""
