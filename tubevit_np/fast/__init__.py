"""The functions of model/ under the same names, tuned for a CPU's caches."""
