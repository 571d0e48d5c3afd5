"""Pictures of training runs, ablations and cost."""
