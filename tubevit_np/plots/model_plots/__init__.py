"""Pictures of tubes, positions, attention and the model."""
