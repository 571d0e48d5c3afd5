"""The paper: tubes, positions, encoder, pooling, gate, and every gradient, in plain NumPy.

README.md in this folder gives the reading order and the choices that the paper leaves open.

Letters: B clips, T H W frames rows columns, C channels, (kt, kh, kw) a kernel, (nt, nh, nw) a grid
of tokens, N tokens, S members of a space-to-depth token, D width, A attention heads, E = D / A,
Q queries, M MLP width, K classes. Axes are always in the order t, h, w.
"""
