"""Tokens, parameters, operations and memory of a model, counted and tabulated."""
