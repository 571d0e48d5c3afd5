"""The files of tubevit_np/model in tinygrad, with the same names and functions."""
