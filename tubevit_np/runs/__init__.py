"""A training run: its recipe, its folder, how it starts, resumes and survives a kill.

To resume: open_run.open_run, then run.Run.start."""
