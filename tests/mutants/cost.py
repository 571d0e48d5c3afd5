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

STEP = [Mutant("tubevit_np/cost/step.py", *rest) for rest in [
    ("math.ceil(count / min(count, parts))", "count // min(count, parts)",
     "test_plan.py::test_sets_are_cut_into_micro_batches", "the larger half forgotten"),
    ('parts["encoder"] -= 2 *', 'parts["encoder"] -= 1 *',
     "test_plan.py::test_operations_of_a_step_equal_those_of_its_products",
     "half of a frozen backward pass counted"),
    ('(memory["tubes"] if frozen else 0)', '0',
     "test_plan.py::test_a_step_keeps_no_intermediates_of_frozen_blocks_and_tubes",
     "frozen tubes kept"),
]]

PLAN = [Mutant(f"tubevit_{file}.py", *rest) for file, *rest in [
    ("np/training/plan", "min(len(batches), PARTS + 1) * trained", "trained * 8",
     "test_plan.py::test_the_memory_of_a_step_is_that_of_its_arrays", "eight gradients"),
    ("np/training/plan", "sum(batches[:PARTS])", "sum(batches)",
     "test_plan.py::test_the_memory_of_a_step_is_that_of_its_arrays", "no gradient accumulation"),
    ("tg/training/plan", "recipe.accumulate * recipe.devices", "recipe.accumulate",
     "test_plan_tg.py::test_every_device_has_all_parameters_and_a_part_of_the_batch",
     "each device computes the whole batch"),
    ("np/commands/planned_time", "run.recipe.steps - done", "run.recipe.steps",
     "test_plan.py::test_the_time_is_that_of_all_steps_that_are_left_and_all_evaluations",
     "the steps already done count again"),
    ("np/commands/planned_memory", "needed <= there:", "needed > 0:",
     "test_plan.py::test_a_machine_that_is_too_small_is_told_with_the_way_out", "no warning"),
    ("np/commands/planned_memory", "0 if engine.plan.device() else run", "run",
     "test_plan_tg.py::test_memory_of_a_gpu_is_told_apart", "a GPU's memory as that of the machine"),
    ("np/runs/epochs", "replace(recipe, memory=0.0, cache=None)", "recipe",
     "test_plan.py::test_a_dry_run_says_all_and_does_nothing", "all files decoded"),
]]

COST = [*STEP, *PLAN, *COUNT, *TABLE]
