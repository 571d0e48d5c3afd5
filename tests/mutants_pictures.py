"""Mistakes made on purpose in what a run keeps for its pictures and in what these show of a clip;
the form is that of mutants.py."""

from tests.mutants import Mutant

KEPT = "test_snapshots.py::test_a_run_keeps_what_it_had_then"
LOOPS = "test_snapshots.py::test_both_loops_hand_over_what_a_step_left"
KILLED = "test_run.py::test_a_killed_run_ends_as_one_that_was_not"

SNAPSHOTS = [Mutant(*rest) for rest in [
    ("tubevit_np/snapshots.py", "(done // FIRST).bit_count() == 1", "done > 0",
     "test_snapshots.py::test_snapshots_come_at_25_steps_and_always_twice_as_many", "every 25"),
    ("tubevit_np/snapshots.py", "key=lambda path: int(path.stem)", "key=str",
     "test_snapshots.py::test_snapshots_are_read_in_the_order_of_their_steps", "order of names"),
    ("tubevit_np/snapshots.py", "if len(w.shape) == 5", "if name.startswith(\"tubes\")",
     "test_snapshots.py::test_all_kernels_and_nothing_else_in_half_precision",
     "biases kept, a shared kernel not"),
    ("tubevit_np/run.py", "            self.snap(0, kernels(params))\n", "", KEPT, "no start"),
    ("tubevit_np/train.py", "            if due(step + 1):\n", """\
            if run.due(step):
                run.save(step + 1, params, moments, predict)
            if due(step + 1):
""", KILLED, "after the checkpoint: a kill between them leaves one out"),
    ("tubevit_np/train.py", "if due(step + 1)", "if due(step)", LOOPS, "NumPy: a step late"),
    ("tubevit_tg/train.py", "if due(step + 1)", "if due(step)", LOOPS, "tinygrad: a step late"),
    ("tubevit_tg/train.py", "to_arrays(kernels(params)))", "kernels(params))", LOOPS, "Tensors"),
]]

PICTURES = [*SNAPSHOTS]
