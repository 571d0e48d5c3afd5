"""Known mistakes in grids, tubes, tokens and positions."""

from tubevit_np.conformance.mistakes.mutant import Mutant

PRESETS = [Mutant("tubevit_np/model/presets.py", *rest) for rest in [
    ("Tube((16, 4, 4), (6, 32, 32)", "Tube((12, 4, 4), (6, 32, 32)",
     "test_config.py::test_main_tubes_are_those_of_table_12", "a 12x4x4 tube, not 16x4x4", "layout"),
    ("PATCH = Tube((1, 16, 16), (32, 16, 16))", "PATCH = Tube((1, 16, 16), (16, 16, 16))",
     "test_config.py::test_main_tubes_are_those_of_table_12", "2D patches with temporal stride 16, not 32",
     "layout"),
    ("(6, 32, 32), (4, 8, 8)", "(6, 32, 32), (0, 8, 8)",
     "test_config.py::test_main_tubes_are_those_of_table_12", "16x4x4 tube at offset (0, 8, 8), not (4, 8, 8)", "layout"),
]]

CONFIG = [Mutant("tubevit_np/model/config.py", *rest) for rest in [
    ("shared_kernel: bool = False", "shared_kernel: bool = True",
     "test_config.py::test_defaults_are_those_of_the_paper", "the shared kernel is the default",
     "layout"),
]]

CONFIG_CHECKS = [Mutant("tubevit_np/model/config_checks.py", *rest) for rest in [
    ("0 <= cfg.gate_layer < cfg.depth", "0 <= cfg.gate_layer <= cfg.depth",
     "test_config.py::test_config_refuses", "a gate after the last block accepted", "refusals"),
]]

GRID = [Mutant("tubevit_np/model/geometry.py", *rest) for rest in [
    ("in zip(shape, tube.offset, tube.kernel, tube.stride, strict=True))",
     "in zip(shape, tube.offset, tube.kernel, np.multiply(tube.stride, tube.s2d), strict=True))",
     "test_tubes.py::test_token_counts", "strides multiplied by space-to-depth", "layout"),
    ("max(0, (length - offset - kernel) // stride + 1)", "max(0, -(-(length - offset) // stride))",
     "test_tubes.py::test_token_counts", "grid with padding SAME, not VALID", "layout"),
    ("max(0, (length - offset - kernel)", "max(0, (length - kernel)",
     "test_tubes.py::test_grid_at_the_exact_edge", "grid ignores the offset", "layout"),
    ("max(0, (length - offset - kernel)", "max(0, (length - offset - kernel - 1)",
     "test_properties.py::test_the_grid_counts_the_places_of_a_tube",
     "a tube that fits exactly is left out", "layout"),
    ("(tube.s2d, steps, strict=True))))", "(tube.s2d, steps, strict=True))))[::-1]",
     "test_tubes.py::test_tokens_equal_a_loop_over_voxels", "members in reverse order", "layout"),
    ("steps = (stride // factor for", "steps = (max(1, stride // factor - 1) for",
     "test_tubes.py::test_tokens_equal_a_loop_over_voxels", "members too close together", "layout"),
    ("np.arange(n) + (span - 1) / 2", "np.arange(n) + span // 2",
     "test_position.py::test_centers_equal_a_loop", "center at start + k // 2", "layout"),
    ("np.arange(n) + (span - 1) / 2", "np.arange(n) + span / 2",
     "test_position.py::test_centers_of_the_main_tubes", "center at start + k / 2", "layout"),
    ("span = kernel + (factor - 1) * (stride // factor)", "span = kernel",
     "test_position.py::test_centers_of_the_main_tubes", "center of the first member, not of the token",
     "layout"),
    ("axes.append(offset + stride", "axes.append(stride",
     "test_position.py::test_centers_equal_a_loop", "centers ignore the offset", "layout"),
    ("stride * np.arange(n)", "np.arange(n)", "test_position.py::test_centers_equal_a_loop",
     "centers ignore the stride (Table 7a)", "layout"),
    ('indexing="ij"', 'indexing="xy"', "test_position.py::test_centers_equal_a_loop",
     "meshgrid with indexing xy, right only for square grids", "layout"),
    ("zip(grid(tube, shape), tube.kernel", "zip(np.floor_divide(shape, tube.stride), tube.kernel",
     "test_properties.py::test_every_token_is_counted_and_has_a_position",
     "the number of centers ignores the kernel size", "layout"),
]]

TUBES = [Mutant("tubevit_np/model/tubes.py", *rest) for rest in [
    ("    video = np.pad(video, [(0, 0),",
     "    middle = video.shape[1] // 2 if tube.is_patch else 0\n    video = np.roll(video, -middle, axis=1)\n    video = np.pad(video, [(0, 0),",
     "test_tubes.py::test_tokens_equal_a_loop_over_voxels", "2D patches cut from the middle frame",
     "layout"),
    ("members.reshape(*voxels", "members.swapaxes(2, 3).reshape(*voxels",
     "test_tubes.py::test_tokens_equal_a_loop_over_voxels", "members interleaved in the channels",
     "layout"),
    ("w.shape[-1]), b)", "w.shape[-1]), 0 * b)",
     "test_tubes.py::test_tokens_equal_a_loop_over_voxels", "no bias added", "operations"),
    ("starts = np.add(tube.offset, member)", "starts = np.array(member)",
     "test_tubes.py::test_tokens_equal_a_loop_over_voxels", "tubes cut without their offset", "layout"),
    ("starts = np.add(tube.offset, member)",
     "starts = np.add(np.take(tube.offset, (0, 2, 1)), member)",
     "test_tubes.py::test_tokens_equal_a_loop_over_voxels", "offsets of h and w swapped", "layout"),
    ("*((0, n) for n in beyond)", "*((n, 0) for n in beyond)",
     "test_tubes.py::test_tokens_equal_a_loop_over_voxels", "padding before the video, not after it", "layout"),
    ("for n in beyond), (0, 0)])", 'for n in beyond), (0, 0)], "edge")',
     "test_tubes.py::test_tokens_equal_a_loop_over_voxels", "padding repeats the edge, not zeros",
     "operations"),
    ("for n in beyond), (0, 0)])", 'for n in beyond), (0, 0)], "wrap")',
     "test_properties.py::test_tokens_equal_the_loops", "padding wraps around to the start of the video",
     "operations"),
    ("return np.moveaxis(every[:, ::st, ::sh, ::sw], 4, -1)", "return every[:, ::st, ::sh, ::sw]",
     "test_tubes.py::test_tokens_equal_a_loop_over_voxels", "channels before the kernel axes",
     "operations"),
    ("i, tube in enumerate(cfg.tubes) if", "i, tube in reversed([*enumerate(cfg.tubes)]) if",
     "test_tubes.py::test_tokens_come_tube_by_tube_as_configured", "tubes in reverse order",
     "layout"),
    ("np.stack(members, axis=4).reshape", "np.stack(members, axis=4).swapaxes(1, 3).reshape",
     "test_properties.py::test_a_video_that_stands_still_gives_the_same_tokens_at_all_times",
     "token order with t fastest", "layout"),
    ("np.stack(members, axis=4)", "np.stack(members, axis=1)",
     "test_properties.py::test_a_video_that_stands_still_gives_the_same_tokens_at_all_times",
     "members ordered before tokens", "layout"),
    ("voxels = windows(video, tube)",
     "voxels = windows(video - video.mean((1, 2, 3), keepdims=True), tube)",
     "test_properties.py::test_a_video_that_begins_a_stride_later_lacks_its_first_tokens",
     "the mean of each clip subtracted", "layout"),
]]

POSITION = [Mutant("tubevit_np/model/position.py", *rest) for rest in [
    ("    n = dim // 6\n", "    n = {0: dim // 6}[dim % 6]\n",
     "test_position.py::test_channels_beyond_a_full_six_are_zero",
     "widths that are not multiples of 6 refused", "operations"),
    ("-np.arange(n) / max(n, 1)", "-np.arange(n)",
     "test_position.py::test_unit_values_of_the_paper", "exponent -j, as printed in the paper", "operations"),
    ("/ max(n, 1)", "/ max(n - 1, 1)", "test_position.py::test_unit_values_of_the_paper",
     "exponent -j / (n - 1), not -j / n", "operations"),
    ("waves.reshape(len(at), 6", "waves.transpose(0, 2, 3, 1).reshape(len(at), 6",
     "test_position.py::test_positions_equal_the_formula", "sines and cosines in blocks, not interleaved", "operations"),
    ("[np.sin(angles), np.cos(angles)]", "[np.cos(angles), np.sin(angles)]",
     "test_position.py::test_positions_equal_the_formula", "cosine before sine", "operations"),
    ("cfg.position_scale * sincos_3d", "sincos_3d",
     "test_position.py::test_positions_follow_the_order_of_the_tokens", "position_scale ignored", "model"),
    ("cfg.dim, cfg.tau)", "cfg.dim)",
     "test_position.py::test_positions_follow_the_order_of_the_tokens", "tau ignored", "model"),
]]

GEOMETRY = [*PRESETS, *CONFIG, *CONFIG_CHECKS, *GRID, *TUBES, *POSITION]
