"""Mistakes made on purpose, one at a time: test_mutants.py makes each in a copy of the packages.

`old` occurs exactly once in `file`, a path from the top of the project, and becomes `new`; then
`test`, a pytest node below tests/, must fail.  They are mistakes of real ports and readings of the
paper that change no shape: running the code does not show them."""

from typing import NamedTuple


class Mutant(NamedTuple):
    file: str
    old: str
    new: str
    test: str
    why: str
    level: str = ""


LOOPS = "test_tubes.py::test_tokens_equal_a_loop_over_voxels"
GRADIENTS = "test_backward.py::test_every_gradient_of_a_model"

CONFIG = [Mutant("tubevit_np/config.py", *rest) for rest in [
    ("(6, 32, 32), (4, 8, 8)", "(6, 32, 32), (0, 8, 8)",
     "test_config.py::test_main_tubes_are_those_of_table_12", "Table 12 misread", "layout"),
    ("0 <= self.gate_layer < self.depth", "0 <= self.gate_layer <= self.depth",
     "test_config.py::test_config_refuses", "gate behind the last block", "refusals"),
]]

PARAMS = [Mutant("tubevit_np/params.py", *rest) for rest in [
    ("math.prod(shape[:-1]) if", "shape[0] if",
     "test_params.py::test_initial_values_have_their_spread", "fan in of frames alone", "initial"),
    ("math.sqrt(2 * cfg.depth)", "math.sqrt(cfg.depth)",
     "test_params.py::test_initial_values_have_their_spread",
     "too much into the residual", "initial"),
    ("json.dumps(labels or {})", '"{}"',
     "test_params.py::test_labels_extra_and_metadata_come_back", "label names lost"),
    ("[n for n in flat if n not in expected]", "[]",
     "test_params.py::test_a_file_that_does_not_fit_its_config",
     "extra names accepted", "refusals"),
]]

TUBES = [Mutant("tubevit_np/tubes.py", *rest) for rest in [
    ("(length - offset - kernel)", "(length - kernel)",
     "test_tubes.py::test_grid_at_the_exact_edge", "grid forgets the offset", "layout"),
    ("(tube.s2d, steps, strict=True))))", "(tube.s2d, steps, strict=True))))[::-1]",
     LOOPS, "last member first", "layout"),
    ("steps = (stride // factor for", "steps = (max(1, stride // factor - 1) for",
     LOOPS, "members too close", "layout"),
    ("members.reshape(*voxels", "members.swapaxes(2, 3).reshape(*voxels",
     LOOPS, "members interleaved in the channels", "layout"),
    ("w.shape[-1]), b)", "w.shape[-1]), 0 * b)", LOOPS, "no bias", "operations"),
    ("starts = [offset + shift for", "starts = [shift for", LOOPS, "offset ignored", "layout"),
    ("zip(tube.offset, member", "zip(np.take(tube.offset, (0, 2, 1)), member", LOOPS,
     "offsets of h and w swapped", "layout"),
    ("*((0, s) for s in short)", "*((s, 0) for s in short)", LOOPS,
     "padding at the near edge", "layout"),
    ("(0, 0)]) if any(short)", '(0, 0)], "edge") if any(short)', LOOPS,
     "the edge repeated, not 0", "operations"),
    ("return np.moveaxis(cut, 4, -1)", "return cut", LOOPS,
     "colours before the kernel's axes", "operations"),
    ("i, tube in enumerate(cfg.tubes) if", "i, tube in reversed([*enumerate(cfg.tubes)]) if",
     "test_tubes.py::test_tokens_come_tube_by_tube_as_configured",
     "tubes in another order", "layout"),
]]

KERNELS = [Mutant("tubevit_np/kernels.py", *rest) for rest in [
    ("(np.arange(n_out) + 0.5) * n_in / n_out - 0.5", "np.arange(n_out) * n_in / n_out",
     "test_kernels.py::test_where_eight_taps_are_read",
     "corners, not half-pixel centres", "operations"),
    ("- 0.5, 0, n_in - 1)", "- 0.5, -1, n_in)",
     "test_kernels.py::test_rows_sum_to_one_and_use_neighbours",
     "fades out at the edge", "operations"),
    ("thwcd->ijkcd", "twhcd->ijkcd",
     "test_kernels.py::test_resize_equals_a_loop", "t and h swapped", "operations"),
    ('*matrices, w, optimize=True)', '*matrices, w, optimize=True) * (8 / size[0])',
     "test_kernels.py::test_resize_equals_a_loop", "rescaled by its length", "operations"),
    ("[..., :cfg.dim // tube.members]", "[..., -(cfg.dim // tube.members):]",
     "test_kernels.py::test_one_kernel_for_all_video_tubes",
     "last channels of the shared kernel", "model"),
    ("if not cfg.shared_kernel or tube.is_patch", "if not cfg.shared_kernel",
     "test_kernels.py::test_one_kernel_for_all_video_tubes",
     "patches share the kernel too", "model"),
]]

POSITION = [Mutant("tubevit_np/position.py", *rest) for rest in [
    ("(kernel - 1 + (factor", "(kernel + (factor",
     "test_position.py::test_centres_of_the_main_tubes", "centre k / 2", "layout"),
    (" + (factor - 1) * stride // factor) / 2", ") / 2",
     "test_position.py::test_centres_of_the_main_tubes",
     "centre of the first member alone", "layout"),
    ("[offset + stride * np.arange(count)", "[stride * np.arange(count)",
     "test_position.py::test_centres_equal_a_loop", "offset ignored", "layout"),
    ("offset + stride * np.arange(count)", "offset + np.arange(count)",
     "test_position.py::test_centres_equal_a_loop", "stride ignored (Table 7a)", "layout"),
    ('indexing="ij"', 'indexing="xy"',
     "test_position.py::test_centres_equal_a_loop", "right for square grids alone", "layout"),
    ("-np.arange(count) / max(count, 1)", "-np.arange(count)",
     "test_position.py::test_unit_values_of_the_paper", "exponent as printed", "operations"),
    ("/ max(count, 1)", "/ max(count - 1, 1)",
     "test_position.py::test_unit_values_of_the_paper", "exponent up to 1", "operations"),
    ("waves.reshape(len(at), 6", "waves.transpose(0, 2, 3, 1).reshape(len(at), 6",
     "test_position.py::test_positions_equal_the_formula", "blocks, not interleaved", "operations"),
    ("[np.sin(angles), np.cos(angles)]", "[np.cos(angles), np.sin(angles)]",
     "test_position.py::test_positions_equal_the_formula", "cosine first", "operations"),
    ("cfg.position_scale * sincos", "sincos",
     "test_position.py::test_positions_follow_the_order_of_the_tokens", "scale ignored", "model"),
    ("cfg.dim, cfg.tau)", "cfg.dim)",
     "test_position.py::test_positions_follow_the_order_of_the_tokens", "tau ignored", "model"),
]]

LAYERS = [Mutant("tubevit_np/layers.py", *rest) for rest in [
    ("np.sqrt(variance + eps)", "np.sqrt(variance + 10 * eps)",
     "test_layers.py::test_layer_norm_of_faint_tokens_shows_eps", "eps 1e-5", "operations"),
    ("np.sqrt(variance + eps)", "(np.sqrt(variance) + eps)",
     "test_layers.py::test_layer_norm_of_faint_tokens_shows_eps",
     "eps outside the root", "operations"),
    ("[..., None] / x.shape[-1]", "[..., None] / (x.shape[-1] - 1)",
     "test_layers.py::test_layer_norm_equals_a_loop", "unbiased variance", "operations"),
    ('if form == "erf"', 'if form != "erf"',
     "test_layers.py::test_gelu_known_values", "the other GELU", "operations"),
    ("math.pi), 0.044715", "math.pi), 0.0447",
     "test_layers.py::test_gelu_known_values", "constant cut short", "operations"),
    ("np.exp(x - x.max(-1, keepdims=True))", "np.exp(x)",
     "test_layers.py::test_softmax_of_huge_scores", "overflow", "operations"),
    ("x.sum(-1, keepdims=True)", "x.sum(-2, keepdims=True)",
     "test_layers.py::test_softmax_is_over_the_last_axis",
     "softmax over the queries", "operations"),
    ("x - x.max(-1, keepdims=True)", "x - x.max()",
     "test_model.py::test_clips_of_a_batch_never_mix",
     "one maximum for the whole batch", "operations"),
    ("heads, -1).swapaxes(1, 2)", "-1, heads).transpose(0, 3, 1, 2)",
     "test_layers.py::test_heads_are_neighbouring_channels", "heads interleaved", "operations"),
    ("(1 / math.sqrt(q.shape[-1]))", "1.0",
     "test_layers.py::test_scores_are_scaled_by_the_width_of_a_head",
     "scores not scaled", "operations"),
    ("math.sqrt(q.shape[-1])", "math.sqrt(q.shape[-1] * q.shape[1])",
     "test_layers.py::test_attention_of_every_head_equals_a_loop",
     "scaled by D, not E", "operations"),
    ("q, k, v = (split_heads", "q, v, k = (split_heads",
     "test_layers.py::test_qkv_columns_are_queries_keys_values",
     "keys and values swapped", "operations"),
    ("q, k, v = (split_heads", "k, q, v = (split_heads",
     "test_layers.py::test_block_equals_loops", "queries and keys swapped", "operations"),
    ("layer_norm(y, **ln2", "layer_norm(y, **ln1",
     "test_layers.py::test_block_equals_loops", "first norm used twice", "block"),
    ('y = seen["middle"] = z + drop(', 'y = seen["middle"] = seen["ln1"] + drop(',
     "test_layers.py::test_block_equals_loops", "residual taken behind the norm", "block"),
]]

POOLING = [Mutant("tubevit_np/pooling.py", *rest) for rest in [
    ("k, v = (split_heads", "v, k = (split_heads",
     "test_pooling.py::test_a_probe_that_asks_nothing_takes_the_mean",
     "keys and values swapped", "operations"),
    ("return y + change, seen", "return change, seen",
     "test_pooling.py::test_pooling_equals_a_loop", "no residual around the MLP", "operations"),
    ("linear(probe[None, None], **q)", "probe[None, None]",
     "test_pooling.py::test_pooling_equals_a_loop", "the probe is the query itself", "operations"),
]]

MODEL = [Mutant("tubevit_np/model.py", *rest) for rest in [
    ('out["tokens"] + at', 'out["tokens"] + 0 * at',
     "test_model.py::test_scores_equal_the_loops[erf]", "position not added", "model"),
    ("if layer == cfg.gate_layer", "if layer + 1 == cfg.gate_layer",
     "test_model.py::test_scores_equal_the_loops[gate_tubes]", "gate one block early", "model"),
    ('gate(z, out["with_position"]', 'gate(z, out["tokens"]',
     "test_model.py::test_scores_equal_the_loops[gate_all]", "z^0 without its position", "model"),
    ("return ~rows if", "return rows if",
     "test_model.py::test_scores_equal_the_loops[gate_tubes]", "gate adds patches alone", "model"),
    ('layer_norm(z, **params["norm"], eps=cfg.eps)', "z",
     "test_model.py::test_scores_equal_the_loops[erf]", "no final norm", "model"),
    ("1 / (255 * cfg.std)", "1 / (256 * cfg.std)",
     "test_model.py::test_uint8_is_scaled_by_mean_and_std", "white is not 1", "operations"),
    ('video.shape[1:4]).astype(out["tokens"].dtype)', "video.shape[1:4])",
     "test_model.py::test_precision_is_kept_everywhere", "float64 creeps in", "model"),
    ("for tube in missing if shape[0] > 1 else ()", "for tube in missing",
     "test_model.py::test_an_image_leaves_tubes_out_without_a_word", "warns of every image"),
]]

DIVIDED = "test_baselines.py::test_block_equals_loops"
BASELINES = [Mutant(*rest) for rest in [
    ("tubevit_np/baselines.py", "y = z + drop(layer, TIME, change)", "y = z + change",
     "test_baselines.py::test_dropout_of_all_three_parts_by_clip", "no dropout over time"),
    ("tubevit_np/baselines.py", "y = z + drop(", 'y = inner["ln"] + drop(', DIVIDED,
     "residual taken behind the norm"),
    ("tubevit_np/baselines.py", "block(by_frame(y, frames), ln1", "block(by_place(y, frames), ln1",
     DIVIDED, "over time twice"),
    ("tubevit_np/baselines.py", "z.reshape(z.shape[0], frames, -1, z.shape[-1]).swapaxes(1, 2)",
     "z.reshape(z.shape[0], -1, frames, z.shape[-1])", DIVIDED, "t fastest"),
    ("tubevit_np/baselines.py", "z.reshape(shape[0], -1, *z.shape[1:]).swapaxes(1, 2)",
     "z.reshape(shape[0], -1, *z.shape[1:])", DIVIDED, "tokens left in the order of places"),
    ("tubevit_np/baselines.py", 'linear(seen["attended"], **fc), seen', 'seen["attended"], seen',
     DIVIDED, "no second linear layer"),
    ("tubevit_np/baselines.py", "drop(layer, part, x.reshape(shape)).reshape(x.shape)",
     "drop(layer, part, x.swapaxes(0, 1).reshape(shape)).reshape(x.shape)",
     "test_baselines.py::test_dropout_of_all_three_parts_by_clip", "masks of other tokens"),
    ("tubevit_np/baselines.py", 'cfg.attention == "global"', 'cfg.attention != "none"',
     "test_model.py::test_scores_equal_the_loops[divided]", "always global"),
    ("tubevit_np/params.py", '.endswith((".b", "time.fc.w"))', '.endswith(".b")',
     "test_baselines.py::test_a_new_model_sees_each_frame_alone", "time speaks from the start"),
    ("tubevit_np/config.py", "if name not in LATER or value != usual[name]", "if True",
     "test_baselines.py::test_a_later_field_is_written_only_where_it_says_something",
     "files that the first release cannot read"),
    ("tubevit_np/config.py", "**usual | BESIDE.get(name, {})", "**BESIDE.get(name, {})",
     "test_baselines.py::test_the_last_tube_set_counts", "attention of an earlier set kept"),
    ("tubevit_np/backward.py", "return d_x + d_change, grads | under", "return d_x, grads | under",
     "test_backward.py::test_divided_block", "no way back through the attention over time"),
    ("tubevit_np/backward.py", "drop(layer, TIME, d_x), z", "d_x, z",
     "test_backward.py::test_divided_block[0.3]", "no dropout on the way back through time"),
    ("tubevit_np/backward.py", 'by_frame(seen["time.middle"], frames)', "by_frame(z, frames)",
     "test_backward.py::test_divided_block", "the norm's slope at another place"),
]]

SCALING = [Mutant("tubevit_np/scaling.py", *rest) for rest in [
    ("np.tanh(alpha) * (z0", "alpha * (z0",
     "test_scaling.py::test_the_gate_adds_tanh_alpha_z0", "alpha without tanh", "operations"),
    ("(z0 * keep[:, None].astype(z.dtype))", "z0",
     "test_scaling.py::test_only_the_tokens_to_keep", "adds every token", "operations"),
    ("return z + np.tanh", "return z + z0 - z0 + np.tanh",
     "test_scaling.py::test_inert_at_first_to_the_last_bit",
     "rounds even where it is closed", "operations"),
]]

BACKWARD = [Mutant("tubevit_np/backward.py", *rest) for rest in [
    ("(softmax(logits) - target) / len(logits)", "softmax(logits) - target",
     "test_backward.py::test_cross_entropy", "sum, not mean, over clips", "gradients"),
    ("logits.shape[-1], smoothing)", "logits.shape[-1], 0)",
     "test_backward.py::test_cross_entropy", "smoothing forgotten", "gradients"),
    ("    d_x -= x * along\n", "", "test_backward.py::test_layer_norm",
     "what the variance took", "gradients"),
    ("    d_x -= d_x.mean(-1, keepdims=True)\n", "",
     "test_backward.py::test_layer_norm", "what the mean took", "gradients"),
    ("3 * GELU_CUBE", "GELU_CUBE", "test_backward.py::test_gelu",
     "factor of the cube", "gradients"),
    (" + x * density)", ")", "test_backward.py::test_gelu", "erf's own slope", "gradients"),
    ('d_y - np.einsum("...n,...n->...", d_y, y)[..., None]', "d_y.copy()",
     "test_backward.py::test_softmax", "what the sum took", "gradients"),
    ("d_scores *= 1 / math.sqrt(q.shape[-1])", "d_scores *= 1.0",
     "test_backward.py::test_attention", "scale forgotten", "gradients"),
    ("d_middle = d_y + d_change", "d_middle = d_change",
     "test_backward.py::test_block", "first residual forgotten", "gradients"),
    ("return d_middle + d_change,", "return d_change,",
     "test_backward.py::test_block", "second residual forgotten", "gradients"),
    ("merge_heads(d_q).sum(0, keepdims=True)", "merge_heads(d_q).mean(0, keepdims=True)",
     "test_backward.py::test_attention_pool", "probe's gradient averaged over clips", "gradients"),
    ("d_y, grads = d_y + d_change, under", "d_y, grads = d_change, under",
     "test_backward.py::test_attention_pool[True]", "residual of the pooling MLP", "gradients"),
    ("(1 - np.tanh(alpha) ** 2) * np.vdot", "np.vdot",
     "test_backward.py::test_gate", "slope of tanh", "gradients"),
    ("np.vdot(d_y, z0 * keep[:, None])", "np.vdot(d_y, z0)",
     "test_backward.py::test_gate", "alpha sees every token", "gradients"),
    ("drop(0, TOKENS, d_z + d_z0), grads", "drop(0, TOKENS, d_z), grads",
     f"{GRADIENTS}[gate_all]", "the gate's way back to the tokens", "gradients"),
    ("d_members.sum(0)}", "d_members.mean(0)}",
     "test_backward.py::test_tube_tokens", "bias averaged", "gradients"),
    ("[(0, 0)] * 4 + [(0, unused)]", "[(0, 0)] * 4 + [(unused, 0)]",
     f"{GRADIENTS}[shared_kernel]", "the other channels of the shared kernel", "gradients"),
    ("sum(shared)", "shared[-1]",
     f"{GRADIENTS}[shared_kernel]", "only the last tube trains the shared kernel", "gradients"),
    ("d_pooled, grads = d_pooled + d_x,", "d_pooled, grads = d_x,",
     f"{GRADIENTS}[erf]", "only the last head trains the body", "gradients"),
    ("if not counts[i]:\n            continue", "if not counts[i]:\n            break",
     "test_backward.py::test_every_gradient_for_an_image",
     "stops at a tube that does not fit", "gradients"),
]]

LOSS = [Mutant("tubevit_np/loss.py", *rest) for rest in [
    ("(1 - smoothing) * np.eye", "np.eye",
     "test_loss.py::test_cross_entropy_equals_a_loop", "smoothing on top of one", "operations"),
    ("np.eye(classes)[labels] + smoothing / classes",
     "np.eye(classes)[labels] + smoothing / (classes - 1)",
     "test_loss.py::test_cross_entropy_equals_a_loop",
     "spread over the wrong classes alone", "operations"),
    ("return (1 - smoothing) * labels + smoothing / classes", "return labels",
     "test_loss.py::test_shares_of_classes_weigh_the_losses_of_each",
     "shares of classes not smoothed"),
    ("logits = logits - logits.max(-1, keepdims=True)", "logits = logits + 0.0",
     "test_loss.py::test_known_losses", "overflow", "operations"),
    (".sum(-1).mean()", ".sum()",
     "test_loss.py::test_cross_entropy_equals_a_loop", "sum, not mean, over clips", "operations"),
    ("(~(logits < own))", "(~(logits > own))", "test_loss.py::test_accuracy", "smallest first"),
    ("(~(logits < own)).sum(1) - 1", "(logits > own).sum(1)",
     "test_loss.py::test_a_tie_or_nan_is_no_hit", "ties and NaN are right"),
]]

OPTIM = [Mutant("tubevit_np/optim.py", *rest) for rest in [
    ("BETAS = (0.9, 0.95)", "BETAS = (0.9, 0.999)",
     "test_optim.py::test_adamw_equals_a_loop", "the usual beta", "optimizer"),
    ("m += (1 - beta1) * (g - m)", "g = g + weight_decay * w\n        m += (1 - beta1) * (g - m)",
     "test_optim.py::test_adamw_equals_a_loop", "decay coupled to the gradient", "optimizer"),
    ("1 - rate * weight_decay", "1 - weight_decay",
     "test_optim.py::test_decay_only_shrinks_matrices_and_kernels",
     "decay without the rate", "optimizer"),
    ("m / (1 - beta1**t)", "m",
     "test_optim.py::test_adamw_equals_a_loop", "first moment not corrected", "optimizer"),
    ("v / (1 - beta2**t)", "v",
     "test_optim.py::test_adamw_equals_a_loop", "second moment not corrected", "optimizer"),
    ("np.sqrt(v / (1 - beta2**t))", "np.sqrt(v / (1 - beta2**t) + EPS)",
     "test_optim.py::test_adamw_equals_a_loop", "eps inside the root", "optimizer"),
    ("mean((0, 1, 2, 3), keepdims=True)", "mean()",
     "test_optim.py::test_kernels_by_waves_equal_a_loop",
     "one quiet size for all kernels", "optimizer"),
    ("g = to_waves(g) if by_waves else g", "pass",
     "test_optim.py::test_kernels_by_waves_equal_a_loop", "gradients by voxels", "optimizer"),
    ("from_waves(change) if by_waves", "change if by_waves",
     "test_optim.py::test_kernels_by_waves_equal_a_loop", "not turned back", "optimizer"),
    ("return len(shape) > 1", "return len(shape) > 0",
     "test_optim.py::test_what_is_decayed", "biases decayed", "optimizer"),
    ("** 0.75", "** 0.5", "test_optim.py::test_kernel_rates", "another exponent", "training"),
    ("peak * (step + 1) / warmup", "peak * step / warmup",
     "test_optim.py::test_learning_rate", "first step does nothing", "optimizer"),
    ("(step - warmup) / max(1, steps - warmup)", "step / max(1, steps)",
     "test_optim.py::test_learning_rate", "a jump behind the warm-up", "optimizer"),
    ("grads[name] *= most / norm",
     "grads[name] *= min(1, most / math.sqrt(np.vdot(grads[name], grads[name]) + 1e-12))",
     "test_optim.py::test_clip_scales_all_gradients_together",
     "each gradient clipped alone", "optimizer"),
]]

FREQUENCY = [Mutant("tubevit_np/frequency.py", *rest) for rest in [
    ("np.arange(n) + 0.5", "np.arange(n)",
     "test_frequency.py::test_cosines_are_orthonormal",
     "waves that begin at their crest", "optimizer"),
    ("waves[0] /= math.sqrt(2)", "pass",
     "test_frequency.py::test_cosines_are_orthonormal", "the constant wave too long", "optimizer"),
    ("(1, axis)), 0, axis)", "(1, axis)), 0, 0)",
     "test_frequency.py::test_waves_equal_a_loop", "axes left turned", "optimizer"),
]]

SLOPE = "test_train.py::test_the_joint_gradient_is_the_slope_of_the_joint_loss[0.2]"
DROPOUT = [Mutant(*rest) for rest in [
    ("tubevit_np/dropout.py", "scale, least = 1 / (1 - rate)", "scale, least = 1.0",
     "test_dropout.py::test_a_share_is_dropped_and_the_rest_makes_up", "the rest does not grow"),
    ("tubevit_np/dropout.py", "np.uint32(4 * layer + part)", "np.uint32(part)",
     "test_dropout.py::test_every_example_layer_and_part_drops_others", "every layer the same"),
    ("tubevit_np/dropout.py", "scramble(own ^ at)", "(own ^ at)",
     "test_dropout.py::test_neighbours_are_independent", "whole rows dropped"),
    ("tubevit_np/layers.py", "drop(layer, MLP, change)", "drop(layer, ATTENTION, change)",
     "test_dropout.py::test_a_model_drops_tokens_and_what_each_part_adds", "one mask for both"),
    ("tubevit_np/backward.py", "drop(layer, ATTENTION, d_middle)", "d_middle",
     SLOPE, "no dropout on the way back through attention"),
    ("tubevit_np/backward.py", "drop(layer, MLP, d_y)", "d_y",
     SLOPE, "no dropout on the way back through the MLP"),
    ("tubevit_np/backward.py", "return drop(0, TOKENS, d_z + d_z0)", "return d_z + d_z0",
     SLOPE, "no dropout on the way back to the tokens"),
]]

MUTANTS = [*CONFIG, *PARAMS, *TUBES, *KERNELS, *POSITION, *LAYERS, *POOLING, *MODEL, *SCALING,
           *BASELINES, *DROPOUT, *BACKWARD, *LOSS, *OPTIM, *FREQUENCY]
