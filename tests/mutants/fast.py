"""Mistakes made on purpose in the tuned functions."""

from tubevit_np.conformance.mistakes.mutant import Mutant

BLOCKS = [Mutant("tubevit_np/fast/blocks.py", *rest) for rest in [
    ("LARGE = 60", "LARGE = 100", "test_layers.py::test_attention_of_scores_far_above_and_below_0",
     "calm at exp(95)"),
    ("x, x).max(-1)", "x, x).min(-1)",
     "test_layers.py::test_attention_of_scores_far_above_and_below_0", "the shortest q and k"),
    ("(math.prod(longest)", "(sum(longest)",
     "test_layers.py::test_attention_of_scores_far_above_and_below_0", "|q| + |k|"),
    ("np.where(calm, 0, scores.max(-2, keepdims=True))", "scores.max(-2, keepdims=True)",
     "test_model.py::test_clips_of_a_batch_never_mix", "calm heads as loud ones of the batch"),
    ("        weights /= total\n", "        pass\n",
     "test_layers.py::test_attention_of_every_head_equals_a_loop", "weights that sum to more"),
    ("i in range(0, count, step)]", "i in range(0, count - 1, step)]",
     "test_layers.py::test_portions_change_nothing", "the last one left out"),
    ("max(1, CACHE // size)", "CACHE // size", "test_layers.py::test_portions_change_nothing",
     "no portion holds one that is too large"),
]]

FAST = [*BLOCKS]
