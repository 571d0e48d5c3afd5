"""Mistakes made on purpose in recipes and runs."""

from tubevit_np.conformance.mistakes.mutant import Mutant

PREDICT_FILES = [Mutant("tubevit_np/runs/predict_files.py", *rest) for rest in [
    ("        while rows and rows[0].x is None:\n            yield rows.popleft()\n", "",
     "test_predict.py::test_a_rare_kind_does_not_hold_back_the_others", "all rows at the end"),
    ("if full or len(rows) >= MAX_WAITING * batch:", "if full:",
     "test_predict.py::test_a_rare_kind_does_not_hold_back_the_others", "one image holds back all videos"),
    ("waiting.setdefault(row.kind, [])", "waiting.setdefault('video', [])",
     "test_predict.py::test_videos_and_images_in_batches_of_their_own", "images among the videos"),
    ("scores = evaluate.mean_over_views(logits, num_views)", "scores = logits[::num_views]",
     "test_predict.py::test_views_are_averaged_as_in_evaluate", "the first view alone"),
    ('note="; ".join(dict.fromkeys(map(str, remarks)))', 'note=""',
     "test_predict.py::test_short_and_damaged_files_have_a_note", "short files without a word"),
]]

RUN = [Mutant("tubevit_np/runs/run.py", *rest) for rest in [
    ("            self.records.forget_after(0)\n", "",
     "test_run.py::test_a_killed_run_ends_as_one_that_was_not[before the first checkpoint]", "steps logged twice"),
    ("return params, {moment: flatten(tree) for moment, tree in moments.items()}",
     "return params, {}", "test_run.py::test_a_damaged_checkpoint_is_passed_over_for_the_older_one[5]",
     "resumed without its moments"),
    ("else self.left_out + 1", "else 1",
     "test_run.py::test_half_precision_may_leave_out_ten_steps_in_a_row", "left out for ever"),
    ('(MAX_SKIPPED_STEPS if self.recipe.precision == "half" else 0)', "MAX_SKIPPED_STEPS",
     "test_run.py::test_a_loss_that_is_no_number_stops_the_run", "patience in float32, too"),
    ("np.isfinite([loss, norm]).all()", "np.isfinite(loss)",
     "test_run.py::test_a_loss_that_is_no_number_stops_the_run", "an infinite gradient applied"),
    ("        self.stopped = self._patience_is_over()\n        if", "        if",
     "test_best_score.py::test_a_run_that_has_ended_early_stays_so", "it goes on when resumed"),
    ("best.since >= self.recipe.patience", "best.since > self.recipe.patience",
     "test_best_score.py::test_a_run_ends_after_its_patience_killed_or_not", "one more evaluation"),
    ("self._save(BEST, current(), step", "self._save(MODEL, current(), step",
     "test_best_score.py::test_the_best_checkpoint_can_be_evaluated", "no best.safetensors"),
    ("(self.evaluation_due(step) or any", "(any",
     "test_best_score.py::test_evaluations_come_apart_from_checkpoints",
     "a score without the loss of its step"),
    ("last = self.stopped or self", "last = self",
     "test_best_score.py::test_a_run_ends_after_its_patience_killed_or_not",
     "stopped without a checkpoint"),
    ("if self._has_ended(self.first) and", "if False and",
     "test_extend.py::test_an_extension_killed_before_it_began_is_forgotten", "its model is gone"),
    ("            self.known.add(name)\n", "",
     "test_by_heart.py::test_it_is_said_once_in_training_and_at_the_end", "said at every look"),
    ("[:-MAX_CHECKPOINTS]", "[:-1]", "test_run.py::test_the_files_of_a_run", "one checkpoint kept"),
    ("if self._has_ended(done):\n                self.", "if done < 0:\n                self.",
     "test_run.py::test_the_files_of_a_run", "no model"),
]]

TRAINING_LOG = [Mutant("tubevit_np/runs/training_log.py", *rest) for rest in [
    ('record["step"] <= step]', 'record["step"] < step]',
     "test_run.py::test_a_damaged_checkpoint_is_passed_over_for_the_older_one[5]", "last record lost"),
]]

BEST_SCORE = [Mutant("tubevit_np/runs/best_score.py", *rest) for rest in [
    ("step > extended_at for", "step > 0 for",
     "test_best_score.py::test_more_steps_come_with_new_patience", "it stops at once"),
    ("if source.kind == \"video\"]", "]", "test_best_score.py::test_which_scores_choose_by_default",
     "images choose, too"),
    ("key=lambda i: evaluations[i][1])", "key=lambda i: (evaluations[i][1], i))",
     "test_best_score.py::test_the_best_parameters_are_kept_without_moments",
     "the last of equal scores"),
    ("logged_scores(source)[-1]", "logged_scores(source)[0]",
     "test_best_score.py::test_which_scores_choose_by_default", "the verb alone"),
]]

RECIPE = [Mutant("tubevit_np/runs/recipe.py", *rest) for rest in [
    ("parts = self.devices * self.accumulate", "parts = self.devices",
     "test_recipe.py::test_a_recipe_refuses", "parts that do not go onto all devices"),
    ("                learned_rows(cfg, shape)\n", "                pass\n",
     "test_warm_start.py::test_positions_learned_for_other_sizes_are_refused_at_once",
     "refused at the first step"),
    ("return (value,) * count", "return (value,)",
     "test_recipe.py::test_sets_have_their_own_numbers_or_one_for_all", "the first set alone"),
]]

FIELD_TYPES = [Mutant("tubevit_np/runs/field_types.py", *rest) for rest in [
    ("return type(value) is kind", "return isinstance(value, kind)",
     "test_recipe.py::test_a_recipe_refuses", "True as a number of devices"),
    ("abs(value) < math.inf", "value == value", "test_recipe.py::test_a_recipe_refuses",
     "an infinite rate"),
    ("type(value) in (int, float) and", "type(value) is float and",
     "test_recipe.py::test_numbers_of_numpy_whole_rates_and_paths_become_plain_values",
     "a rate of 1 refused"),
    ("        return value.item()\n", "        return value\n",
     "test_recipe.py::test_numbers_of_numpy_whole_rates_and_paths_become_plain_values",
     "NumPy's integers refused"),
]]

RECIPE_FORMATS = [Mutant("tubevit_np/runs/recipe_formats.py", *rest) for rest in [
    ('Loader.add_implicit_resolver("tag:yaml.org,2002:float", YAML_FLOAT, list("-+.0123456789"))',
     "pass", "test_recipe_files.py::test_three_formats", "1e-4 as text"),
    ('.replace("\\x7f", "\\\\u007f")', "", "test_recipe_files.py::test_a_printed_recipe_comes_back",
     "a character that TOML refuses"),
    ("False if value is None else value", "value",
     "test_recipe_files.py::test_a_printed_recipe_comes_back", "null, which TOML lacks"),
]]

RECIPE_DEFAULTS = [Mutant("tubevit_np/runs/recipe_defaults.py", *rest) for rest in [
    ("given = of_file | given", "given = given | of_file",
     "test_recipe_files.py::test_options_replace_the_fields_of_a_file", "a file before the options"),
    ('if given.get("images") is None:', 'if not given.get("images"):',
     "test_recipe_files.py::test_no_images_in_a_file_stay_none", "images that the file refuses"),
    ('if "start" not in given and of_file', "if of_file",
     "test_recipe_files.py::test_a_start_sets_the_model", "a start that cannot replace a preset"),
    ("return Recipe(**(usual | named | given))", "return Recipe(**(named | given | usual))",
     "test_recipe_defaults.py::test_what_is_given_comes_first",
     "what is usual before what is asked"),
    ("of_data | sized |", "sized | of_data |",
     "test_recipe_defaults.py::test_the_usual_settings_depend_on_the_data",
     "large models at the rate of small ones"),
    ("usual[\"warmup\"] = min(", "usual[\"warmup\"] = max(",
     "test_epochs.py::test_few_steps_have_a_short_warmup", "a warmup longer than the training"),
    ("FILES if files else", "FILES if not files else",
     "test_recipe_defaults.py::test_the_usual_settings_depend_on_the_data",
     "files as generated clips"),
    ('if given.get("images") is None:', "if True:",
     "test_camera_source.py::test_images_of_the_same_folder_train_jointly",
     "other images than those that are given"),
    ('* given["steps"] // named', "// named",
     "test_recipe_defaults.py::test_a_shorter_training_warms_up_over_the_same_share", "no warmup"),
]]

BY_HEART = [Mutant("tubevit_np/runs/by_heart.py", *rest) for rest in [
    ("wilson_interval(held_out, count)[1]", "held_out",
     "test_by_heart.py::test_known_is_what_is_right_in_training_and_clearly_worse_outside",
     "one wrong held-out clip is enough"),
    ("is_known(min(trained)", "is_known(trained[-1]",
     "test_by_heart.py::test_known_is_what_is_right_in_training_and_clearly_worse_outside",
     "one step that was right"),
    (" if hasattr(source, \"description\")", "",
     "test_by_heart.py::test_generated_examples_cannot_be_known_by_heart",
     "generated clips known by heart"),
]]

EPOCHS = [Mutant("tubevit_np/runs/epochs.py", *rest) for rest in [
    ("max(videos or steps,", "min(videos or steps,",
     "test_epochs.py::test_epochs_are_those_of_the_videos_with_the_longest_one",
     "the shortest epoch"),
    ("max(videos or steps,", "max(steps,",
     "test_epochs.py::test_epochs_are_those_of_the_videos_with_the_longest_one",
     "images count beside videos"),
    ("math.ceil(epochs * length)", "int(epochs * length)",
     "test_epochs.py::test_epochs_are_those_of_the_videos_with_the_longest_one", "no step"),
    (", MOST)", ", math.inf)", "test_epochs.py::test_files_have_usual_epochs_within_limits",
     "absurd lengths for large sets"),
]]

SCORE_NAMES = [Mutant("tubevit_np/runs/score_names.py", *rest) for rest in [
    ("path.exists() and (folder / MODEL).exists()", "path.exists()",
     "test_curves.py::test_final_scores_have_the_names_of_the_log",
     "scores of an earlier checkpoint"),
]]

RUN_FOLDER = [Mutant("tubevit_np/runs/run_folder.py", *rest) for rest in [
    ('    except OSError as error:\n        raise ValueError(f"cannot write into',
     '    except TypeError as error:\n        raise ValueError(f"cannot write into',
     "test_run.py::test_a_full_disk_stops_the_run_which_then_ends_as_ever", "a traceback"),
    ('warnings.warn(f"{error}: continuing', 'print(f"{error}: continuing',
     "test_run.py::test_a_damaged_checkpoint_is_passed_over_for_the_older_one", "silent"),
]]

WARM_START = [Mutant("tubevit_np/runs/warm_start.py", *rest) for rest in [
    ("old, _, notes = load_float32(", "old, _, notes = load(",
     "test_warm_start.py::test_no_dtype_of_a_file_goes_on_into_training[dtypes0-0]", "training in the dtype of the file"),
    ("return old | {", "return params | {",
     "test_warm_start.py::test_all_but_the_heads_is_that_of_the_checkpoint",
     "nothing carried over"),
    ('notes["labels"].get(head) == list(names)]', 'head in old["heads"]]',
     "test_warm_start.py::test_a_head_of_other_classes_is_new", "a head kept for other classes"),
]]

MOVED_DATA = [Mutant("tubevit_np/runs/moved_data.py", *rest) for rest in [
    ("'' if head_name(path) == head else", "'' if head else",
     "test_moved_data.py::test_it_ends_with_the_same_parameters_at_another_place",
     "the head named after the new folder"),
    ("text[0] in by_head for text in new", "text[0] == 0 for text in new",
     "test_moved_data.py::test_two_sets_of_a_kind_are_given_in_order_or_by_name",
     "names not looked at"),
    ("new[1] == films", "films in (True, False)",
     "test_moved_data.py::test_two_sets_of_a_kind_are_given_in_order_or_by_name",
     "a camera over videos"),
    ("if left[:1] == [head]:", "if False:",
     "test_moved_data.py::test_a_camera_and_another_set", "the class of a camera left for the next"),
]]

RECIPE_FILES = [Mutant("tubevit_np/runs/recipe_files.py", *rest) for rest in [
    ('encoding="utf-8-sig"', 'encoding="utf-8"', "test_recipe_files.py::test_three_formats",
     "no recipe that Notepad has saved"),
    ("    check_names(stored)\n    return with_types", "    return with_types",
     "test_recipe_files.py::test_a_mistake_in_a_file_is_one_line", "no nearest field"),
    ("if value is False and accepts_none(Recipe, name)", "if value is False and False",
     "test_recipe_files.py::test_a_printed_recipe_comes_back", "false as the frames per second"),
    ('{"recipe", "config"}:', '{"recipes"}:',
     "test_recipe_files.py::test_a_run_repeats_its_recipe", "a run that is no recipe"),
    ('| {"group_by": FILES_ALONE}', '| {"group_by": None}',
     "test_moved_data.py::test_an_older_run_keeps_its_split", "an old run split anew"),
]]

HELD_OUT = [Mutant("tubevit_np/runs/held_out.py", *rest) for rest in [
    ("json.dumps(FILES_ALONE)", '"null"',
     "test_moved_data.py::test_an_older_run_keeps_its_split", "scored on files of training"),
]]

OPEN_RUN = [Mutant("tubevit_np/runs/open_run.py", *rest) for rest in [
    ('("config.json", MODEL)', '("config.json",)',
     "test_run.py::test_a_checkpoint_of_something_else_is_not_written_over", "a model lost"),
    ("    if recipe != stored:\n", "    if False:\n",
     "test_moved_data.py::test_one_of_the_sets_may_be_named", "the new place forgotten"),
    ("if place is not None and not os.path.exists(place):", "if False:",
     "test_moved_data.py::test_a_set_that_is_gone_names_the_way", "no way out"),
    ("    if not changed and before != after:\n", "    if before != after:\n",
     "test_moved_data.py::test_what_has_changed_is_named", "what the run began with forgotten"),
]]

DTYPES = [
    Mutant("tubevit_np/runs/run_folder.py", "return load_float32(last)", "return __import__('tubevit_np').load(last)",
           "test_warm_start.py::test_no_dtype_of_a_file_goes_on_into_a_resumed_run", "resumed in the dtype of the file"),
    Mutant("tubevit_np/storage/checkpoint.py", '"extra": to_float32(notes["extra"])', '"extra": notes["extra"]',
           "test_warm_start.py::test_no_dtype_of_a_file_goes_on_into_a_resumed_run", "moments in the dtype of the file"),
    Mutant("tubevit_np/storage/checkpoint.py", 'if x.dtype.kind != "f"]:', "if False]:",
           "test_warm_start.py::test_whole_numbers_are_no_parameters", "whole numbers as parameters"),
]

HALF_MADE = [Mutant(file, old, new, f"test_half_made.py::{test}", why) for file, old, new, test, why in [
    ("tubevit_np/runs/open_run.py", "    cfg = model_of(recipe)  # before any", '    make_folder(folder, "--out")\n    cfg = model_of(recipe)  # before any',
     "test_there_is_no_folder_while_the_data_are_looked_at", "an empty run folder after a mistake"),
    ("tubevit_np/runs/open_run.py", '    check_folder(folder, "--out")\n', "",
     "test_a_folder_that_cannot_be_made_is_reported_before_the_data_are_looked_at", "minutes of decoding, and then no folder"),
    ("tubevit_np/runs/open_run.py", "            shutil.rmtree(folder)\n", "            pass\n",
     "test_a_run_that_cannot_be_written_leaves_the_folder_as_it_was", "data.json without a run"),
    ("tubevit_np/runs/open_run.py", " <= {DATA}:", ":",
     "test_a_run_that_cannot_be_written_leaves_the_folder_as_it_was", "a file of somebody else deleted"),
    ("tubevit_np/transfer/new_folder.py", "            undo.callback((folder / name).unlink)\n", "",
     "test_an_export_that_stops_halfway_is_deleted", "half an export"),
    ("tubevit_np/commands/drawing.py", "    check_folder(folder, ", "    make_folder(folder, ",
     "test_a_command_that_fails_leaves_nothing[kernels bad.safetensors --out a/b]", "an empty folder for pictures"),
    ("tubevit_np/commands/train_and_evaluate.py", "    folder = Path(options.out)\n", "    folder = Path(options.out)\n    folder.mkdir(parents=True)\n",
     "test_a_command_that_fails_leaves_nothing[ablate positions --batch 0 --out a/b]", "an empty folder for a study"),
    ("tubevit_np/commands/logs.py", '        make_folder(Path(options.csv).parent, "--csv")\n', "",
     "test_a_log_may_be_exported_into_a_new_folder", "a folder that is missing"),
    ("tubevit_np/commands/report.py", "answers = [predict_all(predict, source, count, views) for source in sources]",
     "answers = (predict_all(predict, source, count, views) for source in sources)",
     "test_no_details_are_written_before_all_sets_are_predicted", "the details of the first set alone"),
]]

TENSORBOARD = [Mutant("tubevit_np/runs/tensorboard.py", *rest) for rest in [
    ("step=done + 1", "step=done", "test_logs.py::test_a_resumed_run_has_each_point_once",
     "the last points before a kill hidden"),
    ("[] if begun else records", "records", "test_logs.py::test_a_resumed_run_has_each_point_once",
     "points twice"),
    ("        self.file.flush()\n", "", "test_logs.py::test_train_writes_it_at_once", "seen late"),
]] + [
    Mutant("tubevit_np/runs/training_log.py", "            self.mirror.start(kept)\n",
           "            self.mirror.start([])\n",
           "test_logs.py::test_a_log_that_begins_late_has_the_earlier_records", "earlier records lost"),
    Mutant("tubevit_np/commands/logs.py", "for record in records for name in record",
           "for record in records[:1] for name in record", "test_logs.py::test_a_log_as_csv",
           "scores without a column"),
    Mutant("tubevit_np/commands/logs.py", "if options.tensorboard and has_events(options.tensorboard)",
           "if False", "test_logs.py::test_what_cannot_be_exported", "two logs mixed"),
]

ATOMIC_FILES = [Mutant("tubevit_np/storage/atomic_files.py", *rest) for rest in [
    (".{uuid.uuid4().hex[:12]}.part", ".part",
     "test_recipe.py::test_two_who_write_the_same_file_do_not_meet", "all write the same file"),
    ("time.time() - 3600 * hours", "time.time() + 3600 * hours", "test_cache.py::test_old_leftovers_are_deleted",
     "what others are writing is deleted"),
    ("    if not os.access(folder, os.W_OK):\n", "    if False:\n",
     "test_lock.py::test_a_read_only_folder_names_the_way_out", "no way out"),
    ("os.replace(unfinished, path)", "path.write_bytes(b'')",
     "test_recipe.py::test_a_text_is_replaced_only_by_a_whole_one", "in place"),
    ("unfinished.unlink(missing_ok=True)", "pass",
     "test_params.py::test_a_failed_write_leaves_the_old_file", "half a file left behind"),
]]

RUNS = [*PREDICT_FILES, *RUN, *TRAINING_LOG, *BEST_SCORE, *RECIPE, *RECIPE_DEFAULTS, *BY_HEART, *SCORE_NAMES,
        *RUN_FOLDER, *WARM_START, *MOVED_DATA, *RECIPE_FILES, *HELD_OUT, *OPEN_RUN, *TENSORBOARD,
        *ATOMIC_FILES, *HALF_MADE, *DTYPES,
        *FIELD_TYPES, *RECIPE_FORMATS]
