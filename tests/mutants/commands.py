"""Mistakes made on purpose in the commands and the ablations."""

from tubevit_np.conformance.mistakes.mutant import Mutant

CLI = [Mutant("tubevit_np/commands/cli.py", *rest) for rest in [
    ("except (ValueError, OSError) as", "except ValueError as",
     "test_cli.py::test_a_mistake_ends_in_one_line_and_status_2", "a traceback"),
    ("            formatter_class=argparse.RawDescriptionHelpFormatter)", "            )",
     "test_cli.py::test_help_has_an_example_on_a_line_of_its_own", "wrapped"),
]]

TRAIN_AND_EVALUATE = [Mutant("tubevit_np/commands/train_and_evaluate.py", *rest) for rest in [
    ('{folder}" if begun', '{folder}" if folder',
     "test_cli.py::test_stopped_before_there_is_a_run_there_is_nothing_to_go_on_with",
     "a run that is not there"),
    ("return str(given.resolve()) if isinstance", "return whole_set(given) if isinstance",
     "test_cli.py::test_paths_are_made_whole_and_a_set_alone_has_a_name_before_its_own",
     "a cache with a name"),
    ("if folder is not None and", 'if name == "out" and',
     "test_cli.py::test_a_folder_without_a_name_is_refused[resume]", "a demo in its place"),
]]

OPTIONS = [Mutant("tubevit_np/commands/options.py", *rest) for rest in [
    ("usual_elsewhere(name).items())", "{}.items())",
     "test_cli.py::test_train_help_tells_every_default", "the demo's defaults for all"),
]]

CONVERT = [Mutant("tubevit_np/commands/convert.py", *rest) for rest in [
    ('given_at_least(1, options, "frames", "size")', "pass",
     "test_cli.py::test_a_mistake_ends_in_one_line_and_status_2", "scaled to any size"),
    ('("fps", small_notes)', '("fps", notes)', "test_cli.py::test_the_tubes_of_a_small_run_in_a_large_one",
     "the speed of another model"),
]]

PER_CLASS = [Mutant("tubevit_np/commands/per_class.py", *rest) for rest in [
    ("(labels, scores.argmax(-1))", "(scores.argmax(-1), labels)",
     "test_views.py::test_confusion_and_classes_by_hand", "answers as rows"),
    ("table[k] * (np.arange(len(names)) != k)", "table[k]",
     "test_views.py::test_confusion_and_classes_by_hand", "a class taken for itself"),
    ("candidates if taken.isdisjoint((key, one) for key in own)", '[""]',
     "test_views.py::test_sets_of_one_head_are_told_apart",
     "the second set's files over the first's"),
]]

INTERRUPT = [Mutant("tubevit_np/commands/interrupt.py", *rest) for rest in [
    ("threading.Timer(AGAIN, _thread.interrupt_main).start()", "pass",
     "test_stopping.py::test_a_lost_ctrl_c_comes_again", "a Ctrl-C that is lost"),
    ("            before(unraisable)\n", "            pass\n",
     "test_stopping.py::test_what_else_is_lost_is_told_as_ever", "errors lost in silence"),
]]

RUNNER = [Mutant("tubevit_np/ablation/runner.py", *rest) for rest in [
    ("tuple(denser(tube, variant.denser) for tube", "tuple(tube for tube",
     "test_ablate.py::test_a_study_is_trained_once_and_shared", "strides as trained"),
    ("ddof=1", "ddof=0", "test_ablate.py::test_means_and_spread_by_hand",
     "the spread of too few seeds too small"),
    ("    if not (run / MODEL).exists():\n", "    if True:\n",
     "test_ablate.py::test_a_study_is_trained_once_and_shared", "trained again"),
    ('(record["step"] - last) / record["rate"]', 'record["step"] / record["rate"]',
     "test_ablate.py::test_how_long_a_run_trained", "steps counted from the first"),
    ("given | fields | start)", "fields | given | start)",
     "test_ablate.py::test_the_way_from_small_to_large", "what it begins with no longer"),
]]

COMMANDS = [*CLI, *TRAIN_AND_EVALUATE, *OPTIONS, *CONVERT, *PER_CLASS, *INTERRUPT, *RUNNER]
