"""Mistakes made on purpose in what surrounds the model; the form is that of mutants.py."""

from tests.mutants.model import Mutant

SOURCES = [Mutant("tubevit_np/data/sources.py", *rest) for rest in [
    ("[self.seed, TRAIN, step, image]", "[self.seed, TRAIN, step]",
     "test_sources.py::test_the_images_of_a_step_are_no_frames_of_its_clips",
     "one stream for clips and images"),
    ("generated_pools(self.size, self.seed, HELD_OUT)", "self.pools",
     "test_sources.py::test_held_out_examples_are_made_of_other_sprites_than_training",
     "scored on the sprites of training"),
]]

FILES = [Mutant("tubevit_np/data/datasets/in_memory.py", *rest) for rest in [
    ("centre_crop(self.val.x[part], self.size)",
     "self.val.x[part][..., :self.size, :self.size, :]",
     "test_sources.py::test_held_out_files_come_once_cropped_at_the_centre", "held out: a corner"),
    ("np.random.default_rng([self.seed, CROPS, step])",
     "np.random.default_rng([0, CROPS, step])",
     "test_sources.py::test_order_and_crops_of_files_depend_on_the_seed", "crops"),
    ("sorted(asked - taught)", "sorted(taught - asked)",
     "test_sources.py::test_classes_that_are_asked_for_but_not_taught_are_said",
     "those taught but not asked for"),
]]

RUN = [Mutant("tubevit_np/runs/run.py", *rest) for rest in [
    ("        except OSError as error:\n            raise ValueError(f\"cannot write into",
     "        except TypeError as error:\n            raise ValueError(f\"cannot write into",
     "test_run.py::test_a_full_disk_stops_the_run_which_then_ends_as_ever", "a traceback"),
    ("            self._forget_after(0)\n", "",
     "test_run.py::test_a_killed_run_ends_as_one_that_was_not", "steps logged twice"),
    ("return params, {moment: flatten(tree) for moment, tree in moments.items()}",
     "return params, {}",
     "test_run.py::test_a_killed_run_ends_as_one_that_was_not", "resumed without its moments"),
    ("else self.left_out + 1", "else 1",
     "test_run.py::test_half_precision_may_leave_out_ten_steps_in_a_row", "left out for ever"),
    ("(MAX_SKIPPED_STEPS if self.recipe.precision == \"half\" else 0)", "MAX_SKIPPED_STEPS",
     "test_run.py::test_a_loss_that_is_no_number_stops_the_run", "patience in float32, too"),
    ("np.isfinite([loss, norm]).all()", "np.isfinite(loss)",
     "test_run.py::test_a_loss_that_is_no_number_stops_the_run", "an infinite gradient applied"),
    ("[:-MAX_CHECKPOINTS]", "[:-1]",
     "test_run.py::test_the_files_of_a_run", "one checkpoint kept"),
    ("if done == self.recipe.steps:\n                self.", "if done < 0:\n                self.",
     "test_run.py::test_the_files_of_a_run", "no model"),
    ('record["step"] <= step]', 'record["step"] < step]',
     "test_run.py::test_a_killed_run_ends_as_one_that_was_not", "last record lost"),
]]

TRAIN = [Mutant("tubevit_np/training/train.py", *rest) for rest in [
    ("weight * len(part.x) / len(batch.x)", "weight / PARTS",
     "test_train.py::test_parts_give_the_gradient_of_the_undivided_joint_loss",
     "unequal parts weigh the same"),
    ("step_once(step + 1,", "step_once(step + 1 - run.first,",
     "test_run.py::test_a_killed_run_ends_as_one_that_was_not", "AdamW counts anew once resumed"),
    ("batch.split(PARTS * accumulate)", "batch.split(PARTS)",
     "test_train.py::test_parts_are_as_small_as_asked", "accumulate ignored"),
    ("    check(run.recipe)\n", "",
     "test_train.py::test_what_numpy_has_not_is_refused_on_resume_too", "trained otherwise"),
    ("total += float(loss)", "total = float(loss)",
     "test_train.py::test_parts_give_the_gradient_of_the_undivided_joint_loss", "last part's loss"),
]]

EVALUATE = [Mutant("tubevit_np/training/evaluate.py", *rest) for rest in [
    ("for part in found])", "for part in found[::-1]])",
     "test_evaluate.py::test_halves_side_by_side_answer_as_the_whole", "the second half first"),
    ("if len(labels[head]) > 5}", "}",
     "test_evaluate.py::test_top_5_only_where_it_says_something", "top 5 of two"),
]]

AHEAD = [Mutant("tubevit_np/data/prefetch.py", *rest) for rest in [
    ("for step in steps:\n", "for step in range(len(steps)):\n",
     "test_ahead.py::test_the_same_batches_in_the_same_order_as_from_the_sources",
     "batches begin anew once resumed"),
    ("            said.clear()\n", "",
     "test_ahead.py::test_what_the_other_process_has_to_say_is_said_by_this_one",
     "the same remarks with every batch"),
]]

COST = [Mutant("tubevit_np/cost/count.py", *rest) for rest in [
    ("(4 * d + 2 * many)", "(4 * d + many)",
     "test_cost.py::test_operations_equal_those_of_a_forward_pass", "mixing not counted"),
    ("return (n,) if cfg.attention == \"global\" else (frames, n // frames)", "return (n,)",
     "test_cost.py::test_operations_equal_those_of_a_forward_pass", "divided attention as global"),
    ('(2 if part == "tubes" else 3)', "3",
     "test_cost.py::test_operations_of_training_equal_those_there_and_back",
     "a gradient of the video"),
    ("6 * n * d + cfg.heads * n * many", "6 * n * d + n * many",
     "test_cost.py::test_memory_of_training_is_that_of_all_intermediates",
     "the weights of one head alone"),
    ("max(cut, attention, n", "max(attention, n",
     "test_cost.py::test_memory_of_inference_is_the_largest_set_still_to_be_read",
     "the video takes no room"),
    ("[5 * n * d +", "[4 * n * d +",
     "test_cost.py::test_memory_of_inference_is_the_largest_set_still_to_be_read",
     "nothing waits beside q, k and v"),
]]

COST_TABLE = [Mutant("tubevit_np/cost/table.py", *rest) for rest in [
    ("for per in (2, 1)", "for per in (1, 2)",
     "test_cost.py::test_the_table_beside_the_papers_figures", "multiply-adds taken for two"),
]]

CLI = [Mutant("tubevit_np/commands/cli.py", *rest) for rest in [
    ("except (ValueError, OSError) as", "except ValueError as",
     "test_cli.py::test_a_mistake_ends_in_one_line_and_status_2", "a traceback"),
    ("            formatter_class=argparse.RawDescriptionHelpFormatter)", "            )",
     "test_cli.py::test_help_has_an_example_on_a_line_of_its_own", "wrapped"),
]] + [Mutant(file, old, new, f"test_cli.py::test_{test}", why) for file, old, new, test, why in [
    ("tubevit_np/commands/train_and_evaluate.py", "{folder}\" if begun", "{folder}\" if folder",
     "stopped_before_there_is_a_run_there_is_nothing_to_go_on_with", "a run that is not there"),
    ("tubevit_np/commands/options.py", "usual_elsewhere(name).items())", "{}.items())",
     "train_help_tells_every_default", "the demo's defaults for all"),
    ("tubevit_np/commands/train_and_evaluate.py", "return str(given.resolve()) if isinstance",
     "return whole_set(given) if isinstance",
     "paths_are_made_whole_and_a_set_alone_has_a_name_before_its_own", "a cache with a name"),
    ("tubevit_np/commands/convert.py", 'given_at_least(1, options, "frames", "size")', "pass",
     "a_mistake_ends_in_one_line_and_status_2", "scaled to any size"),
]]

RECIPE = [Mutant(*rest) for rest in [
    ("tubevit_np/runs/recipe.py", "parts = self.devices * self.accumulate", "parts = self.devices",
     "test_recipe.py::test_a_recipe_refuses", "parts that do not go onto all devices"),
    ("tubevit_np/storage/atomic_files.py", "os.replace(unfinished, path)", "path.write_bytes(b'')",
     "test_recipe.py::test_a_text_is_replaced_only_by_a_whole_one", "in place"),
    ("tubevit_np/storage/atomic_files.py", "unfinished.unlink(missing_ok=True)", "pass",
     "test_params.py::test_a_failed_write_leaves_the_old_file", "half a file left behind"),
    ("tubevit_np/runs/recipe.py", "                learned_rows(cfg, shape)\n", "                pass\n",
     "test_start.py::test_positions_learned_for_other_sizes_are_refused_at_once",
     "refused at the first step"),
    ("tubevit_np/data/datasets/dataset.py", "if head in SCORES:", "if head == SCORES:",
     "test_run.py::test_a_head_named_as_a_score_is_refused_before_it_is_decoded",
     "refused when all is decoded"),
    ("tubevit_np/runs/recipe.py", "return (value,) * count", "return (value,)",
     "test_recipe.py::test_sets_have_their_own_numbers_or_one_for_all", "the first set alone"),
    ("tubevit_np/runs/recipe_defaults.py", "usual | named | given)",
     "named | given | usual)",
     "test_recipes.py::test_what_is_given_comes_first", "what is usual before what is asked"),
]]

START = [Mutant("tubevit_np/runs/warm_start.py", *rest) for rest in [
    ("return old | {", "return params | {",
     "test_start.py::test_all_but_the_heads_is_that_of_the_checkpoint", "nothing carried over"),
    ("notes[\"labels\"].get(head) == list(names)]", "head in old[\"heads\"]]",
     "test_start.py::test_a_head_of_other_classes_is_new", "a head kept for other classes"),
]]

JOINT = [Mutant("tubevit_np/data/joint.py", *rest) for rest in [
    ("w * a + (1 - w) * b", "w * b + (1 - w) * a",
     "test_joint.py::test_mixup_mixes_pixels_and_labels_by_the_same_shares", "shares of the other"),
    ("rng.beta(alpha, alpha,", "rng.beta(1, 1,",
     "test_joint.py::test_shares_come_from_the_beta_distribution", "any share as often"),
    ("(len(x), 1)), axis=1)", "(len(x), 1)), axis=0)",
     "test_joint.py::test_frames_in_an_order_of_each_clips_own", "frames in their order"),
    ("[self.seed, DROPOUT, step, k]", "[self.seed, DROPOUT, k]",
     "test_joint.py::test_steps_sources_and_seeds_have_their_own_randomness",
     "the same dropped in every step"),
]]

FOLDER = [Mutant("tubevit_np/runs/run_folder.py", *rest) for rest in [
    ('warnings.warn(f"{error}: going on', 'print(f"{error}: going on',
     "test_run.py::test_a_damaged_checkpoint_is_passed_over_for_the_older_one", "silent"),
]]

NAMED = "test_annotations.py::test_"
DATA_SETS = [Mutant(f"tubevit_np/data/{file}.py", old, new, NAMED + test, why)
             for file, old, new, test, why in [
    ("datasets/annotations", "if ids[name] == 1 else None", "if name else None",
     "an_id_is_no_key", "a file without seconds for either of two rows"),
    ("datasets/annotations", "{int(row['time_end']):06d}", "{int(row['time_end'])}",
     "kinetics_of_2017", "seconds not filled up with zeros"),
    ("datasets/annotations", '.replace("]", "")', "", "something_something", "a bracket left"),
    ("datasets/annotations", "names.get(label, label)", "label",
     "lists_of_files", "numbers where there are names"),
    ("datasets/annotations", "path.parent.parent if", "path.parent if",
     "something_something", "clips looked for among the labels"),
    ("datasets/listing", "part_named(row.split) if row.split else part", "part",
     "kinetics_of_2019_all_splits_in_one_file", "the split of a row not looked at"),
    ("datasets/listing", 'if ".." in file.parts:', "if not file.parts:",
     "rows_twice_and_of_two_classes_and_outside", "files from anywhere"),
    ("datasets/listing", 'if len(names) == 1 else f"two', 'if names else f"two',
     "rows_twice_and_of_two_classes_and_outside", "the first of two classes"),
    ("datasets/listing", "annotated_parts(path)), key=len)", "annotated_parts(path)), key=bool)",
     "kinetics_of_2017", "a folder of train alone before the tables of both parts"),
    ("datasets/annotations", ", followlinks=True", "",
     "clips_behind_a_link_and_links_in_a_circle", "clips behind a link not found"),
    ("datasets/subset", "rng.permutation(len(own))[:most]", "range(len(own))[:most]",
     "classes_and_files_are_drawn_by_the_seed", "the first files, not drawn ones"),
    ("datasets/subset", "rng.choice(known, classes, replace=False).tolist()", "known[:classes]",
     "classes_and_files_are_drawn_by_the_seed", "the first classes, not drawn ones"),
]]

STREAM = [Mutant("tubevit_np/data/datasets/streaming.py", *rest) for rest in [
    ("orders[i // total][i % total]", "orders[0][i % total]",
     "test_sources.py::test_every_file_comes_once_in_each_epoch", "every epoch in the same order"),
    ("[self.seed, CROPS, step, k]", "[self.seed, CROPS, 0, k]",
     "test_stream.py::test_a_clip_begins_at_any_moment_and_place",
     "every step at the same moments"),
    ("self._read(path, 0.5, short", "self._read(path, 0.0, short",
     "test_stream.py::test_a_clip_begins_at_any_moment_and_place", "held out: the beginning"),
    ("(i + k) % len", "i % len",
     "test_stream.py::test_what_is_broken_is_left_out_and_counted", "the broken file again"),
    ("(length - size + 1)", "(length - size)",
     "test_stream.py::test_crops_reach_every_corner", "never at the far edge"),
]]

LABELLED = [Mutant("tubevit_np/data/datasets/labeled_files.py", *rest) for rest in [
    ("np.arange(kept) * total // max(1, kept)", "np.arange(kept)",
     "test_sources.py::test_a_glance_is_spread_over_the_whole_held_out_set",
     "a glance at the first classes alone"),
    ("if i not in self.broken]", "if i >= 0]",
     "test_stream.py::test_what_is_broken_is_left_out_and_counted", "names of what was not scored"),
]]

DESCRIBE = [Mutant("tubevit_np/data/datasets/summary.py", *rest) for rest in [
    ('was["digest"] != now["digest"]', 'was["train"] == now["val"]',
     "test_run.py::test_other_files_than_the_run_began_with_are_said", "changed files not said"),
    ("counts[label] += 1", "counts[0] += 1",
     "test_run.py::test_the_data_is_described_in_the_folder", "all of the first class"),
]]

AUGMENT = [Mutant("tubevit_np/data/augmentation/flip.py", *rest) for rest in [
    ("x[..., ::-1, :] if", "x[..., ::-1, :, :] if",
     "test_stream.py::test_mirrored_are_half_of_the_files_but_of_no_class_with_sides",
     "upside down"),
    ("swap and not has_sides(name)", "swap",
     "test_stream.py::test_mirrored_are_half_of_the_files_but_of_no_class_with_sides",
     "left becomes right"),
]]

RANDAUGMENT = [Mutant(file, old, new, f"test_randaugment.py::test_{test}", why)
               for file, old, new, test, why in [
    ("tubevit_np/data/augmentation/randaugment.py", "256 * (1 - abs(s))", "128 * abs(s)",
     "pointwise_operations_by_hand", "solarize stronger where it should be weaker"),
    ("tubevit_np/data/augmentation/randaugment.py", "8 - round(4 * abs(s))", "round(4 * abs(s))",
     "pointwise_operations_by_hand", "the bits taken for those left"),
    ("tubevit_np/data/augmentation/randaugment.py", "math.radians(30 * s)", "math.radians(-30 * s)",
     "a_positive_angle_turns_to_the_left", "to the other side"),
    ("tubevit_np/data/augmentation/randaugment.py", "0.45 * s * image.width", "0.45 * s * image.height",
     "translations_move_by_their_share_of_the_side", "a share of the other side"),
    ("tubevit_np/data/augmentation/randaugment.py", "x - a * x - b * y", "0 * x",
     "shears_lean_by_three_tenths_about_the_centre", "about the corner"),
    ("tubevit_np/data/augmentation/randaugment.py", "(x.reshape(-1, *x.shape[-2:]))", "(x[0])",
     "pointwise_operations_by_hand", "the first frame alone"),
    ("tubevit_np/data/datasets/labeled_files.py", "CHANGES, step, k]", "CHANGES, step]",
     "training_files_alone_are_changed_each_by_its_own_draw", "all of a batch alike"),
    ("tubevit_np/data/datasets/in_memory.py", '"flip", "randaugment"', '"flip"',
     "training_files_alone_are_changed_each_by_its_own_draw", "not what was asked"),
]]

SPAN = [Mutant(f"tubevit_np/data/{file}.py", *rest) for file, *rest in [
    ("decoding/timestamps", "coming[0] <= moment + 1e-6", "coming[0] <= moment + 0.1",
     "test_stream.py::test_frames_by_the_clock", "a frame too late"),
    ("decoding/timestamps", "    if moment > 0 and not counted:", "    if moment < 0:",
     "test_stream.py::test_only_what_is_needed_is_decoded", "decoded from the beginning"),
    ("decoding/fixed_rate_clips", "max(0, total - frames)", "total",
     "test_stream.py::test_frames_by_the_clock", "clips that reach past the end"),
    ("decoding/fixed_rate_clips", "if first and len(found) < frames:", "if first < 0:",
     "test_stream.py::test_damaged_on_the_way_and_right_at_the_beginning",
     "nothing of a video damaged there"),
    ("decoding/timestamps", "not damage and lasts <= time + max(step, HELD)", "True",
     "test_odd_files.py::test_a_file_cut_short_that_does_not_say_so", "a still for what is lost"),
    ("decoding/timestamps", "(path)  # a file that cannot seek", "(path) if False else (file, stream)  # a",
     "test_odd_files.py::test_frames_without_times_are_counted", "goes on after a failed seek"),
    ("decoding/timestamps", "k / rate if counted or", "0.0 if counted or",
     "test_odd_files.py::test_frames_without_times_are_counted", "all frames at once"),
    ("decoding/timestamps", 'stream.metadata["DURATION"]', 'stream.metadata["LENGTH"]',
     "test_odd_files.py::test_sound_that_lasts_longer_is_no_part_of_the_video",
     "as long as its sound"),
    ("decoding/timestamps", "        if time < last:", "        if time < 0 * last:",
     "test_cache.py::test_times_that_jump_back_are_read_directly", "films joined together kept"),
    ("decoding/fixed_rate_clips", "        if count < total:", "        if count < 1:",
     "test_cache.py::test_what_is_damaged_or_not_as_its_header_says_is_read_directly",
     "half a film kept as a whole one"),
]]

CACHE = [Mutant(f"tubevit_np/data/{file}.py", old, new, f"test_cache.py::test_{test}", why)
         for file, old, new, test, why in [
    ("datasets/cache", "found.st_mtime_ns, ", "",
     "another_file_size_or_speed_is_another_entry", "pictures of the older file"),
    ("datasets/cache", "*asked))", "))",
     "another_file_size_or_speed_is_another_entry", "pictures of another size"),
    ("datasets/cache", "except (OSError, ValueError, EOFError):", "except OSError:",
     "a_damaged_entry_is_made_anew", "stops at a damaged entry"),
    ("datasets/cache", 'f".{place.stem}.{os.getpid()}.{threading.get_ident()}.part"', '".part"',
     "threads_that_write_the_same_entry", "all write the same file"),
    ("datasets/cache", "self.trouble.setdefault", "{}.setdefault",
     "a_full_disk_is_said_once_and_training_goes_on", "said of every file"),
    ("datasets/cache", "part.unlink(missing_ok=True)", "pass",
     "a_full_disk_is_said_once_and_training_goes_on", "half files left"),
    ("datasets/streaming", "first_of(len(kept), self.val.frames, at)", "0",
     "the_same_batches_and_the_second_time_nothing_is_decoded", "always the beginning"),
    ("datasets/streaming", "if not all(isinstance(remark", "if all(isinstance(remark",
     "the_same_batches_and_the_second_time_nothing_is_decoded", "only what is damaged is kept"),
]]

SHORT = [Mutant(f"tubevit_np/data/{file}.py", old, new, f"test_short.py::test_{test}", why)
         for file, old, new, test, why in [
    ("decoding/video", "    if count < frames:\n        tell", "    if count < 0:\n        tell",
     "a_single_file_says_it", "never said"),
    ("datasets/labeled_files", "if not isinstance(remark, ShortClip):", "if remark:",
     "a_stream_says_it_once_for_a_set", "said of every file"),
    ("datasets/in_memory", '{"train": self.train, "val": self.val}', '{"val": self.val}',
     "a_set_in_memory_says_it_once_and_counts_them", "those of training not counted"),
]]

VIEWS = [Mutant(file, old, new, f"test_views.py::test_{test}", why)
         for file, old, new, test, why in [
    ("tubevit_np/data/decoding/video.py", "2 * (times * k + np.arange", "2 * (times * k + 0 * np.arange",
     "moments_of_several_views_are_all_different_and_each_is_spread",
     "every view at the same moments"),
    ("tubevit_np/data/decoding/video.py", "views.swapaxes(1, 2).reshape", "views.reshape",
     "views_of_a_video_are_its_frames_and_squares", "frames and squares mixed up"),
    ("tubevit_np/data/decoding/images.py", "if height > width else starts * 0", "if height else starts * 0",
     "squares_along_the_longer_side", "squares along the height alone"),
    ("tubevit_np/data/datasets/in_memory.py", "{self.head: self.val.y[i:i + 1]}", "{self.head: self.val.y[:1]}",
     "one_view_of_files_equals_the_usual_score", "every label that of the first file"),
    ("tubevit_np/training/evaluate.py", "softmax(logits).reshape", "logits.reshape",
     "the_score_of_views_is_the_mean_of_their_softmax", "the mean of the logits"),
    ("tubevit_np/commands/per_class.py", "(labels, scores.argmax(-1))", "(scores.argmax(-1), labels)",
     "confusion_and_classes_by_hand", "answers as rows"),
    ("tubevit_np/commands/per_class.py", "table[k] * (np.arange(len(names)) != k)", "table[k]",
     "confusion_and_classes_by_hand", "a class taken for itself"),
    ("tubevit_np/plots/training_plots/confusion_matrix.py", "sums = table.sum(1, keepdims=True)",
     "sums = table.sum(0, keepdims=True)",
     "the_picture_of_confusion_shows_the_shares", "shares of the columns"),
    ("tubevit_np/commands/per_class.py", "free(name if shared else \"\", own, taken)", "\"\"",
     "sets_of_one_head_are_told_apart", "the second set's files over the first's"),
]]

ABLATE = [Mutant(*rest) for rest in [
    ("tubevit_np/ablation/runner.py", "tuple(denser(tube, variant.denser) for tube", "tuple(tube for tube",
     "test_ablate.py::test_a_study_is_trained_once_and_shared", "strides as trained"),
    ("tubevit_np/ablation/runner.py", "ddof=1", "ddof=0",
     "test_ablate.py::test_means_and_spread_by_hand", "the spread of too few seeds too small"),
    ("tubevit_np/ablation/runner.py", "    if not (place / MODEL).exists():\n", "    if True:\n",
     "test_ablate.py::test_a_study_is_trained_once_and_shared", "trained again"),
    ("tubevit_np/ablation/runner.py", '(record["step"] - last) / record["rate"]',
     'record["step"] / record["rate"]',
     "test_ablate.py::test_how_long_a_run_trained", "steps counted from the first"),
    ("tubevit_np/ablation/runner.py", "given | fields | start)", "fields | given | start)",
     "test_ablate.py::test_the_way_from_small_to_large", "what it begins with no longer"),
    ("tubevit_np/data/generated/long_clips.py", "np.array([0.5])", "np.array([0.0])",
     "test_longer.py::test_views_lie_evenly_from_end_to_end", "one view at the start"),
    ("tubevit_np/runs/recipe_defaults.py", "path != GENERATED for", "False for",
     "test_recipes.py::test_kernels_of_files_are_not_smoothed", "files as generated clips"),
    ("tubevit_np/data/generated/long_clips.py", "axis=1)", "axis=0)",
     "test_longer.py::test_a_view_is_a_part_of_a_clip_twice_as_long", "views of different clips"),
]]

LOST = [Mutant(f"tubevit_np/{file}.py", old, new, test, why) for file, old, new, test, why in [
    ("commands/interrupt", "threading.Timer(AGAIN, _thread.interrupt_main).start()", "pass",
     "test_stopping.py::test_a_lost_ctrl_c_comes_again", "a Ctrl-C that is lost"),
    ("commands/interrupt", "            before(unraisable)\n", "            pass\n",
     "test_stopping.py::test_what_else_is_lost_is_told_as_ever", "errors lost in silence"),
    ("runs/open_run", '("config.json", MODEL)', '("config.json",)',
     "test_run.py::test_a_checkpoint_of_something_else_is_not_written_over", "a model lost"),
    ("data/datasets/subset", "if there := ", "if False and ",
     "test_annotations.py::test_no_table_is_written_over", "a table lost"),
    ("data/datasets/streaming", "if all(looked._usable(i)", "if False and all(looked._usable(i)",
     "test_stream.py::test_what_can_never_be_scored_is_told_at_once", "told after training"),
    ("data/datasets/in_memory", "fps, memory, val)", "fps, np.inf, val)",
     "test_stream.py::test_a_large_set_is_scored_without_holding_it", "all of it in memory"),
    ("commands/train_and_evaluate", "if folder is not None and", 'if name == "out" and',
     "test_cli.py::test_a_folder_without_a_name_is_refused[resume]", "a demo in its place"),
    ("runs/recipe_defaults", "* steps // recipe", "// recipe",
     "test_recipes.py::test_a_shorter_training_warms_up_over_the_same_share", "no warm-up"),
    ("commands/convert", '("fps", seen)', '("fps", notes)',
     "test_cli.py::test_the_tubes_of_a_small_run_in_a_large_one", "the speed of another model"),
    ("data/prefetch", "    with _ctrl_c_later():\n        maker.start()\n", "    maker.start()\n",
     "test_ahead.py::test_ctrl_c_is_for_the_training_process_alone", "two that hear Ctrl-C"),
]]

AROUND = [*SOURCES, *FILES, *RUN, *TRAIN, *EVALUATE, *AHEAD, *COST, *COST_TABLE, *CLI, *RECIPE,
          *FOLDER, *DATA_SETS, *STREAM, *LABELLED, *DESCRIBE, *AUGMENT, *RANDAUGMENT, *SPAN, *CACHE,
          *SHORT, *VIEWS, *START, *JOINT, *ABLATE, *LOST]
