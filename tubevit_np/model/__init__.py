"""The paper: tubes, positions, encoder, pooling, gate, and every gradient, in plain NumPy."""
