"""Mistakes made on purpose in the tuned mirror."""

from tubevit_np.conformance.mistakes.mutant import Mutant

PASS = "test_fast.py::test_every_intermediate_and_gradient"
BLOCKS_OF_ANY_SIZE = "test_fast_layers.py::test_blocks_of_any_size_change_nothing"
LOUD = "test_fast_layers.py::test_attention_of_scores_far_above_and_below_0"

BLOCKS = [Mutant("tubevit_np/fast/blocks.py", *rest) for rest in [
    ("SAFE_SCORE = 60", "SAFE_SCORE = 100", LOUD, "safe at exp(95)"),
    ("x, x).max(-1) for", "x, x).min(-1) for", LOUD, "bounded by the shortest q and k"),
    ("slice(i, i + step)", "slice(i, i + step - 1)", BLOCKS_OF_ANY_SIZE, "a block's last row left out"),
    ("if not safe.all():", "if not safe.any():", LOUD, "one safe head vouches for the others"),
    ("(math.prod(longest)", "(sum(longest)", LOUD, "|q| + |k|"),
    ("np.where(safe, 0, scores.max(-2, keepdims=True))", "scores.max(-2, keepdims=True)",
     "test_fast_layers.py::test_clips_of_a_batch_never_mix", "safe heads as loud ones of the batch"),
    ("        weights /= total\n", "        pass\n", "test_fast_layers.py::test_weights_sum_to_one",
     "weights that sum to more"),
    ("max(1, CACHE_NUMBERS // size)", "CACHE_NUMBERS // size", BLOCKS_OF_ANY_SIZE,
     "no block holds one that is too large"),
    ("        scores -= np.where", "        np.where", LOUD, "attention overflows"),
    ("scores.max(-2, keepdims=True)", "scores.max()", LOUD, "one maximum for the whole batch"),
    ("np.exp(scores, out=scores).sum(-2,", "np.exp(scores, out=scores).sum(-1,",
     f"{PASS}[plain-float64]", "softmax over the queries"),
    ("    mixed /= total.swapaxes(-1, -2)\n", "", f"{PASS}[plain-float64]", "mixture not divided"),
]]

LAYERS = [Mutant("tubevit_np/fast/layers.py", *rest) for rest in [
    ("1.421413741", "1.4214", "test_fast_layers.py::test_the_float32_error_function",
     "a coefficient of erf cut short"),
    ("if x.dtype == np.float64:", "if x.dtype == np.float16:", f"{PASS}[erf-float64]",
     "the error function to 6e-7 in float64"),
    ("    z += y\n", "    y += z\n    z = y\n", f"{PASS}[plain-float64]",
     "the second sum written over the first, which the cache holds"),
    ('into=None if return_intermediates else cache["up"]', 'into=cache["up"]',
     f"{PASS}[plain-float64]", "GELU written over what the cache holds"),
    ("np.broadcast_to(q * (1 / math.sqrt(width)),",
     "np.broadcast_to(np.multiply(q, 1 / math.sqrt(width), out=q),", f"{PASS}[plain-float64]",
     "queries scaled in place, a view of qkv"),
    ('{"middle": y} | transformed if return_intermediates else {}', '{"middle": y} | transformed',
     "test_fast_layers.py::test_without_intermediates_the_cache_is_empty", "kept in spite of it"),
    ("np.sqrt(variance + eps)", "np.sqrt(variance)", f"{PASS}[plain-float64]", "no eps"),
]]

TUBES = [Mutant("tubevit_np/fast/tubes.py", *rest) for rest in [
    ("every[:, ::st, ::sh, ::sw]", "every[:, ::st, ::sh, ::sh]", f"{PASS}[plain-float64]",
     "the stride of h along w"),
    ("max(0, end - length) for", "max(0, end - length - 1) for", f"{PASS}[plain-float64]",
     "padding short by one"),
]]

MODEL = [Mutant("tubevit_np/fast/model.py", *rest) for rest in [
    ("cfg.mean / cfg.std", "cfg.mean", "test_fast.py::test_pixels", "mean not scaled"),
    ("cfg.position_scale * kept_sincos", "kept_sincos", f"{PASS}[plain-float64]", "scale ignored"),
]]

BACKWARD = [Mutant("tubevit_np/fast/backward.py", *rest) for rest in [
    ("(d_rows @ w.T).reshape(x.shape)", "(d_rows @ w.T).reshape(x.shape) / 2",
     f"{PASS}[plain-float64]", "half of the gradient by the input"),
    ('np.einsum("nd->d", x)', 'np.einsum("nd->d", x) / len(x)', f"{PASS}[plain-float64]",
     "biases averaged over rows"),
    ('d_y - np.einsum("...n,...n->...", d_y, y)[..., None]', "d_y.copy()", f"{PASS}[plain-float64]",
     "what the sum of the softmax took"),
    ("voxels.reshape(-1, voxels.shape[-1]).T @ d_members",
     "voxels[:1].reshape(-1, voxels.shape[-1]).T @ d_members[:len(d_members) // len(voxels)]",
     f"{PASS}[plain-float64]", "kernels trained by the first clip alone"),
    ("    d_q *= scale\n", "", f"{PASS}[plain-float64]", "scale of queries forgotten"),
    ("    d_x -= x\n", "", f"{PASS}[plain-float64]", "the variance taken for a constant"),
    ("3 * GELU_CUBE", "GELU_CUBE", f"{PASS}[plain-float64]", "factor of the cube forgotten"),
    ("(weights[part].swapaxes(-1, -2), d_y[part], out=d_v[part])",
     "(weights[part].swapaxes(-1, -2), d_y[part], out=d_k[part])", f"{PASS}[plain-float64]",
     "gradient of values written over that of keys"),
]]

FAST = [*BLOCKS, *LAYERS, *TUBES, *MODEL, *BACKWARD]
