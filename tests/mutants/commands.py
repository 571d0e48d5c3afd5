"""Mistakes made on purpose in the commands and the ablations."""

from tubevit_np.conformance.mistakes.mutant import Mutant

CLI = [Mutant("tubevit_np/commands/cli.py", *rest) for rest in [
    ("except (ValueError, OSError) as", "except ValueError as",
     "test_cli.py::test_an_error_of_the_system_is_one_line", "a traceback"),
    ('if text.startswith("example"):', "if False:",
     "test_cli.py::test_help_ends_in_examples_that_can_be_typed", "examples that are wrapped"),
    ('prog or (name if name in SCRIPTS else f"python -m {package}")', 'prog or f"python -m {package}"',
     "test_shell.py::test_a_console_script_has_its_own_name", "the name of the module"),
    ("{self._dash_hint(message)}", "", "test_shell.py::test_a_name_that_begins_with_a_dash_gets_a_hint",
     "no hint at --"),
    ("places[min(before, len(places) - 1)]", "places[-1]",
     "test_shell.py::test_a_name_that_begins_with_a_dash_gets_a_hint", "the run in the file's place"),
    (r"""not re.match(r"--|-[\d.]+(e-?\d+)?$", word)""", "True",
     "test_shell.py::test_numbers_and_options_are_no_file_names", "numbers taken for files"),
    ("{nearest(name, self._names())}", "", "test_cli.py::test_a_mistake_ends_in_one_line_and_status_2",
     "no nearest option"),
    ("        bar.clear()\n", "        pass\n",
     "test_progress.py::test_a_warning_is_written_below_the_bars", "a warning behind a bar"),
]]

CONSOLE = [Mutant("tubevit_np/console.py", *rest) for rest in [
    ("    except BrokenPipeError:", "    except ZeroDivisionError:",
     "test_output.py::test_a_reader_that_stops_early_is_no_error", "an error of a pipe to head"),
    ("            if sys.stdout:", "            if True:",
     "test_output.py::test_a_closed_output_is_no_error", "no output to flush"),
    ('errors="backslashreplace"', 'errors="strict"',
     "test_output.py::test_letters_that_the_output_lacks_are_escaped", "letters that stop a command"),
]]

TRAIN_AND_EVALUATE = [Mutant("tubevit_np/commands/train_and_evaluate.py", *rest) for rest in [
    ("if folder is not None and", 'if name == "out" and',
     "test_cli.py::test_a_folder_without_a_name_is_refused[resume]", "a demo in its place"),
]]

TRAIN = [Mutant("tubevit_np/commands/training.py", *rest) for rest in [
    ("    print_held_out(run.sources)\n    print_plan", "    print_plan",
     "test_moved_data.py::test_from_the_command_line", "the held-out files not told"),
]]

SEEDS = [*[Mutant("tubevit_np/runs/seeds.py", *rest) for rest in [
    ("ddof=1", "ddof=0", "test_seeds.py::test_statistics_by_hand", "the deviation of too few seeds"),
    ('if stored.get("steps") == recipe.steps', "if stored",
     "test_seeds.py::test_a_seed_that_was_extended_is_scored_again", "scores of fewer steps"),
]], *[Mutant("tubevit_np/commands/seeds.py", *rest) for rest in [
    ("replace(recipe, seed=seed)", "recipe",
     "test_seeds.py::test_the_table_has_the_scores_of_each_seed_and_is_not_trained_again",
     "one seed for all"),
    ("        refuse_others(seeds.folder_of(folder, seed), of_seed)\n", "        pass\n",
     "test_seeds.py::test_a_seed_of_another_recipe_is_refused_before_any_training",
     "trained before the conflict is found"),
    ("    if kept is not None:\n", "    if False:\n",
     "test_seeds.py::test_the_table_has_the_scores_of_each_seed_and_is_not_trained_again",
     "trained again"),
]], *[Mutant("tubevit_np/runs/repeat.py", *rest) for rest in [
    ("return open_run(folder) if begun else", "return",
     "test_seeds.py::test_what_was_stopped_is_continued_by_the_same_command", "begun anew"),
    ("if stored[name] != wanted[name]]", "]",
     "test_ablate.py::test_a_study_is_trained_once_and_shared", "every field as a difference"),
]]]

GIVEN_RECIPE = [Mutant("tubevit_np/commands/given_recipe.py", *rest) for rest in [
    ("return os.path.abspath(given) if isinstance", "return whole_set(given) if isinstance",
     "test_cli.py::test_paths_are_made_whole_and_a_set_alone_has_a_name_before_its_own",
     "a cache with a name"),
    ("before + os.path.abspath(text)", "before + os.path.realpath(text)",
     "test_moved_data.py::test_a_link_that_is_changed_is_followed_and_the_head_has_its_name",
     "the target of a link stored"),
]]

OPTIONS = [Mutant("tubevit_np/commands/arguments.py", *rest) for rest in [
    ("usual_elsewhere(name).items())", "{}.items())",
     "test_cli.py::test_train_help_tells_every_default", "the demo's defaults for all"),
]]

COMPLETION = [Mutant("tubevit_np/commands/completion.py", *rest) for rest in [
    ("action.choices = tuple(action.values)", "pass",
     "test_shell.py::test_bash_completes_names_and_files", "names that are not completed"),
    ("action.complete = shtab.DIRECTORY", "action.complete = shtab.FILE",
     "test_shell.py::test_bash_completes_names_and_files", "files in place of folders"),
]]

REQUIRED = [Mutant("tubevit_np/required.py", *rest) for rest in [
    ('sys.argv[:1] == ["-m"] or ', "",
     "test_shell.py::test_a_missing_package_is_one_line_with_its_extra", "a traceback of -m"),
    (" or called(package) in SCRIPTS:", ":",
     "test_shell.py::test_a_missing_package_is_one_line_with_its_extra", "a traceback of a script"),
    ('"shtab": "completion"', '"shtab": "tg"',
     "test_shell.py::test_a_package_that_a_command_misses", "the wrong extra"),
]]

CHANCE = [Mutant("tubevit_np/runs/chance.py", *rest) for rest in [
    (" + z**2 / (4 * count**2)", "", "test_chance.py::test_intervals_of_the_literature",
     "an interval without width where all are right"),
    ("center = (fraction + z**2 / (2 * count)) / shrink", "center = fraction",
     "test_chance.py::test_intervals_of_the_literature", "an interval around the score"),
    ('top-5": 5 / size', 'top-5": 1 / size', "test_chance.py::test_what_guessing_gets",
     "five guesses as one"),
    ("return num_classes * tail < 0.025", "return tail < 0.025",
     "test_chance.py::test_labels_drawn_uniformly_have_no_clearly_common_class",
     "a class that is the most common by chance"),
]]

PROGRESS = [Mutant("tubevit_np/runs/progress.py", *rest) for rest in [
    ("if len(text) + SHORTEST_BAR <= width", "if True",
     "test_progress.py::test_every_score_is_shown_in_a_terminal", "scores cut off at the edge"),
    ("            self.steps.ncols = None", "            pass",
     "test_progress.py::test_a_few_scores_stand_beside_the_bar_and_in_a_file_all_do",
     "scores cut off in a file"),
    ("        if len(item) >= width:\n", "        if False:\n",
     "test_progress.py::test_lines_of_scores", "a long name beyond the edge"),
    ('lines[i] if i < len(lines) else ""', "lines[i % max(1, len(lines))] if lines else line.desc",
     "test_progress.py::test_scores_come_back_beside_the_bar_of_a_wider_terminal", "old scores below"),
]]

EVALUATE = [Mutant("tubevit_np/training/evaluate.py", *rest) for rest in [
    ("        bar.total = bar.n", "        pass",
     "test_progress.py::test_a_bar_of_batches_counts_examples", "a bar that ends before its total"),
    ("bar.update(len(next(iter(batch.labels.values()))))", "bar.update(1)",
     "test_progress.py::test_a_training_in_a_terminal", "batches counted as examples"),
]]

PREDICT = [Mutant("tubevit_np/commands/predict.py", *rest) for rest in [
    ("return BAD_FILES if num_bad else 0", "return 0",
     "test_predict.py::test_a_single_bad_file_has_the_status_of_bad_files", "bad files without a status"),
    ('if b"\\0" in text else', "if not text else",
     "test_predict.py::test_a_list_from_standard_input", "a list of find -print0 as one name"),
    ("for name in names if name]", "for name in names]",
     "test_predict.py::test_a_list_from_standard_input", "an empty line as a name"),
]]

PREDICTION_LINES = [Mutant("tubevit_np/commands/prediction_lines.py", *rest) for rest in [
    ("if fits and k and", "if False and", "test_predict.py::test_lines_fit_the_terminal_unless_top_is_given",
     "lines wider than the terminal"),
    ("fits = None if top or", "fits = None if", "test_predict.py::test_lines_fit_the_terminal_unless_top_is_given",
     "fewer classes than --top"),
    ("if letter.isprintable() or", "if letter or", "test_predict.py::test_names_of_all_kinds",
     "a name on two lines"),
]]

TABLES = [Mutant("tubevit_np/commands/prediction_tables.py", *rest) for rest in [
    ("        os.replace(part, out)\n", "        os.replace(part, out)\n    except KeyboardInterrupt:\n        os.replace(part, out)\n        raise\n",
     "test_predict.py::test_a_stop_keeps_the_rows_so_far_and_the_older_table", "half a table in place of a whole one"),
    (', errors="surrogateescape"', "", "test_predict.py::test_names_of_all_kinds",
     "a name that is not UTF-8 as an error"),
    ("return max(named, key=named.get)", "return next(iter(named))",
     "test_predict.py::test_a_row_for_each_file_in_the_order_given", "the first class as the prediction"),
    ("for head in heads for name in notes", "for head in [*heads][:1] for name in notes",
     "test_predict.py::test_a_row_for_each_file_in_the_order_given", "columns of the first head alone"),
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
    ("rank, row[k], row[best]", "rank, row[best], row[k]",
     "test_views.py::test_details_say_the_same_as_the_score", "probabilities in each other's place"),
    ("candidates if taken.isdisjoint((key, one) for key in own)", '[""]',
     "test_views.py::test_sets_of_one_head_are_told_apart",
     "the second set's files over the first's"),
]]

VERSIONS = [
    Mutant("tubevit_np/versions.py", """ if package == "tubevit_tg" else ""\n""",
           """ if not package else ""\n""", "test_shell.py::test_versions", "a version that is left out"),
    Mutant("tubevit_np/__main__.py", 'if sys.argv[1:] == ["--version"]', "if False",
           "test_shell.py::test_versions_need_no_package_but_numpy", "no version without tqdm"),
    Mutant("tubevit_np/commands/cli.py", 'elif message.endswith("required: COMMAND") and self.typed',
           "elif False", "test_cli.py::test_a_mistake_ends_in_one_line_and_status_2",
           "a mistyped --version not named"),
]

INTERRUPT = [Mutant("tubevit_np/commands/interrupt.py", *rest) for rest in [
    ('if command == "ablate" or getattr(options, "seeds", None):', "if False:",
     "test_stopping.py::test_a_study_continues_with_the_same_command", "no way on for a study"),
    (' or getattr(options, "seeds", None)', "",
     "test_seeds.py::test_what_was_stopped_is_continued_by_the_same_command", "no way on for seeds"),
    ('if not (folder / "config.json").exists():', "if False:",
     "test_cli.py::test_stopped_before_there_is_a_run_there_is_nothing_to_go_on_with",
     "a run that is not there"),
    ("    if (folder / MODEL).exists():", "    if False:",
     "test_cli.py::test_stopping_is_no_mistake_and_says_how_to_go_on[ended]", "trained, not evaluated"),
    ("is saved; continue\" if newest else", "is saved; continue\" if True else",
     "test_cli.py::test_stopping_is_no_mistake_and_says_how_to_go_on[nothing]", "step 0 is saved"),
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

DRAWING = [Mutant("tubevit_np/commands/report.py", *rest) for rest in [
    ("    except OSError as error:\n        warnings", "    except KeyError as error:\n        warnings",
     "test_lock.py::test_scores_that_cannot_be_stored_are_printed", "scores lost"),
    ("    if draw:\n        draw()\n", "",
     "test_drawing.py::test_curves_are_drawn_after_the_evaluation_whose_scores_they_show", "no pictures"),
]]

COMMANDS = [*CLI, *TRAIN, *SEEDS, *GIVEN_RECIPE, *CONSOLE, *TRAIN_AND_EVALUATE, *OPTIONS, *COMPLETION, *REQUIRED, *CHANCE, *PROGRESS,
            *EVALUATE, *PREDICT, *PREDICTION_LINES, *TABLES, *CONVERT, *PER_CLASS, *VERSIONS, *INTERRUPT, *RUNNER, *DRAWING]
