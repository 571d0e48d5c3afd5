"""Mistakes made on purpose in training and evaluation."""

from tubevit_np.conformance.mistakes.mutant import Mutant

DROPOUT = [Mutant("tubevit_np/training/dropout.py", *rest) for rest in [
    ("scale, least = 1 / (1 - rate)", "scale, least = 1.0",
     "test_dropout.py::test_a_share_is_dropped_and_the_rest_makes_up", "the rest does not grow"),
    ("np.uint32(4 * layer + part)", "np.uint32(part)",
     "test_dropout.py::test_every_example_layer_and_part_drops_others", "every layer the same"),
    ("scramble(own ^ at)", "(own ^ at)", "test_dropout.py::test_neighbours_are_independent",
     "whole rows dropped"),
]]

LOSS = [Mutant("tubevit_np/training/loss.py", *rest) for rest in [
    ("return (1 - smoothing) * labels + smoothing / classes", "return labels",
     "test_loss.py::test_shares_of_classes_weigh_the_losses_of_each",
     "shares of classes not smoothed"),
    ("(~(logits < own))", "(~(logits > own))", "test_loss.py::test_accuracy", "smallest first"),
    ("(~(logits < own)).sum(1) - 1", "(logits > own).sum(1)",
     "test_loss.py::test_a_tie_or_nan_is_no_hit", "ties and NaN are right"),
]]

OPTIM = [Mutant("tubevit_np/training/optim.py", *rest) for rest in [
    ("smooth(w, lr * smoothness)", "smooth(w, smoothness)",
     "test_optim.py::test_kernels_are_smoothed_after_each_step", "smoothed as much at any rate"),
]]

COSINE_BASIS = [Mutant("tubevit_np/training/cosine_basis.py", *rest) for rest in [
    ("(np.square(np.arange(n) / n)", "(np.arange(n) / n",
     "test_cosine_basis.py::test_waves_shrink_by_their_squared_frequency", "frequency not squared"),
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
    ("if len(labels[head]) > 5}", "}", "test_evaluate.py::test_top_5_only_where_it_says_something",
     "top 5 of two"),
    ("softmax(logits).reshape", "logits.reshape",
     "test_views.py::test_the_score_of_views_is_the_mean_of_their_softmax",
     "the mean of the logits"),
]]

TRAINING = [*DROPOUT, *LOSS, *OPTIM, *COSINE_BASIS, *TRAIN, *EVALUATE]
