"""Mistakes made on purpose in the snapshots of a run and in figures of a clip."""

from tubevit_np.conformance.mistakes.mutant import Mutant

KEPT = "test_snapshots.py::test_a_run_keeps_what_it_had_then"
LOOPS = "test_snapshots.py::test_both_loops_hand_over_what_a_step_left"
KILLED = "test_run.py::test_a_killed_run_ends_as_one_that_was_not[a snapshot half written]"

SNAPSHOTS = [Mutant(*rest) for rest in [
    ("tubevit_np/training/kernel_snapshots.py", "(done // FIRST).bit_count() == 1", "done > 0",
     "test_snapshots.py::test_snapshots_come_at_25_steps_and_always_twice_as_many", "every 25"),
    ("tubevit_np/runs/snapshots.py", "key=lambda path: int(path.stem)", "key=str",
     "test_snapshots.py::test_snapshots_are_read_in_the_order_of_their_steps", "order of names"),
    ("tubevit_np/training/kernel_snapshots.py", "if is_kernel(w.shape)", "if name.startswith(\"tubes\")",
     "test_snapshots.py::test_all_kernels_and_nothing_else_in_half_precision",
     "biases kept, a shared kernel not"),
    ("tubevit_np/runs/run.py", "            self.snap(0, kernels(params))\n", "", KEPT, "no start"),
    ("tubevit_np/training/train.py", "            if snapshot_due(step + 1):\n", """\
            if run.checkpoint_due(step):
                run.save(step + 1, params, moments)
            if snapshot_due(step + 1):
""", KILLED, "after the checkpoint: a kill between them leaves one out"),
    ("tubevit_np/training/train.py", "if snapshot_due(step + 1)", "if snapshot_due(step)", LOOPS, "NumPy: a step late"),
    ("tubevit_tg/training/train.py", "if snapshot_due(step + 1)", "if snapshot_due(step)", LOOPS, "tinygrad: a step late"),
    ("tubevit_tg/training/train.py", "to_arrays(kernels(params)))", "kernels(params))", LOOPS, "Tensors"),
]]

PLACES = [Mutant("tubevit_np/plots/analysis/receptive_fields.py", *rest) for rest in [
    ("found[found >= 0], minlength", "np.maximum(found, 0), minlength",
     "test_receptive_fields.py::test_how_many_places_read_a_voxel", "what overruns counts for the first"),
    ("(part / inside.sum(1))[:, None]", "(part / len(reads[0]))[:, None]",
     "test_receptive_fields.py::test_heat_keeps_every_tubes_share", "heat lost beyond the edge"),
    ("side=\"right\"", "side=\"left\"", "test_receptive_fields.py::test_whose_token_it_is",
     "the last token of a tube is the next one's"),
    ("each.max(1) + 1", "each.max(1)", "test_receptive_fields.py::test_the_boxes_of_a_token_are_its_places",
     "boxes a voxel short"),
    ("reshape(tube.members, -1)", "reshape(1, -1)",
     "test_receptive_fields.py::test_the_boxes_of_a_token_are_its_places", "one box round all members"),
]]

TOKENS = ("test_architecture.py::test_tokens_of_a_time_step_lie_together_and_positions_have_the_color_"
          "of_their_center")
ARCHITECTURE = [Mutant(f"tubevit_np/plots/model_plots/{file}.py", *rest) for file, *rest in [
    ("oblique", "[w + DEPTH[0] * t, h + DEPTH[1] * t]", "[w + DEPTH[0] * t, h - DEPTH[1] * t]",
     "test_architecture.py::test_a_later_frame_lies_to_the_upper_right", "later frames lie lower"),
    ("oblique", "clip[:, :, -1]", "clip[:, :, 0]",
     "test_architecture.py::test_the_three_faces_show_the_first_row_the_last_column_and_the_first_frame",
     "the first column on the right face"),
    ("oblique", "1 - (1 - pale) * (1 - pixels", "(1 - pale) * (pixels",
     "test_architecture.py::test_pale_voxels_are_nearer_to_white", "pale is dark"),
    ("oblique", "np.where(np.array(corners, bool), high, low)",
     "np.where(np.array(corners, bool), high, 0)",
     "test_architecture.py::test_the_edges_of_a_box", "every box starts at the first voxel"),
    ("architecture", "_path(ax, clip[:1], cfg", "_path(ax, clip, cfg",
     "test_architecture.py::test_the_video_shows_every_tube_and_the_image_its_patches_alone",
     "the image goes through all tubes"),
    ("architecture", "enumerate(cfg.tubes) if all(grid(tube, shape))}", "enumerate(cfg.tubes)}",
     "test_architecture.py::test_a_tube_that_does_not_fit_is_left_out", "tubes that do not fit"),
    ("architecture", "cell * (w + t * (counts[2] + 0.5))", "cell * w",
     TOKENS, "time steps on top of each other"),
    ("architecture", "sincos_3d(at * math.pi / (2 * max(shape)), 6)[:, ::2]",
     "sincos_3d(at * math.pi / (2 * max(shape)), 6)[:, 1::2]",
     TOKENS, "cosines"),
]]

OVERLAY = [Mutant("tubevit_np/plots/model_plots/overlay.py", *rest) for rest in [
    ("(near[:, 0] <= t) & (t < far[:, 0])", "(near[:, 0] <= t) & (t <= far[:, 0])",
     "test_receptive_fields.py::test_boxes_stand_round_the_pixels_that_are_read", "a frame too long"),
    ("np.where(read[..., None], frame / 255, pale(frame))", "frame / 255",
     "test_receptive_fields.py::test_what_is_read_keeps_its_colors_and_all_else_is_pale", "nothing dimmed"),
    ("tube, shape)[t] for tube", "tube, shape).any(0) for tube",
     "test_receptive_fields.py::test_what_is_read_keeps_its_colors_and_all_else_is_pale", "of any frame"),
    ("Rectangle((x - 0.5, y - 0.5), right - x, low - y)",
     "Rectangle((y - 0.5, x - 0.5), low - y, right - x)",
     "test_receptive_fields.py::test_boxes_stand_round_the_pixels_that_are_read", "rows for columns"),
    ("np.minimum(counts, LEVELS - 1).ravel()", "np.minimum(counts, LEVELS).ravel()",
     "test_receptive_fields.py::test_shares_of_voxels_by_how_many_places_read_them", "3 in place of 3+"),
    ("np.minimum(total[times], LEVELS - 1)", "np.minimum(total[:len(times)], LEVELS - 1)",
     "test_receptive_fields.py::test_the_page_ends_with_how_many_places_read_each_pixel",
     "the first frames in place of those drawn"),
]]

ATTENTION = [Mutant(f"tubevit_np/plots/{file}.py", *rest) for file, *rest in [
    ("model_plots/attention", "self_weights(out, layer)[:, token]", "self_weights(out, layer)[:, :, token]",
     "test_attention_maps.py::test_where_a_token_looks", "who looks at it"),
    ("model_plots/attention", "row.heat[times] / peak", "row.heat[times] / row.heat[times].max()",
     "test_attention_maps.py::test_the_peak_may_lie_in_a_frame_that_is_not_drawn",
     "peak of the frames drawn alone"),
    ("analysis/attention_weights", "for layer in reversed(range(depth))", "for layer in range(depth)",
     "test_attention_maps.py::test_rollout_goes_back_through_all_blocks_half_of_each_straight_on",
     "blocks in the order of the way there"),
    ("analysis/attention_weights", "0.5 * weights + 0.5 * weights @", "weights @",
     "test_attention_maps.py::test_rollout_goes_back_through_all_blocks_half_of_each_straight_on",
     "nothing straight on"),
    ("model_plots/attention", "(1 - dense) * pale(frames) + dense", "pale(frames) + dense",
     "test_attention_maps.py::test_heat_is_as_dense_as_it_is_strong", "color added"),
    ("analysis/attention_weights", "weights.shape[-1] != count", "False",
     "test_attention_maps.py::test_divided_attention_has_pooling_alone", "divided laid over all"),
    ("analysis/attention_weights", "np.argsort(-scores)", "np.argsort(scores)",
     "test_attention_maps.py::test_answers_are_the_largest_shares_first", "least likely first"),
    ("model_plots/attention", "/ weights.shape[-1]", "/ len(cfg.tubes)",
     "test_attention_maps.py::test_the_share_of_each_tube", "tubes alike, not tokens"),
    ("model_plots/attention", "token_boxes(cfg.tubes[i], shape, n)", "token_boxes(cfg.tubes[i], shape, 0)",
     "test_attention_maps.py::test_where_a_token_looks", "another token's box"),
]]

POSITIONS = [Mutant(f"tubevit_np/plots/{file}.py", *rest) for file, *rest in [
    ("model_plots/position_similarity", "at @ at[token] / (norms * norms[token])", "at @ at[token] / norms[token] ** 2",
     "test_position_maps.py::test_likeness_is_a_cosine_whatever_the_lengths", "no cosine"),
    ("model_plots/position_similarity", "[n // 2 for n in counts]", "[(n - 1) // 2 for n in counts]",
     "test_position_maps.py::test_the_middle_of_each_tube", "before the middle"),
    ("model_plots/position_similarity", "extent=(left - across, right + across, low + down, top - down)",
     "extent=(left, right, low, top)",
     "test_position_maps.py::test_cells_lie_about_the_centers", "cells between the centers"),
    ("model_plots/position_similarity", "limits = found.min(), found.max()", "limits = found[0].min(), found[0].max()",
     "test_position_maps.py::test_a_map_for_each_token_tube_and_moment_at_one_scale",
     "the scale of the first row"),
    ("model_plots/position_similarity", "own == i and n // (counts[1] * counts[2]) == k", "own == i and k == 0",
     "test_position_maps.py::test_the_token_itself_is_outlined", "at the first moment"),
    ("model_plots/position_table", "vmin=-peak, vmax=peak", "vmin=at.min(), vmax=at.max()",
     "test_position_maps.py::test_the_table_is_drawn_as_it_is", "white is not 0"),
]]

HISTORY = [Mutant("tubevit_np/plots/kernel_plots/history.py", *rest) for rest in [
    ("best_frame(stack[-1])", "best_frame(stack[0])",
     "test_history.py::test_the_frame_of_most_energy_in_the_end_at_all_snapshots",
     "the frame that began strongest"),
    ("kernel_rgb(kernel.reshape(s * kt, *kernel.shape[2:], 1))[0]",
     "np.concatenate([kernel_rgb(one[..., None])[0] for one in kernel])",
     "test_history.py::test_five_kernels_at_one_gain_over_all_snapshots", "a gain a snapshot"),
    ("chosen = order_by_norm(stack[-1])", "chosen = order_by_norm(stack[0])",
     "test_history.py::test_five_kernels_at_one_gain_over_all_snapshots", "largest at first"),
    ("ax.plot(sizes[:, order[COUNT:]]", "ax.plot(sizes[:, order[COUNT + 1:]]",
     "test_history.py::test_norms_of_all_kernels_and_the_five_of_them_in_color", "one left out"),
]]

AT_WORK = [Mutant(*rest) for rest in [
    ("tubevit_np/plots/gallery/run_data.py", "for step, params in snapshots.items() if step < last}",
     "for step, params in snapshots.items()}",
     "test_run_data.py::test_the_history_ends_with_the_checkpoint_and_has_nothing_later",
     "what came after the checkpoint"),
    ("tubevit_np/plots/gallery/run_data.py", "mean(0).argmax()", "mean(0).argmin()",
     "test_run_data.py::test_a_model_is_seen_at_work_on_a_clip_of_its_own_size", "the least"),
    ("tubevit_np/plots/gallery/run_data.py", "if self.clip is None:", "if True:",
     "test_run_data.py::test_or_on_a_file", "another clip than was asked for"),
    ("tubevit_np/plots/gallery/example_clip.py", "heads_for(notes, self.kind)", "heads_for(notes, \"video\")",
     "test_example_clip.py::test_it_is_seen_by_the_heads_of_its_kind", "an image by a video's heads"),
]]

GROWTH = [Mutant(*rest) for rest in [
    ("tubevit_np/plots/training_plots/cost_growth.py", 'row["sweep"] == sweep], measure)', 'row["sweep"] == sweep], "ms")',
     "test_cost_growth.py::test_a_pass_that_is_not_timed_is_not_drawn", "time in place of memory"),
    ("tubevit_np/plots/training_plots/cost_growth.py", '"{x:g}"', '"{x:.1f}"',
     "test_cost_growth.py::test_a_pass_that_is_not_timed_is_not_drawn", "32.0 at the axes"),
    ("tests/benchmarks/growth.py", "mlp_dim=4 * value, heads=value // 64", "heads=value // 64",
     "test_cost_growth.py::test_each_case_changes_one_size", "a width without its MLP"),
    ("tests/benchmarks/growth.py", "work(first, frames) >= work(second",
     "work(first, frames) < work(second",
     "test_cost_growth.py::test_a_model_of_fewer_operations_crosses_at_once_and_the_other_never",
     "the dearer for the cheaper"),
]]

PICTURES = [*GROWTH, *SNAPSHOTS, *PLACES, *ARCHITECTURE, *OVERLAY, *ATTENTION, *POSITIONS,
            *HISTORY, *AT_WORK]
