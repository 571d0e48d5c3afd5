"""Mistakes made on purpose in the tuned functions."""

from tubevit_np.conformance.mistakes.mutant import Mutant

BLOCKS = [Mutant("tubevit_np/fast/blocks.py", *rest) for rest in [
    ("SAFE_SCORE = 60", "SAFE_SCORE = 100",
     "test_fast_layers.py::test_attention_of_scores_far_above_and_below_0", "safe at exp(95)"),
    ("x, x).max(-1)", "x, x).min(-1)",
     "test_fast_layers.py::test_attention_of_scores_far_above_and_below_0", "the shortest q and k"),
    ("(math.prod(longest)", "(sum(longest)",
     "test_fast_layers.py::test_attention_of_scores_far_above_and_below_0", "|q| + |k|"),
    ("np.where(safe, 0, scores.max(-2, keepdims=True))", "scores.max(-2, keepdims=True)",
     "test_fast_layers.py::test_clips_of_a_batch_never_mix",
     "safe heads as loud ones of the batch"),
    ("        weights /= total\n", "        pass\n",
     "test_fast_layers.py::test_weights_sum_to_one", "weights that sum to more"),
    ("i in range(0, count, step)]", "i in range(0, count - 1, step)]",
     "test_fast_layers.py::test_blocks_of_any_size_change_nothing", "the last one left out"),
    ("max(1, CACHE_NUMBERS // size)", "CACHE_NUMBERS // size",
     "test_fast_layers.py::test_blocks_of_any_size_change_nothing",
     "no block holds one that is too large"),
    ("        scores -= np.where", "        np.where",
     "test_fast_layers.py::test_attention_of_scores_far_above_and_below_0", "attention overflows"),
    ("scores.max(-2, keepdims=True)", "scores.max()",
     "test_fast_layers.py::test_attention_of_scores_far_above_and_below_0",
     "one maximum for the whole batch"),
]]

FAST_LAYERS = [Mutant("tubevit_np/fast/layers.py", *rest) for rest in [
    ('into=None if return_intermediates else cache["up"]', 'into=cache["up"]',
     "test_fast_layers.py::test_without_intermediates_the_cache_is_empty",
     "overwritten though kept"),
    ('{"middle": y} | transformed if return_intermediates else {}', '{"middle": y} | transformed',
     "test_fast_layers.py::test_without_intermediates_the_cache_is_empty", "kept in spite of it"),
    ("ERF = 1.061405429", "ERF = 1.061", "test_fast_layers.py::test_the_float32_error_function",
     "a coefficient cut short"),
]]

FAST = [*BLOCKS, *FAST_LAYERS]
