"""Mistakes made on purpose in the variants of the model."""

from tubevit_np.conformance.mistakes.mutant import Mutant

DIVIDED_ATTENTION = [Mutant("tubevit_np/variants/divided_attention.py", *rest) for rest in [
    ("time_drop(change) if time_drop else change", "change",
     "test_divided_attention.py::test_dropout_of_all_three_parts_by_clip", "no dropout over time"),
    ("y = z + (time_drop", 'y = inner["ln"] + (time_drop',
     "test_divided_attention.py::test_block_equals_loops", "residual taken behind the norm"),
    ("block(by_frame(y, frames), ln1", "block(by_place(y, frames), ln1",
     "test_divided_attention.py::test_block_equals_loops", "over time twice"),
    ("z.reshape(z.shape[0], frames, -1, z.shape[-1]).swapaxes(1, 2)",
     "z.reshape(z.shape[0], -1, frames, z.shape[-1])",
     "test_divided_attention.py::test_block_equals_loops", "t fastest"),
    ("z.reshape(shape[0], -1, *z.shape[1:]).swapaxes(1, 2)",
     "z.reshape(shape[0], -1, *z.shape[1:])", "test_divided_attention.py::test_block_equals_loops",
     "tokens left in the order of places"),
    ('linear(cache["attended"], **fc), cache', 'cache["attended"], cache',
     "test_divided_attention.py::test_block_equals_loops", "no second linear layer"),
]]

DIVIDED_BACKWARD = [Mutant("tubevit_np/variants/divided_backward.py", *rest) for rest in [
    ("return d_x + d_change, grads", "return d_x, grads", "test_backward.py::test_divided_block",
     "no way back through the attention over time"),
    ("time_drop(d_x) if time_drop else d_x", "d_x", "test_backward.py::test_divided_block[0.3]",
     "no dropout on the way back through time"),
    ('by_frame(cache["time.middle"], frames)', "by_frame(z, frames)",
     "test_backward.py::test_divided_block", "the norm's slope at another place"),
]]

VARIANT_MODEL = [Mutant("tubevit_np/variants/model.py", *rest) for rest in [
    ('if attention_of(cfg) == "divided":', "if False:",
     "test_model.py::test_scores_equal_the_loops[divided]", "always global"),
]]

VARIANT_PARAMS = [Mutant("tubevit_np/variants/params.py", *rest) for rest in [
    ('if name.endswith("time.fc.w")', 'if name == "time.fc.w"',
     "test_divided_attention.py::test_a_new_model_sees_each_frame_alone",
     "time speaks from the start"),
]]

POSITIONS = [Mutant("tubevit_np/variants/positions.py", *rest) for rest in [
    ('if kind == "fixed"', 'if kind in ("fixed", "strideless")',
     "test_positions.py::test_without_strides_tokens_lie_a_frame_and_a_pixel_apart",
     "strides in spite of it"),
    ("first += math.prod(learned)", "first += math.prod(counts)",
     "test_positions.py::test_learned_rows_of_an_image_are_the_first_of_the_patches",
     "an image takes the rows of tubes"),
]]

CONFIG = [Mutant("tubevit_np/variants/config.py", *rest) for rest in [
    ("    if all(values[name] == usual for name, usual in PLAIN.items()):\n", "    if False:\n",
     "test_divided_attention.py::test_a_later_field_is_written_only_where_it_says_something",
     "files that the first release cannot read"),
]]

TUBE_SETS = [Mutant("tubevit_np/variants/tube_sets.py", *rest) for rest in [
    ("**defaults | TUBE_SET_FIELDS.get(name, {})", "**TUBE_SET_FIELDS.get(name, {})",
     "test_divided_attention.py::test_the_last_tube_set_counts",
     "attention of an earlier set kept"),
]]

VARIANTS = [*DIVIDED_ATTENTION, *DIVIDED_BACKWARD, *VARIANT_MODEL, *VARIANT_PARAMS, *POSITIONS, *CONFIG, *TUBE_SETS]
