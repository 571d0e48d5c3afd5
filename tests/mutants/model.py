"""Mistakes made on purpose in the model."""

from tubevit_np.conformance.mistakes.mutant import Mutant

PARAMS = [Mutant("tubevit_np/model/params.py", *rest) for rest in [
    ("json.dumps(labels or {})", '"{}"', "test_params.py::test_labels_extra_and_metadata_come_back",
     "label names lost"),
    ('.endswith((".b", "time.fc.w"))', '.endswith(".b")',
     "test_divided_attention.py::test_a_new_model_sees_each_frame_alone",
     "time speaks from the start"),
]]

POSITION = [Mutant("tubevit_np/model/position.py", *rest) for rest in [
    ("(1, 1, 1) if cfg.position ==", "None if cfg.position ==",
     "test_position.py::test_without_strides_tokens_lie_a_frame_and_a_pixel_apart",
     "strides in spite of it"),
    ("first += math.prod(known)", "first += math.prod(found)",
     "test_position.py::test_learned_rows_of_an_image_are_the_first_of_the_patches",
     "an image takes the rows of tubes"),
]]

LAYERS = [Mutant("tubevit_np/model/layers.py", *rest) for rest in [
    ("x - x.max(-1, keepdims=True)", "x - x.max()", "test_layers.py::test_softmax_of_huge_scores",
     "one maximum for all rows"),
    ('into=None if keep else seen["up"]', 'into=seen["up"]',
     "test_layers.py::test_without_keep_nothing_is_kept", "overwritten though kept"),
    ("return z, seen if keep else {}", "return z, seen",
     "test_layers.py::test_without_keep_nothing_is_kept", "kept in spite of it"),
    ("ERF = 1.061405429", "ERF = 1.061", "test_layers.py::test_the_fast_error_function",
     "a coefficient cut short"),
    ("drop(layer, MLP, change)", "drop(layer, ATTENTION, change)",
     "test_dropout.py::test_a_model_drops_tokens_and_what_each_part_adds", "one mask for both"),
]]

FORWARD = [Mutant("tubevit_np/model/model.py", *rest) for rest in [
    ("for tube in missing if shape[0] > 1 else ()", "for tube in missing",
     "test_model.py::test_an_image_leaves_tubes_out_without_a_word", "warns of every image"),
    ("keep=inner and layer >= frozen", "keep=inner",
     "test_backward.py::test_frozen_blocks_keep_nothing_and_change_no_other_gradient",
     "frozen blocks keep their intermediates"),
]]

BACKWARD = [Mutant("tubevit_np/model/backward.py", *rest) for rest in [
    ("drop(layer, ATTENTION, d_middle)", "d_middle",
     "test_train.py::test_the_joint_gradient_is_the_slope_of_the_joint_loss[0.2]",
     "no dropout on the way back through attention"),
    ("drop(layer, MLP, d_y)", "d_y",
     "test_train.py::test_the_joint_gradient_is_the_slope_of_the_joint_loss[0.2]",
     "no dropout on the way back through the MLP"),
    ("return drop(0, TOKENS, d_z + d_z0)", "return d_z + d_z0",
     "test_train.py::test_the_joint_gradient_is_the_slope_of_the_joint_loss[0.2]",
     "no dropout on the way back to the tokens"),
    ("reversed(range(frozen, cfg.depth))", "reversed(range(cfg.depth))",
     "test_backward.py::test_frozen_blocks_keep_nothing_and_change_no_other_gradient",
     "the way back through frozen blocks"),
    ("return d_x + d_change, grads | under", "return d_x, grads | under",
     "test_backward.py::test_divided_block", "no way back through the attention over time"),
    ("drop(layer, TIME, d_x), z", "d_x, z", "test_backward.py::test_divided_block[0.3]",
     "no dropout on the way back through time"),
    ('by_frame(seen["time.middle"], frames)', "by_frame(z, frames)",
     "test_backward.py::test_divided_block", "the norm's slope at another place"),
]]

GATE = [Mutant("tubevit_np/model/gate.py", *rest) for rest in [
    (">= frozen", "> frozen", "test_gate.py::test_what_trains_beside_frozen_blocks",
     "one block more is frozen"),
    ("return not frozen or part not in", "return True or part not in",
     "test_gate.py::test_what_trains_beside_frozen_blocks", "tubes train below frozen blocks"),
]]

CONFIG = [Mutant("tubevit_np/model/config.py", *rest) for rest in [
    ("if name not in LATER or value != usual[name]", "if True",
     "test_divided_attention.py::test_a_later_field_is_written_only_where_it_says_something",
     "files that the first release cannot read"),
    ("**usual | BESIDE.get(name, {})", "**BESIDE.get(name, {})",
     "test_divided_attention.py::test_the_last_tube_set_counts",
     "attention of an earlier set kept"),
]]

MODEL = [*PARAMS, *POSITION, *LAYERS, *FORWARD, *BACKWARD, *GATE, *CONFIG]
