"""Known mistakes in the whole model: parameters, files, the forward pass."""

from tubevit_np.conformance.mistakes.mutant import Mutant

PARAMS = [Mutant("tubevit_np/model/params.py", *rest) for rest in [
    ("scale = kernel_norm if len(shape) == 5 else 1.0",
     "scale = fan_in ** 0.5 if len(shape) == 5 else 1.0",
     "test_params.py::test_initial_values_have_their_spread", "tube kernels of standard deviation 1", "initial"),
    ("math.prod(shape[:-1]) if", "shape[0] if",
     "test_params.py::test_initial_values_have_their_spread", "fan-in counts frames only", "initial"),
    ("math.sqrt(2 * cfg.depth)", "math.sqrt(cfg.depth)",
     "test_params.py::test_initial_values_have_their_spread", "residual projections scaled by sqrt(depth), not sqrt(2 depth)",
     "initial"),
]]

CHECKS = [Mutant("tubevit_np/model/checks.py", *rest) for rest in [
    ("[n for n in flat if n not in expected]", "[]",
     "test_params.py::test_a_file_that_does_not_fit_its_config", "extra names accepted",
     "refusals"),
]]

GATED = [Mutant("tubevit_np/model/gate.py", *rest) for rest in [
    ("return ~is_patch if", "return is_patch if",
     "test_model.py::test_scores_equal_the_loops[gate_tubes]", "gate adds only the 2D patches", "model"),
]]

FORWARD = [Mutant("tubevit_np/model/model.py", *rest) for rest in [
    ('            z = gate(z, z0, params["gate"]["alpha"], gated_tokens(cfg, shape))\n',
     '            from tubevit_np.model.layers import mlp_branch\n            p = params["blocks"][str(layer)]\n            z = gate(cache["middle"], z0, params["gate"]["alpha"], gated_tokens(cfg, shape))\n            z = z + mlp_branch(z, p["ln2"], p["mlp"], cfg.eps, cfg.gelu)[0]\n',
     "test_model.py::test_scores_equal_the_loops", "the gate added before the MLP", "model"),
    ('    return z, {"tokens": tokens, "with_position": z}',
     '    z = np.pad(z, ((0, 0), (1, 0), (0, 0)))\n    return z, {"tokens": tokens, "with_position": z}',
     "test_model.py::test_scores_equal_the_loops", "a class token of zeros added",
     "model"),
    ('layer_norm(z, **params["norm"], eps=cfg.eps)', 'layer_norm(z, **params["norm"], eps=1e-12)',
     "test_model.py::test_scores_equal_the_loops", "final norm with eps 1e-12", "model"),
    ("tokens + positions(cfg", "tokens + 0 * positions(cfg",
     "test_model.py::test_scores_equal_the_loops[erf]", "position not added", "model"),
    ("if layer == cfg.gate_layer", "if layer + 1 == cfg.gate_layer",
     "test_model.py::test_scores_equal_the_loops[gate_tubes]", "gate one block too early", "model"),
    ("z0, out = z, {}", "z0, out = z - positions(cfg, shape).astype(z.dtype), {}",
     "test_model.py::test_scores_equal_the_loops[gate_all]", "gate adds z^0 without its positions", "model"),
    ('layer_norm(z, **params["norm"], eps=cfg.eps)', "z",
     "test_model.py::test_scores_equal_the_loops[erf]", "no final norm", "model"),
    ("x / np.float32(255)", "x / np.float32(256)",
     "test_model.py::test_uint8_is_scaled_by_mean_and_std", "uint8 divided by 256, not 255", "operations"),
    ("video.shape[1:4]).astype(tokens.dtype)", "video.shape[1:4])",
     "test_model.py::test_precision_is_kept_everywhere", "positions turn float32 into float64", "model"),
    ("else x[:, None]", "else x[:, None].repeat(8, axis=1)",
     "test_properties.py::test_an_image_gives_the_patches_of_the_first_frame",
     "an image repeated for eight frames", "model"),
]]

MODEL = [*PARAMS, *CHECKS, *GATED, *FORWARD]
