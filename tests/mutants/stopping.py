"""Mistakes made on purpose in stopping, extending and locking a run."""

from tubevit_np.conformance.mistakes.mutant import Mutant

SAVED = "test_stop_signal.py::test_the_step_is_completed_and_saved"
STOP_SIGNAL = [Mutant(f"tubevit_np/runs/{file}.py", *rest) for file, *rest in [
    ("run", "self.signal.number is not None or", "", SAVED, "stopped after the next checkpoint"),
    ("run", "        self.signal.check()\n", "", SAVED, "a checkpoint after every step to the end"),
    ("training_log", "json.dumps(self.recent)", '"[]"', SAVED, "means of fewer steps once resumed"),
    ("stop_signal", "        self.check()\n", "",
     "test_stop_signal.py::test_the_first_signal_is_recorded_and_raised_at_the_end", "a lost signal"),
    ("stop_signal", "            for number in handled:\n                signal.", "            for number in ():\n                signal.",
     "test_stop_signal.py::test_the_first_signal_is_recorded_and_raised_at_the_end", "never restored"),
    ("stop_signal", " if signal.getsignal(number) == usual]", "]",
     "test_stop_signal.py::test_a_signal_that_is_ignored_or_handled_elsewhere_stays_so", "nohup stops"),
    ("stop_signal", "elif number == signal.SIGINT:", "else:",
     "test_stop_signal.py::test_a_second_ctrl_c_stops_at_once_and_a_second_sigterm_does_not",
     "no checkpoint of a cancelled job"),
    ("stop_signal", "if threading.current_thread() is not threading.main_thread():", "if False:",
     "test_stop_signal.py::test_only_the_main_thread_can_await_signals", "no training in a thread"),
]]

KILLED_EXTENSION = "test_extend.py::test_a_killed_extension_ends_as_one_that_was_not[between checkpoints]"
EXTEND = [Mutant("tubevit_np/runs/extend.py", *rest) for rest in [
    ("if steps <= done:", "if steps < done:",
     "test_extend.py::test_steps_that_are_done_cannot_be_taken_back", "an end without a model"),
    ("    set_model_aside(folder)\n", "", "test_extend.py::test_the_model_of_the_old_end_keeps_its_weights_under_another_name", "the old model taken for the newest"),
    ("    if steps == recipe.steps:\n        return recipe\n", "",
     "test_extend.py::test_the_run_says_what_happened", "extended from 13 to 13 steps"),
    ('    stored["recipe"]["steps"] = steps\n', "", KILLED_EXTENSION, "forgotten after a kill"),
    ("return replace(recipe, steps=steps)", "return recipe",
     "test_extend.py::test_the_learning_rate_is_that_of_the_longer_run_from_where_it_stands",
     "no step done"),
]]

LOCKING = [Mutant(f"tubevit_np/runs/{file}.py", *rest) for file, *rest in [
    ("lock", "        lock.acquire(timeout=0)\n", "        pass\n",
     "test_lock.py::test_a_second_process_is_refused_until_the_first_one_is_killed", "two at once"),
    ("lock", "is_singleton=True, ", "",
     "test_lock.py::test_the_lock_is_held_as_long_as_the_run_is_open", "a notebook shuts itself out"),
    ("lock", "    except OSError as error:\n        warnings", "    except KeyError as error:\n        warnings",
     "test_lock.py::test_a_drive_without_locks_gets_a_warning", "no training on some drives"),
    ("run", "self.extended_at, self.lock = extended_at, lock", "self.extended_at = extended_at",
     "test_lock.py::test_the_lock_is_held_as_long_as_the_run_is_open", "released at once"),
    ("open_run", "        unlock_run(lock)\n", "",
     "test_half_made.py::test_a_run_that_cannot_be_written_leaves_the_folder_as_it_was", "a folder left"),
    ("open_run", "    remove_leftovers(folder, *WRITTEN)\n", "",
     "test_lock.py::test_leftovers_of_killed_processes_are_deleted", "half files for ever"),
    ("open_run", "remove_leftovers(folder, *WRITTEN)", "remove_leftovers(folder)",
     "test_lock.py::test_leftovers_of_killed_processes_are_deleted", "what evaluate writes deleted"),
]]

STOPPING = [*STOP_SIGNAL, *EXTEND, *LOCKING]
