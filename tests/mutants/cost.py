"""Mistakes made on purpose in counting the cost."""

from tubevit_np.conformance.mistakes.mutant import Mutant

COUNT = [Mutant("tubevit_np/cost/count.py", *rest) for rest in [
    ("(4 * d + 2 * keys)", "(4 * d + keys)",
     "test_cost.py::test_operations_equal_those_of_a_forward_pass", "mixing not counted"),
    ('return (n,) if attention_of(cfg) == "global" else (frames, n // frames)', "return (n,)",
     "test_cost.py::test_operations_equal_those_of_a_forward_pass", "divided attention as global"),
    ('(2 if part == "tubes" else 3)', "3",
     "test_cost.py::test_operations_of_training_equal_those_there_and_back",
     "a gradient of the video"),
    ("6 * n * d + cfg.heads * n * keys", "6 * n * d + n * keys",
     "test_cost.py::test_memory_of_training_is_that_of_all_intermediates",
     "the weights of one head alone"),
    ("max(tokenize, attention, n", "max(attention, n",
     "test_cost.py::test_memory_of_inference_is_the_largest_set_still_to_be_read",
     "the video takes no room"),
    ("[5 * n * d +", "[4 * n * d +",
     "test_cost.py::test_memory_of_inference_is_the_largest_set_still_to_be_read",
     "nothing waits beside q, k and v"),
]]

TABLE = [Mutant("tubevit_np/cost/table.py", *rest) for rest in [
    ("for per in (2, 1)", "for per in (1, 2)",
     "test_cost.py::test_the_table_beside_the_papers_figures", "multiply-adds taken for two"),
]]

COST = [*COUNT, *TABLE]
