"""The paper: tubes, positions, encoder, pooling, gate, and every gradient, in plain NumPy.

Read config, geometry, tubes, position, layers, pooling, model, then backward, which begins at its
function `backward`.  kernels (Sec. 3.4) and gate (Sec. 3.6) can wait; presets and params hold sizes
and names; checks and config_checks hold what is refused, and no mathematics.

Letters: B clips, T H W frames rows columns, C channels, (kt, kh, kw) a kernel, (nt, nh, nw) a grid
of tokens, N tokens, S members of a space-to-depth token, D width, A attention heads, E = D / A,
Q queries, M MLP width, K classes."""
