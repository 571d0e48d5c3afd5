"""Known mistakes in the whole model: parameters, files, the forward pass."""

from tubevit_np.conformance.mistakes.mutant import Mutant

PARAMS = [Mutant("tubevit_np/model/params.py", *rest) for rest in [
    ("scale = kernel_norm if len(shape) == 5 else 1.0",
     "scale = fan_in ** 0.5 if len(shape) == 5 else 1.0",
     "test_params.py::test_initial_values_have_their_spread", "kernels of deviation 1", "initial"),
    ("math.prod(shape[:-1]) if", "shape[0] if",
     "test_params.py::test_initial_values_have_their_spread", "fan in of frames alone", "initial"),
    ("math.sqrt(2 * cfg.depth)", "math.sqrt(cfg.depth)",
     "test_params.py::test_initial_values_have_their_spread", "too much into the residual",
     "initial"),
]]

CHECKS = [Mutant("tubevit_np/model/checks.py", *rest) for rest in [
    ("[n for n in flat if n not in expected]", "[]",
     "test_params.py::test_a_file_that_does_not_fit_its_config", "extra names accepted",
     "refusals"),
]]

GATED = [Mutant("tubevit_np/model/gate.py", *rest) for rest in [
    ("return ~is_patch if", "return is_patch if",
     "test_model.py::test_scores_equal_the_loops[gate_tubes]", "gate adds patches alone", "model"),
]]

FORWARD = [Mutant("tubevit_np/model/model.py", *rest) for rest in [
    ('            z = gate(z, z0, params["gate"]["alpha"], gated_tokens(cfg, shape))\n',
     '            from tubevit_np.model.layers import mlp_branch\n            p = params["blocks"][str(layer)]\n            z = gate(cache["middle"], z0, params["gate"]["alpha"], gated_tokens(cfg, shape))\n            z = z + mlp_branch(z, p["ln2"], p["mlp"], cfg.eps, cfg.gelu)[0]\n',
     "test_model.py::test_scores_equal_the_loops", "the gate added before the MLP", "model"),
    ('    return z, {"tokens": tokens, "with_position": z}',
     '    z = np.pad(z, ((0, 0), (1, 0), (0, 0)))\n    return z, {"tokens": tokens, "with_position": z}',
     "test_model.py::test_scores_equal_the_loops", "a class token of zeros beside the tokens",
     "model"),
    ('layer_norm(z, **params["norm"], eps=cfg.eps)', 'layer_norm(z, **params["norm"], eps=1e-12)',
     "test_model.py::test_scores_equal_the_loops", "another eps in the last norm", "model"),
    ("tokens + positions(cfg", "tokens + 0 * positions(cfg",
     "test_model.py::test_scores_equal_the_loops[erf]", "position not added", "model"),
    ("if layer == cfg.gate_layer", "if layer + 1 == cfg.gate_layer",
     "test_model.py::test_scores_equal_the_loops[gate_tubes]", "gate one block early", "model"),
    ("z0, out = z, {}", "z0, out = z - positions(cfg, shape).astype(z.dtype), {}",
     "test_model.py::test_scores_equal_the_loops[gate_all]", "z^0 without its position", "model"),
    ('layer_norm(z, **params["norm"], eps=cfg.eps)', "z",
     "test_model.py::test_scores_equal_the_loops[erf]", "no final norm", "model"),
    ("x / np.float32(255)", "x / np.float32(256)",
     "test_model.py::test_uint8_is_scaled_by_mean_and_std", "white is not 1", "operations"),
    ("video.shape[1:4]).astype(tokens.dtype)", "video.shape[1:4])",
     "test_model.py::test_precision_is_kept_everywhere", "float64 creeps in", "model"),
    ("else x[:, None]", "else x[:, None].repeat(8, axis=1)",
     "test_properties.py::test_an_image_gives_the_patches_of_the_first_frame",
     "an image shown for eight frames", "model"),
]]

MODEL = [*PARAMS, *CHECKS, *GATED, *FORWARD]
