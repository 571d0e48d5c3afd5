"""A training run: its recipe, its folder, how it starts and how it resumes after a kill.

open_run.open_run opens a run to resume it; run.Run.start then loads its last checkpoint."""
