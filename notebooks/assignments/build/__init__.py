"""Makes the course that teachers hand out."""
