"""Pictures of tube kernels."""
