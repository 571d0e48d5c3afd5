"""Pictures that only the lessons need."""
