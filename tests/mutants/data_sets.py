"""Mistakes made on purpose in data sets and batches."""

from tubevit_np.conformance.mistakes.mutant import Mutant

IN_MEMORY = [Mutant("tubevit_np/data/datasets/in_memory.py", *rest) for rest in [
    ("return source if cache and not train else source.checked()", "return source.checked()",
     "test_predict.py::test_the_second_time_evaluate_decodes_nothing", "a file decoded in spite of the cache"),
    ("memory=0 if cache else memory,", "memory=memory,",
     "test_predict.py::test_the_second_time_evaluate_decodes_nothing", "a cache that is not used"),
    ("center_crop(self.val.x[i], self.size)", "self.val.x[i][..., :self.size, :self.size, :]",
     "test_sources.py::test_held_out_files_come_once_cropped_at_the_center", "held out: a corner"),
    ("np.random.default_rng([self.seed, CROPS, step])", "np.random.default_rng([0, CROPS, step])",
     "test_sources.py::test_order_and_crops_of_files_depend_on_the_seed", "crops"),
    ("sorted(in_val - in_train)", "sorted(in_train - in_val)",
     "test_sources.py::test_classes_that_are_asked_for_but_not_taught_are_said",
     "those taught but not asked for"),
    ('"flip", "randaugment"', '"flip"',
     "test_randaugment.py::test_training_files_alone_are_changed_each_by_its_own_draw",
     "not what was asked"),
    ('{"train": self.train, "val": self.val} if', '{"val": self.val} if',
     "test_short.py::test_a_set_in_memory_says_it_once_and_counts_them",
     "those of training not counted"),
    ("if head in SCORES:", "if head == SCORES:",
     "test_run.py::test_a_head_named_as_a_score_is_refused_before_it_is_decoded",
     "refused when all is decoded"),
]]

LABELED_FILES_IN_MEMORY = [Mutant("tubevit_np/data/datasets/labeled_files.py", *rest) for rest in [
    ("size > memory * GIGABYTE", "size > np.inf",
     "test_streaming.py::test_a_large_set_is_scored_without_holding_it", "all of it in memory"),
]]

CLIP_INDEX = [Mutant("tubevit_np/data/datasets/clip_index.py", *rest) for rest in [
    ("path.parent.parent if", "path.parent if", "test_annotations.py::test_something_something",
     "clips looked for among the labels"),
    ("next(filter(can_be_decoded, clips), clips[0])", "clips[0]",
     "test_unused.py::test_of_several_files_the_first_one_that_can_be_decoded_is_used",
     "a damaged file, though there is another"),
    ("for name in names for file in self.of_name(name)", "for file in self.of_name(names[0])",
     "test_unused.py::test_a_damaged_clip_with_seconds_falls_back_to_the_id", "no other file tried"),
    ('[file for file in files if file_kind(file) == "video"])', "files)",
     "test_unused.py::test_pictures_and_texts_do_not_stand_for_missing_clips", "a thumbnail is a clip"),
    ("[file for file in files if suffix_of(file) in VIDEO_SUFFIXES]", "files",
     "test_unused.py::test_of_several_files_the_first_one_that_can_be_decoded_is_used",
     "a text taken for a clip"),
]]

WALK = [Mutant("tubevit_np/data/datasets/walk.py", *rest) for rest in [
    ("if leads_into(os.path.join(parent, name), top)]", "if False]",
     "test_unused.py::test_a_link_takes_no_files_from_another_class", "elks trained on as cats"),
    (", followlinks=True", "",
     "test_annotations.py::test_clips_behind_a_link_and_links_in_a_circle",
     "clips behind a link not found"),
]]

CLASS_FOLDERS = [Mutant("tubevit_np/data/datasets/class_folders.py", *rest) for rest in [
    ("        return file_kind(file)\n", "        return \"\"\n",
     "test_unused.py::test_a_video_is_what_ffmpeg_calls_a_video", "the suffix alone decides"),
    ('picture_kind(file) == "still"', "False",
     "test_unused.py::test_every_file_and_folder_is_used_or_has_a_reason", "a JPEG trained on as a video"),
    ("if len(names) > 1 and is_kind", "if is_kind",
     "test_unused.py::test_every_file_and_folder_is_used_or_has_a_reason", "a file is its own class"),
    ("return names[1] if", 'return "" if', "test_parts.py::test_parts_inside_the_class_folders",
     "parts of a class not honored"),
    ("class_name(names[0])", "names[0]",
     "test_parts.py::test_both_unicode_forms_of_a_folder_are_one_class", "one class twice"),
]]

PART_NAMES = [Mutant("tubevit_np/data/datasets/part_names.py", *rest) for rest in [
    ("name.strip().lower()", "name.strip()", "test_parts.py::test_folders_name_the_parts",
     "names in small letters only"),
    (' "dev",', "", "test_parts.py::test_folders_name_the_parts", "dev is no held-out part"),
]]

LIST_SOURCES = [Mutant("tubevit_np/data/datasets/list_sources.py", *rest) for rest in [
    ("canonical_part(row.split) or row.split.strip() or part", "part",
     "test_annotations.py::test_kinetics_of_2019_all_splits_in_one_file",
     "the split of a row not looked at"),
    ("row.split.strip() or part", "part", "test_parts.py::test_a_column_names_the_parts",
     "an unknown split is trained on"),
    ('if ".." in file.parts:', "if not file.parts:",
     "test_annotations.py::test_rows_twice_and_of_two_classes_and_outside", "files from anywhere"),
    ('if len(names) < 2 else f"two', 'if names else f"two',
     "test_annotations.py::test_rows_twice_and_of_two_classes_and_outside",
     "the first of two classes"),
    ("    return {part: unique_rows(rows, labels, path)",
     "    return {part: unique_rows(rows, {row.file: {row.label} for row in rows}, path)",
     "test_parts.py::test_a_file_with_two_classes_in_two_parts_is_left_out_of_both",
     "two classes seen within a part alone"),
    ("check_kind(path, kind, sources, [", "(lambda *_: None)(path, kind, sources, [",
     "test_splits.py::test_files_of_the_other_kind_name_the_right_option", "nothing found"),
    ("index_clips(folder).warn_of_ambiguous()", "pass",
     "test_unused.py::test_of_several_files_the_first_one_that_can_be_decoded_is_used",
     "the choice between two files not reported"),
    ("if source.is_file() else f\"the folders {part}", "if True else f\"the folders {part}", "test_parts.py::test_parts_inside_the_class_folders",
     "a rule that is not the one used"),
    ('return [row._replace(split="") for row in rows]', "return rows",
     "test_parts.py::test_a_column_with_folds_is_ignored_with_a_line", "folds taken for parts"),
    ('find_parts(path, kind == "video")) != {"train": path}', "None) != 0",
     "test_parts.py::test_of_its_own_set_a_model_is_scored_on_the_held_out_files",
     "a table with the word eval is scored whole, though trained on"),
    ('if part != "test" or not', 'if part or not',
     "test_parts.py::test_a_test_table_with_errors_does_not_matter", "stopped by a table that is not needed"),
    ("named_so and not is_kind(min(others), kind)", "named_so",
     "test_unused.py::test_videos_with_the_suffix_of_images_are_videos", "the suffix alone decides"),
]]

LISTING = [Mutant("tubevit_np/data/datasets/listing.py", *rest) for rest in [
    ("warn_if_cut(parts, groups, path)\n", "pass\n",
     "test_splits.py::test_a_split_that_cuts_recordings_is_reported", "a cut not reported"),
    ("any(not problem(row) for row in rows.get(\"test\", ()))", "rows.get(\"test\")",
     "test_parts.py::test_a_test_without_labels_is_no_held_out_part", "held out: files without labels"),
    ("if rows.get(held) and others:", "if False:",
     "test_parts.py::test_evaluation_scores_everything_or_the_part_that_the_set_names",
     "training files scored, too"),
    ("if known := trained_on(", "if False and (",
     "test_parts.py::test_of_its_own_set_a_model_is_scored_on_the_held_out_files",
     "a model scored on its training files"),
    ("warn_of_files_in_both(found, path)\n", "pass\n",
     "test_parts.py::test_files_in_both_parts_are_reported", "training files in val not reported"),
    ("rule, parts.unused)", "rule)", "test_unused.py::test_every_file_and_folder_is_used_or_has_a_reason",
     "unused files missing if a fifth is held out"),
]]

IN_BOTH_PARTS = [Mutant("tubevit_np/data/datasets/in_both_parts.py", *rest) for rest in [
    ("        digest.update(file.read(BLOCK))\n", "",
     "test_parts.py::test_files_that_differ_anywhere_but_in_the_middle_are_not_the_same",
     "files that differ at their ends are the same"),
    ("pair[1].label != pair[2].label", "False", "test_parts.py::test_files_in_both_parts_are_reported",
     "a file with two classes not counted"),
    ("digest.digest()\n    except OSError:", "digest.digest()\n    except TimeoutError:",
     "test_unused.py::test_files_that_cannot_be_read_end_nothing", "one closed file ends the training"),
]]

UNUSED = [Mutant("tubevit_np/data/datasets/unused.py", *rest) for rest in [
    ("if counts.keys() - {HIDDEN}:", "if counts:",
     "test_unused.py::test_hidden_files_alone_are_listed_without_a_warning", "a line for each .DS_Store"),
    ("unused.append((Path(error.filename),", "str((Path(error.filename),",
     "test_unused.py::test_a_folder_that_cannot_be_listed_is_named", "a closed folder not named"),
    ("{path, *outside}", "{path}", "test_unused.py::test_files_outside_the_parts_and_the_tables",
     "the folder of the other part not looked at"),
    ("if deeper:", "if False:", "test_unused.py::test_files_in_deeper_folders_are_used_and_reported",
     "files of deeper folders used without a word"),
    ("if empty:", "if False:", "test_unused.py::test_every_file_and_folder_is_used_or_has_a_reason",
     "an empty class not named"),
]]

TRAINED_FILES = [Mutant("tubevit_np/runs/trained_files.py", *rest) for rest in [
    ("if sizes and len(known) > len(sizes) / 2:", "if known:",
     "test_parts.py::test_of_its_own_set_a_model_is_scored_on_the_held_out_files",
     "another set taken for that of the run"),
]]

RECORDINGS = [Mutant("tubevit_np/data/datasets/recordings.py", *rest) for rest in [
    ("match[min(1, pattern.groups)]", "match[0]",
     "test_splits.py::test_a_recording_is_never_cut_and_a_fifth_of_each_class_is_held_out",
     "the whole match, not its group"),
    ("pattern.search(name_in_set(row.file, folder))", "pattern.search(str(row.file))",
     "test_splits.py::test_groups_are_searched_below_the_folder_of_the_set",
     "a match in the folder of the set"),
    ("    if must_match:\n            raise", "    if True:\n            raise",
     "test_splits.py::test_of_several_sets_one_may_not_match", "every set must match"),
    ("if group_by == FILES_ALONE:", "if group_by == 0:",
     "test_splits.py::test_an_older_run_ignores_recordings_and_lists", "an old run split anew"),
    (r'r"^([\w-]{11})_\d{6}_\d{6}\."', r'r"^([\w-]{11}_\d{6})_\d{6}\."',
     "test_splits.py::test_names_of_known_sets_keep_recordings_together",
     "two clips of a video are two recordings"),
    ("if count >= VAL_EVERY and label not in held", "if count >= VAL_EVERY and label in held",
     "test_splits.py::test_a_class_of_one_recording_stays_in_train_with_a_line",
     "the other classes named"),
]]

SPLIT = [Mutant("tubevit_np/data/datasets/split.py", *rest) for rest in [
    ("for k in reversed(range(VAL_EVERY))", "for k in range(VAL_EVERY)",
     "test_splits.py::test_without_recordings_it_is_every_fifth_file_also_of_large_classes",
     "the first of every five files"),
    ("if self.is_free(name):", "if True:",
     "test_splits.py::test_recordings_of_several_classes_leave_some_of_each_class_for_training",
     "a class without training files"),
    ("if self.wanted[label] and not self.held[label]:", "if False:",
     "test_splits.py::test_whole_recordings_come_as_near_to_a_fifth_as_they_can",
     "a class of two recordings not held out"),
    ("(abs(total - target), total)", "(target - total, total)",
     "test_splits.py::test_whole_recordings_come_as_near_to_a_fifth_as_they_can",
     "the largest sum, not the nearest"),
]]

FIND_PARTS = [Mutant("tubevit_np/data/datasets/find_parts.py", *rest) for rest in [
    ("max(candidates, key=completeness)", "max(candidates, key=bool)",
     "test_annotations.py::test_kinetics_of_2017",
     "a folder of train alone before the tables of both parts"),
    ("    only_one = (", "    only_one = False and (", "test_parts.py::test_other_files_with_such_words_are_no_parts",
     "a table with the word test is no set"),
    ("if not train or part_word", "if True or part_word",
     "test_parts.py::test_other_files_with_such_words_are_no_parts", "results are a held-out part"),
    ("found = with_parts or (", "found = (",
     "test_parts.py::test_a_column_is_believed_before_class_folders_without_parts",
     "a column split not looked for"),
    ("if completeness(parts) == 2), {})", "if False), {})",
     "test_parts.py::test_folders_may_differ_in_the_word_for_the_part_alone",
     "Training_set and Test_set are classes"),
    ("    if tables:\n", "    if False:\n",
     "test_parts.py::test_a_table_beside_class_folders_is_never_ignored_in_silence",
     "labels of a table ignored in silence"),
    ("return {}  # dev beside", "return exact  # dev beside", "test_parts.py::test_dev_beside_prod_is_a_class",
     "dev beside prod is a held-out part"),
    ("    return folder, *(folder / name for name in ANNOTATION_FOLDERS)", "    return (folder,)",
     "test_parts.py::test_one_table_in_the_folder_annotations", "a table in annotations not found"),
    ("and (is_table(file) or not readable)", "and True",
     "test_parts.py::test_logs_and_results_beside_class_folders_are_no_parts", "a log is a held-out part"),
    ("rest = {file: name_without_part(file.stem)", "rest = {file: name_without_part(file.name)",
     "test_parts.py::test_tables_of_other_kinds_are_parts_of_one_set", "a list beside a CSV not seen"),
]]

SUBSET = [Mutant("tubevit_np/data/datasets/subset.py", *rest) for rest in [
    ("rng.permutation(len(of_class))[:limit]", "range(len(of_class))[:limit]",
     "test_annotations.py::test_classes_and_files_are_drawn_by_the_seed",
     "the first files, not drawn ones"),
    ("rng.choice(available, classes, replace=False).tolist()", "available[:classes]",
     "test_annotations.py::test_classes_and_files_are_drawn_by_the_seed",
     "the first classes, not drawn ones"),
    ("if existing := ", "if False and ", "test_annotations.py::test_no_table_is_written_over",
     "a table lost"),
]]

STREAMING = [Mutant("tubevit_np/data/datasets/streaming.py", *rest) for rest in [
    ("orders[i // total][i % total]", "orders[0][i % total]",
     "test_sources.py::test_every_file_comes_once_in_each_epoch", "every epoch in the same order"),
    ("[self.seed, CROPS, step, k]", "[self.seed, CROPS, 0, k]",
     "test_streaming.py::test_a_clip_begins_at_any_moment_and_place",
     "every step at the same moments"),
    ("(i + k) % len", "i % len", "test_streaming.py::test_what_is_broken_is_left_out_and_counted",
     "the broken file again"),
    ("(length - size + 1)", "(length - size)", "test_streaming.py::test_crops_reach_every_corner",
     "never at the far edge"),
    ("if all(trial._read_held_out(i)", "if False and all(trial._read_held_out(i)",
     "test_streaming.py::test_what_can_never_be_scored_is_told_at_once", "told after training"),
]]

READER = [Mutant("tubevit_np/data/datasets/reader.py", *rest) for rest in [
    ("position=0.5, crop=None", "position=0.0, crop=None",
     "test_streaming.py::test_a_clip_begins_at_any_moment_and_place", "held out: the beginning"),
    ("fixed_rate_clips.first_frame(len(cached), self.frames, position)", "0",
     "test_cache.py::test_the_same_batches_and_the_second_time_nothing_is_decoded",
     "always the beginning"),
    ("if not all(isinstance(remark", "if all(isinstance(remark",
     "test_cache.py::test_the_same_batches_and_the_second_time_nothing_is_decoded",
     "only what is damaged is kept"),
    ("self.frames, self.short_side, temporal\n", "self.frames, self.short_side\n",
     "test_cache.py::test_views_without_a_rate_come_from_the_cache",
     "the frames of another number of crops"),
    ("x.swapaxes(0, 1).reshape(-1,", "x.reshape(-1,",
     "test_cache.py::test_views_without_a_rate_come_from_the_cache",
     "the frames of all crops mixed"),
]]

LABELED_FILES = [Mutant("tubevit_np/data/datasets/labeled_files.py", *rest) for rest in [
    ("np.arange(count) * total // max(1, count)", "np.arange(count)",
     "test_sources.py::test_a_glance_is_spread_over_the_whole_held_out_set",
     "a glance at the first classes alone"),
    ("if i not in self.broken]", "if i >= 0]",
     "test_streaming.py::test_what_is_broken_is_left_out_and_counted",
     "names of what was not scored"),
    ("AUGMENTATIONS, step, k]", "AUGMENTATIONS, step]",
     "test_randaugment.py::test_training_files_alone_are_changed_each_by_its_own_draw",
     "all of a batch alike"),
    ("if not isinstance(remark, ShortClip):", "if remark:",
     "test_short.py::test_a_stream_says_it_once_for_a_set", "said of every file"),
    ("self.val.items[i][1] for", "self.val.items[0][1] for",
     "test_sources.py::test_held_out_files_come_once_cropped_at_the_center",
     "every label that of the first file"),
]]

FIND_FILES = [Mutant("tubevit_np/data/datasets/find_files.py", *rest) for rest in [
    ("    paths = sorted(path for", "    paths = list(path for",
     "test_predict.py::test_folders_behind_links_and_circles_are_listed_once", "the order of the disk"),
    ('if not path.name.startswith("."))', "if path.name)",
     "test_predict.py::test_a_row_for_each_file_in_the_order_given", "hidden files"),
    ("        if os.path.exists(name):", "        if os.path.exists(name) and not set(name) & set('*?['):",
     "test_predict.py::test_names_of_all_kinds", "a file's own name taken for a pattern"),
]]

SUMMARY = [Mutant("tubevit_np/data/datasets/summary.py", *rest) for rest in [
    ('f"{name}\\t{size}\\t{label}\\n"', 'f"{name}\\t{label}\\n"',
     "test_moved_data.py::test_what_has_changed_is_named", "a file of another size is the same"),
    ("name_in_set(path, source.folder): file", "str(path): file",
     "test_moved_data.py::test_it_ends_with_the_same_parameters_at_another_place",
     "names that change when the set moves"),
    ("os.path.join(then, os.path.relpath(path, now))", "path",
     "test_moved_data.py::test_the_digest_of_the_first_releases_is_understood",
     "older digests of the place now"),
    ("!= now[name][0] == part", "== now[name][0] == part",
     "test_moved_data.py::test_files_of_the_other_part_are_named", "those that stayed in theirs"),
    ("counts[k] for", "counts[0] for",
     "test_run.py::test_the_data_is_described_in_the_folder", "all of the first class"),
]]

CACHE = [Mutant("tubevit_np/data/datasets/cache.py", *rest) for rest in [
    ("status.st_mtime_ns, ", "", "test_cache.py::test_another_file_size_or_speed_is_another_entry",
     "pictures of the older file"),
    ("*settings))", "))", "test_cache.py::test_another_file_size_or_speed_is_another_entry",
     "pictures of another size"),
    ("except (OSError, ValueError, EOFError):", "except OSError:",
     "test_cache.py::test_a_damaged_entry_is_made_anew", "stops at a damaged entry"),
    ("        with ONE_BY_ONE:\n", "        if True:\n",
     "test_cache.py::test_threads_load_entries_one_after_another", "parsed by several threads at once"),
    ("hours=24", "hours=0", "test_cache.py::test_old_leftovers_are_deleted",
     "what others are writing is deleted"),
    ("self.failure.setdefault", "{}.setdefault",
     "test_cache.py::test_a_full_disk_is_said_once_and_training_goes_on", "said of every file"),
]]

SOURCES = [Mutant("tubevit_np/data/sources.py", *rest) for rest in [
    ("[self.seed, TRAIN, step, image]", "[self.seed, TRAIN, step]",
     "test_sources.py::test_the_images_of_a_step_are_no_frames_of_its_clips",
     "one stream for clips and images"),
    ("generated_pools(self.name, self.size, self.seed, HELD_OUT)", "self.pools",
     "test_sources.py::test_held_out_examples_are_made_of_other_sprites_than_training",
     "scored on the sprites of training"),
]]

JOINT = [Mutant("tubevit_np/data/joint.py", *rest) for rest in [
    ("w * a + (1 - w) * b", "w * b + (1 - w) * a",
     "test_joint.py::test_mixup_mixes_pixels_and_labels_by_the_same_shares", "shares of the other"),
    ("rng.beta(alpha, alpha,", "rng.beta(1, 1,",
     "test_joint.py::test_shares_come_from_the_beta_distribution", "any share as often"),
    ("(len(x), 1)), axis=1)", "(len(x), 1)), axis=0)",
     "test_joint.py::test_frames_in_an_order_of_each_clips_own", "frames in their order"),
    ("[self.seed, stream, step, k]", "[self.seed, stream, k]",
     "test_joint.py::test_steps_sources_and_seeds_have_their_own_randomness",
     "the same dropped in every step"),
]]

PREFETCH = [Mutant("tubevit_np/data/prefetch.py", *rest) for rest in [
    ("{signal.SIGINT, signal.SIGTERM})", "{signal.SIGINT})",
     "test_prefetch.py::test_ctrl_c_and_sigterm_are_for_the_training_process_alone",
     "no batches for the last step before a checkpoint"),
    ("number, step in enumerate(steps)", "number, step in enumerate(range(len(steps)))",
     "test_prefetch.py::test_the_same_batches_in_the_same_order_as_from_the_sources",
     "batches begin anew once resumed"),
    ("            remarks.clear()\n", "",
     "test_prefetch.py::test_what_the_other_process_has_to_say_is_said_by_this_one",
     "the same remarks with every batch"),
    ("workers[k % count].take()", "workers[0].take()",
     "test_prefetch.py::test_the_same_batches_from_any_number_of_processes_in_shared_memory",
     "only the first process asked"),
    ("        self.taken += 1\n", "",
     "test_prefetch.py::test_the_same_batches_from_any_number_of_processes_in_shared_memory",
     "always the first memory"),
    ("memories[number % len(memories)]", "memories[0]", "test_prefetch.py::test_a_batch_stays_while_it_is_used",
     "a batch overwritten while it is used"),
    ("threads.processes, remarks = processes, []", "remarks = []",
     "test_prefetch.py::test_processes_share_the_cores", "every process with a thread for each core"),
    ('if name == "SIGKILL"', "if True",
     "test_prefetch.py::test_the_cause_of_a_worker_that_has_ended_is_named", "memory blamed for a crash"),
    ("begun=self.taken > 0", "begun=True",
     "test_prefetch.py::test_a_script_without_a_main_guard_ends_with_an_error", "no word about the script"),
    ("        with block_interrupts():\n            self.process.start()\n", "        self.process.start()\n",
     "test_prefetch.py::test_ctrl_c_and_sigterm_are_for_the_training_process_alone", "two that hear Ctrl-C"),
]]

SHARED_MEMORY = [Mutant("tubevit_np/data/shared_memory.py", *rest) for rest in [
    ("if free <= needed", "if False", "test_shared_memory.py::test_too_little_room_is_said_and_not_written_into",
     "a crash in a small /dev/shm"),
    ("except OSError as error", "except TimeoutError as error",
     "test_shared_memory.py::test_memory_that_the_system_refuses", "a limit on files stops the training"),
    ("places[-1][1] if places", "places[-1][0] if places", "test_shared_memory.py::test_pixels_that_fit_lie_in_the_memory",
     "pixels that overlap"),
    ("not is_pixels or", "False or", "test_shared_memory.py::test_pixels_that_fit_lie_in_the_memory",
     "labels take the room of pixels"),
    ("            return True\n", "            pass\n", "test_shared_memory.py::test_pixels_that_fit_lie_in_the_memory",
     "written past the end"),
]]

DATA_SETS = [*IN_MEMORY, *LABELED_FILES_IN_MEMORY, *CLIP_INDEX, *WALK, *CLASS_FOLDERS, *PART_NAMES, *LIST_SOURCES, *LISTING, *IN_BOTH_PARTS,
             *UNUSED, *TRAINED_FILES, *RECORDINGS, *SPLIT,
             *FIND_PARTS, *SUBSET, *STREAMING, *READER, *LABELED_FILES,
             *FIND_FILES, *SUMMARY, *CACHE, *SOURCES, *JOINT, *PREFETCH, *SHARED_MEMORY]
