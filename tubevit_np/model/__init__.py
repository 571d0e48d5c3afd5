"""The paper: tubes, positions, encoder, pooling, gate, and every gradient, in plain NumPy.

README.md in this folder gives the reading order, the letters of shapes, and the choices that the
paper leaves open.
"""
