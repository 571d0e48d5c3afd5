"""Mistakes made on purpose in training and evaluation."""

from tubevit_np.conformance.mistakes.mutant import Mutant

DROPOUT = [Mutant("tubevit_np/training/dropout.py", *rest) for rest in [
    ("scale, least = 1 / (1 - rate)", "scale, least = 1.0",
     "test_dropout.py::test_a_share_is_dropped_and_the_rest_makes_up", "the rest does not grow"),
    ("np.uint32(4 * layer + part)", "np.uint32(part)",
     "test_dropout.py::test_every_example_layer_and_part_drops_others", "every layer the same"),
    ("scramble(seeds ^ index)", "(seeds ^ index)", "test_dropout.py::test_neighbors_are_independent",
     "whole rows dropped"),
    ("z = drop(MLP, change)", "z = drop(ATTENTION, change)",
     "test_dropout.py::test_a_model_drops_tokens_and_what_each_part_adds", "one mask for both"),
    ("attention_branch_backward(drop(ATTENTION, d_y), z", "attention_branch_backward(d_y, z",
     "test_train.py::test_the_joint_gradient_is_the_slope_of_the_joint_loss[0.2]",
     "no dropout on the way back through attention"),
    ("mlp_branch_backward(drop(MLP, d_z), cache", "mlp_branch_backward(d_z, cache",
     "test_train.py::test_the_joint_gradient_is_the_slope_of_the_joint_loss[0.2]",
     "no dropout on the way back through the MLP"),
    ("embed_backward(drop(0, TOKENS, d_z), params", "embed_backward(d_z, params",
     "test_train.py::test_the_joint_gradient_is_the_slope_of_the_joint_loss[0.2]",
     "no dropout on the way back to the tokens"),
    ("x.reshape(len(x) // frames, -1, x.shape[-1])).reshape",
     "x.swapaxes(0, 1).reshape(len(x) // frames, -1, x.shape[-1])).reshape",
     "test_divided_attention.py::test_dropout_of_all_three_parts_by_clip", "masks of other tokens"),
]]

FROZEN = [Mutant("tubevit_np/training/frozen.py", *rest) for rest in [
    (">= num_frozen_blocks", "> num_frozen_blocks",
     "test_gate.py::test_what_trains_beside_frozen_blocks", "one block more is frozen"),
    ("return not num_frozen_blocks or part not in", "return True or part not in",
     "test_gate.py::test_what_trains_beside_frozen_blocks", "tubes train below frozen blocks"),
    ("if layer < num_frozen_blocks", "if False",
     "test_backward.py::test_frozen_blocks_keep_nothing_and_change_no_other_gradient",
     "frozen blocks keep their intermediates"),
]]

LOSS = [Mutant("tubevit_np/training/loss.py", *rest) for rest in [
    ("return (1 - smoothing) * labels + smoothing / classes", "return labels",
     "test_loss.py::test_shares_of_classes_weigh_the_losses_of_each",
     "shares of classes not smoothed"),
    ("(~(logits < label_score))", "(~(logits > label_score))", "test_loss.py::test_accuracy", "smallest first"),
    ("(~(logits < label_score)).sum(1) - 1", "(logits > label_score).sum(1)",
     "test_loss.py::test_a_tie_or_nan_is_no_hit", "ties and NaN are right"),
]]

STEP = [Mutant("tubevit_np/training/step.py", *rest) for rest in [
    ("if layer >= num_frozen_blocks})", "if True})",
     "test_backward.py::test_frozen_blocks_keep_nothing_and_change_no_other_gradient",
     "the way back through frozen blocks"),
    ("weight * len(part.x) / len(batch.x)", "weight / PARTS",
     "test_train.py::test_parts_give_the_gradient_of_the_undivided_joint_loss",
     "unequal parts weigh the same"),
    ("batch.split(PARTS * accumulate)", "batch.split(PARTS)",
     "test_train.py::test_parts_are_as_small_as_asked", "accumulate ignored"),
    ("total += float(loss)", "total = float(loss)",
     "test_train.py::test_parts_give_the_gradient_of_the_undivided_joint_loss", "last part's loss"),
]]

COSINE_BASIS = [Mutant("tubevit_np/training/cosine_basis.py", *rest) for rest in [
    ("smooth(w, lr * smoothness)", "smooth(w, smoothness)",
     "test_optim.py::test_kernels_are_smoothed_after_each_step", "smoothed as much at any rate"),
    ("(np.square(np.arange(n) / n)", "(np.arange(n) / n",
     "test_cosine_basis.py::test_waves_shrink_by_their_squared_frequency", "frequency not squared"),
]]

TRAIN = [Mutant("tubevit_np/training/train.py", *rest) for rest in [
    ("step_once(step + 1,", "step_once(step + 1 - run.first,",
     "test_run.py::test_a_damaged_checkpoint_is_passed_over_for_the_older_one[5]", "AdamW counts its steps from 0 after a resume"),
    ("    check(run.recipe)\n", "",
     "test_train.py::test_what_numpy_has_not_is_refused_on_resume_too", "trained otherwise"),
]]

EVALUATE = [Mutant("tubevit_np/training/evaluate.py", *rest) for rest in [
    ("for logits in halves])", "for logits in halves[::-1]])",
     "test_evaluate.py::test_halves_side_by_side_answer_as_the_whole", "the second half first"),
    ("if len(labels[head]) > 5}", "}", "test_evaluate.py::test_top_5_only_where_it_says_something",
     "top 5 of two"),
    ("softmax(logits).reshape", "logits.reshape",
     "test_views.py::test_the_score_of_views_is_the_mean_of_their_softmax",
     "the mean of the logits"),
]]

TRAINING = [*DROPOUT, *FROZEN, *LOSS, *STEP, *COSINE_BASIS, *TRAIN, *EVALUATE]
