"""Mistakes that other implementations make, and readings of the paper's open points that differ.

The form is that of mutants.py."""

from tests.mutants.model import LOOPS, Mutant

TABLE_12 = "test_config.py::test_main_tubes_are_those_of_table_12"
SPREAD = "test_params.py::test_initial_values_have_their_spread"
SCORES = "test_model.py::test_scores_equal_the_loops"
COUNTS = "test_tubes.py::test_token_counts"

LAYOUT = [Mutant(*rest) for rest in [
    ("tubevit_np/model/config.py", "Tube((16, 4, 4), (6, 32, 32)", "Tube((12, 4, 4), (6, 32, 32)",
     TABLE_12, "a tube of 12x4x4", "layout"),
    ("tubevit_np/model/config.py", "PATCH = Tube((1, 16, 16), (32, 16, 16))",
     "PATCH = Tube((1, 16, 16), (16, 16, 16))", TABLE_12, "patches of every 16th frame", "layout"),
    ("tubevit_np/model/config.py", "shared_kernel: bool = False", "shared_kernel: bool = True",
     "test_config.py::test_defaults_are_those_of_the_paper",
     "a shared kernel by default", "layout"),
    ("tubevit_np/model/tubes.py", "in zip(shape, tube.offset, tube.kernel, tube.stride, strict=True))",
     "in zip(shape, tube.offset, tube.kernel, np.multiply(tube.stride, tube.s2d), strict=True))",
     COUNTS, "strides as before space-to-depth", "layout"),
    ("tubevit_np/model/tubes.py", "max(0, (length - offset - kernel) // stride + 1)",
     "max(0, -(-(length - offset) // stride))", COUNTS, "a grid as of padding SAME", "layout"),
    ("tubevit_np/model/tubes.py", "    video = _pad_far(video, ends)",
     ("    middle = video.shape[1] // 2 if tube.is_patch else 0\n"
     "    video = _pad_far(np.roll(video, -middle, axis=1), ends)"),
     LOOPS, "patches from the middle frame", "layout"),
    ("tubevit_np/model/position.py", "(extent - 1) / 2", "extent // 2",
     "test_position.py::test_centres_equal_a_loop", "centre k // 2", "layout"),
]]

OPERATIONS = [Mutant(*rest) for rest in [
    ("tubevit_np/model/position.py", "count = dim // 6\n", "count = {0: dim // 6}[dim % 6]\n",
     "test_position.py::test_channels_beyond_a_full_six_are_zero",
     "a width that is no multiple of 6 refused", "operations"),
    ("tubevit_np/model/kernels.py", "(np.arange(n_out) + 0.5) * n_in / n_out - 0.5",
     "np.arange(n_out) * (n_in - 1) / max(1, n_out - 1)",
     "test_kernels.py::test_where_eight_taps_are_read", "corners aligned", "operations"),
    ("tubevit_np/model/layers.py", "else gelu_tanh(x)", "else np.tanh(0.851 * x)",
     "test_layers.py::test_gelu_known_values", "GELU as x sigmoid(1.702 x)", "operations"),
    ("tubevit_np/model/pooling.py", '    seen = {"q": linear(probe', ('    heads = 1\n'
     '    seen = {"q": linear(probe'), "test_pooling.py::test_pooling_equals_a_loop",
     "pooling with one head", "operations"),
    ("tubevit_np/model/pooling.py", 'attention(split_heads(seen["q"], heads), k, v)',
     'attention(0 * split_heads(seen["q"], heads), k, v)',
     "test_pooling.py::test_pooling_equals_a_loop", "the mean of all tokens", "operations"),
]]

MODEL = [Mutant("tubevit_np/model/model.py", *change, SCORES, why, "model")
         for *change, why in [
    ('            z = gate(z, out["with_position"], params["gate"]["alpha"], keep)\n',
     ('            from tubevit_np.model.layers import feed_forward\n'
     '            p = params["blocks"][str(layer)]\n'
     '            z = gate(seen["middle"], out["with_position"], params["gate"]["alpha"], keep)\n'
     '            z = z + feed_forward(layer_norm(z, **p["ln2"], eps=cfg.eps), **p["mlp"],'
     ' form=cfg.gelu)[0]\n'), "the gate added before the MLP"),
    ('drop(0, TOKENS, out["tokens"] + at)  # (B, N, D)\n',
     'out["tokens"] + at\n    z = np.pad(z, ((0, 0), (1, 0), (0, 0)))\n',
     "a class token of zeros beside the tokens"),
    ('layer_norm(z, **params["norm"], eps=cfg.eps)',
     'layer_norm(z, **params["norm"], eps=1e-12)', "another eps in the last norm"),
]]

TRAINING = [Mutant(*rest) for rest in [
    ("tubevit_np/model/params.py", "scale = kernel_norm if len(shape) == 5 else 1.0",
     "scale = fan_in ** 0.5 if len(shape) == 5 else 1.0", SPREAD,
     "kernels of deviation 1", "initial"),
    ("tubevit_np/training/optim.py", ("0.5 * (1 + math.cos(math.pi * (step - warmup) /"
     " max(1, steps - warmup)))"), "(1 - (step - warmup) / max(1, steps - warmup))",
     "test_optim.py::test_learning_rate", "a line down, not a cosine", "optimizer"),
    ("tubevit_np/training/optim.py", "    if step < warmup:\n",
     "    step = step // 4 * 4\n    if step < warmup:\n",
     "test_optim.py::test_learning_rate", "a rate that changes once an epoch", "optimizer"),
]]

PORTS = [*LAYOUT, *OPERATIONS, *MODEL, *TRAINING]
