"""Videos and pictures as arrays."""
