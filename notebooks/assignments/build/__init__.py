"""Build the course that teachers hand out."""
