"""Pictures for the lessons alone."""
