"""Mistakes made on purpose in decoding, augmentation and generated clips."""

from tubevit_np.conformance.mistakes.mutant import Mutant

FLIP = [Mutant("tubevit_np/data/augmentation/flip.py", *rest) for rest in [
    ("x[..., ::-1, :] if", "x[..., ::-1, :, :] if",
     "test_streaming.py::test_mirrored_are_half_of_the_files_but_of_no_class_with_sides",
     "upside down"),
    ("swap and not has_sides(name)", "swap",
     "test_streaming.py::test_mirrored_are_half_of_the_files_but_of_no_class_with_sides",
     "left becomes right"),
]]

RANDAUGMENT = [Mutant("tubevit_np/data/augmentation/randaugment.py", *rest) for rest in [
    ("256 * (1 - abs(s))", "128 * abs(s)", "test_randaugment.py::test_pointwise_operations_by_hand",
     "solarize stronger where it should be weaker"),
    ("8 - round(4 * abs(s))", "round(4 * abs(s))",
     "test_randaugment.py::test_pointwise_operations_by_hand", "the bits taken for those left"),
    ("math.radians(30 * s)", "math.radians(-30 * s)",
     "test_randaugment.py::test_a_positive_angle_turns_to_the_left", "to the other side"),
    ("0.45 * s * image.width", "0.45 * s * image.height",
     "test_randaugment.py::test_translations_move_by_their_share_of_the_side",
     "a share of the other side"),
    ("x - a * x - b * y", "0 * x",
     "test_randaugment.py::test_shears_lean_by_three_tenths_about_the_center", "about the corner"),
    ("(x.reshape(-1, *x.shape[-2:]))", "(x[0])",
     "test_randaugment.py::test_pointwise_operations_by_hand", "the first frame alone"),
]]

TIMESTAMPS = [Mutant("tubevit_np/data/decoding/timestamps.py", *rest) for rest in [
    ("upcoming[0] <= time + 1e-6", "upcoming[0] <= time + 0.1",
     "test_streaming.py::test_frames_by_the_clock", "a frame too late"),
    ("    if time > 0 and not by_count:", "    if time < 0:",
     "test_streaming.py::test_only_what_is_needed_is_decoded", "decoded from the beginning"),
    ("not damage and length <= start + max(step, MAX_HOLD)", "True",
     "test_odd_files.py::test_a_file_cut_short_that_does_not_say_so", "a still for what is lost"),
    ("(path)  # a file that cannot seek", "(path) if False else (file, stream)  # a",
     "test_odd_files.py::test_frames_without_times_are_counted", "goes on after a failed seek"),
    ("k / rate if by_count or", "0.0 if by_count or",
     "test_odd_files.py::test_frames_without_times_are_counted", "all frames at once"),
    ('stream.metadata["DURATION"]', 'stream.metadata["LENGTH"]',
     "test_odd_files.py::test_sound_that_lasts_longer_is_no_part_of_the_video",
     "as long as its sound"),
    ("        if start < last:", "        if start < 0 * last:",
     "test_cache.py::test_times_that_jump_back_are_read_directly", "films joined together kept"),
]]

FIXED_RATE_CLIPS = [Mutant("tubevit_np/data/decoding/fixed_rate_clips.py", *rest) for rest in [
    ("max(0, total - frames)", "total", "test_streaming.py::test_frames_by_the_clock",
     "clips that reach past the end"),
    ("if first and len(clip) < frames:", "if first < 0:",
     "test_streaming.py::test_damaged_on_the_way_and_right_at_the_beginning",
     "nothing of a video damaged there"),
    ("        if count < total:", "        if count < 1:",
     "test_cache.py::test_what_is_damaged_or_not_as_its_header_says_is_read_directly",
     "half a film kept as a whole one"),
]]

VIDEO = [Mutant("tubevit_np/data/decoding/video.py", *rest) for rest in [
    ("    if count < frames:\n        warn", "    if count < 0:\n        warn",
     "test_short.py::test_a_single_file_says_it", "never said"),
    ("2 * (temporal * k + np.arange", "2 * (temporal * k + 0 * np.arange",
     "test_views.py::test_moments_of_several_views_are_all_different_and_each_is_spread",
     "every view at the same moments"),
    ("views.swapaxes(1, 2).reshape", "views.reshape",
     "test_views.py::test_views_of_a_video_are_its_frames_and_squares",
     "frames and squares mixed up"),
]]

FILE_KIND = [Mutant("tubevit_np/data/decoding/file_kind.py", *rest) for rest in [
    ("        if has_video(path):", "        if suffix_of(path) in VIDEO_SUFFIXES and has_video(path):",
     "test_file_kind.py::test_a_video_is_one_under_any_name", "videos of unknown suffixes missed"),
    ("picture == \"animation\" and is_animated(path)", "is_animated(path)",
     "test_file_kind.py::test_several_images_in_a_file_move_only_in_an_animation",
     "pages of a TIFF shown as a film"),
    ("P[1-6]\\s(\\s|#[^\\n]*\\n)*\\d+\\s", "P[1-6]\\s",
     "test_file_kind.py::test_other_files_are_neither", "a text that begins with P3"),
    ("suffix in (\"\", *IMAGE_SUFFIXES, *VIDEO_SUFFIXES)", "True",
     "test_file_kind.py::test_other_files_are_neither", "previews of cameras' raw files"),
    ("if not head or ARCHIVE.match(head):", "if not head:",
     "test_file_kind.py::test_other_files_are_neither", "a film in an archive"),
    ("file.format.name == \"mjpeg\" and not STILL.match(head)", "False",
     "test_file_kind.py::test_other_files_are_neither", "a JPEG inside of another file"),
    ("(STILL.match(head) or is_tiff) and suffix not in NOT_STILL", "(STILL.match(head) or is_tiff)",
     "test_file_kind.py::test_jpegs_one_after_another_are_a_video", "the first JPEG of many"),
]]

OPEN_VIDEO = [Mutant("tubevit_np/data/decoding/open_video.py", *rest) for rest in [
    ("\"file:\" + os.path.abspath(path)", "os.fspath(path)",
     "test_file_kind.py::test_a_name_is_no_address", "http:x.mp4 fetched from the net"),
    ("if suffix_of(path) not in IMAGE_SUFFIXES:", "if True:",
     "test_file_kind.py::test_a_video_is_one_under_any_name", "a pattern of many images"),
    ("av.open(name, container_options=options, **settings)", "av.open(name, **settings)",
     "test_file_kind.py::test_a_playlist_opens_no_other_file", "a playlist followed"),
    ("if stream.disposition & Disposition.attached_pic:", "if False:",
     "test_file_kind.py::test_other_files_are_neither", "a song's cover for a film"),
]]

MATRIX = "test_odd_files.py::test_the_whole_display_matrix"
RGB_FRAMES = [Mutant("tubevit_np/data/decoding/rgb_frames.py", *rest) for rest in [
    ("0x20 | 0x40000 | 0x2000", "0x20 | 0x40000",
     "test_video.py::test_colors_are_exact_and_white_is_255", "colors at half their resolution"),
    ("reformat(progressive(frame), width", "reformat(frame, width",
     "test_odd_files.py::test_whole_frames_are_averaged_also_of_an_interlaced_video",
     "the fields of a frame averaged apart"),
    ("image.swapaxes(0, 1), c, b", "image.swapaxes(0, 1), b, c", MATRIX, "turned to the other side"),
    ("::-1 if a < 0 else 1", "::-1 if d < 0 else 1", MATRIX, "mirrors taken for half turns"),
    ("abs(b) + abs(c) > abs(a) + abs(d)", "b and c", MATRIX, "a small turn taken for a quarter"),
    ("    if a * d == b * c:\n        return image\n", "", MATRIX, "mirrored by a matrix of no image"),
    ("[[0, 1, 3, 4]]", "[[0, 3, 1, 4]]", MATRIX, "columns for rows"),
    ("round(frame.rotation / 90) % 4", "0",
     "test_odd_files.py::test_side_data_of_an_unknown_kind_leave_the_angle", "not turned"),
]]

IMAGES = [Mutant("tubevit_np/data/decoding/images.py", *rest) for rest in [
    ("if height > width else starts * 0", "if height else starts * 0",
     "test_views.py::test_squares_along_the_longer_side", "squares along the height alone"),
]]

AREA_RESIZE = [Mutant("tubevit_np/data/decoding/area_resize.py", *rest) for rest in [
    ("(scaled_length - size) // 2 +", "0 +", "test_images.py::test_areas_are_averaged_and_the_center_is_cut",
     "the first pixels for the central ones"),
    ("// scaled_length) + 1)", "// scaled_length))",
     "test_images.py::test_areas_are_averaged_and_the_center_is_cut", "the last pixel of an area lost"),
    ("columns, np.float64)", "columns, np.float32)",
     "test_images.py::test_large_pictures_are_averaged_exactly", "sums too large for float32"),
]]

LONG_CLIPS = [Mutant("tubevit_np/data/generated/long_clips.py", *rest) for rest in [
    ("np.array([0.5])", "np.array([0.0])",
     "test_long_clips.py::test_views_lie_evenly_from_end_to_end", "one view at the start"),
    ("axis=1)", "axis=0)", "test_long_clips.py::test_a_view_is_a_part_of_a_clip_twice_as_long",
     "views of different clips"),
]]

CLIPS = [*FLIP, *RANDAUGMENT, *TIMESTAMPS, *FIXED_RATE_CLIPS, *VIDEO, *FILE_KIND, *OPEN_VIDEO,
         *RGB_FRAMES, *IMAGES, *AREA_RESIZE, *LONG_CLIPS]
