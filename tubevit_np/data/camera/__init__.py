"""Clips from pictures: a camera moves over a picture, and the verb is what the camera does."""
