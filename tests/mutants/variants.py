"""Mistakes made on purpose in the variants of the model."""

from tubevit_np.conformance.mistakes.mutant import Mutant

DIVIDED_ATTENTION = [Mutant("tubevit_np/variants/divided_attention.py", *rest) for rest in [
    ("y = z + drop(layer, TIME, change)", "y = z + change",
     "test_divided_attention.py::test_dropout_of_all_three_parts_by_clip", "no dropout over time"),
    ("y = z + drop(", 'y = inner["ln"] + drop(',
     "test_divided_attention.py::test_block_equals_loops", "residual taken behind the norm"),
    ("block(by_frame(y, frames), ln1", "block(by_place(y, frames), ln1",
     "test_divided_attention.py::test_block_equals_loops", "over time twice"),
    ("z.reshape(z.shape[0], frames, -1, z.shape[-1]).swapaxes(1, 2)",
     "z.reshape(z.shape[0], -1, frames, z.shape[-1])",
     "test_divided_attention.py::test_block_equals_loops", "t fastest"),
    ("z.reshape(shape[0], -1, *z.shape[1:]).swapaxes(1, 2)",
     "z.reshape(shape[0], -1, *z.shape[1:])", "test_divided_attention.py::test_block_equals_loops",
     "tokens left in the order of places"),
    ('linear(seen["attended"], **fc), seen', 'seen["attended"], seen',
     "test_divided_attention.py::test_block_equals_loops", "no second linear layer"),
    ("drop(layer, part, x.reshape(shape)).reshape(x.shape)",
     "drop(layer, part, x.swapaxes(0, 1).reshape(shape)).reshape(x.shape)",
     "test_divided_attention.py::test_dropout_of_all_three_parts_by_clip", "masks of other tokens"),
    ('cfg.attention == "global"', 'cfg.attention != "none"',
     "test_model.py::test_scores_equal_the_loops[divided]", "always global"),
]]

VARIANTS = [*DIVIDED_ATTENTION]
