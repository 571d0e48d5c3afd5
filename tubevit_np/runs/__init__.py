"""A training run: its recipe, its folder, how it starts, resumes and survives a kill."""
