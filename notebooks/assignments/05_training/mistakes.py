"""Assignment 5: answers that are wrong in ways that are likely, and what to tell who gives them."""

from notebooks.assignments.build.exercises import Mistake

SHARE = "(step - warmup) / (steps - warmup)"
HALF = "(1 + math.cos(math.pi * share)) / 2"
NORM = "np.sqrt(sum((g**2).sum() for g in grads.values()))"
SCALED = "scale * g for name"
MEANS = "m / (1 - 0.9**t), v / (1 - 0.95**t)"
ANSWER = "of_videos + weight * of_images, d_video, d_image"
MIXED = "np.stack([clip[rng.permutation(len(clip))] for clip in clips])"
ERROR = "np.sqrt(p * (1 - p) / len(right))"

MISTAKES = {
    "learning_rate": [
        Mistake("the line begins at 0", "A first step at rate 0 is no step: it is peak / warmup.",
                "(step + 1) / warmup", "step / warmup"),
        Mistake("the cosine over all steps",
                "Only what comes after the warm-up falls: what share of "
                "that has passed?", SHARE, "step / steps"),
        Mistake("the cosine begins in step 0", "In step warmup the share that has passed is 0.",
                SHARE, "step / (steps - warmup)"),
        Mistake("0 in the last step", "The 0 would come in step `steps`, one after the last.",
                "(steps - warmup)", "max(1, steps - warmup - 1)"),
        Mistake("twice the peak", "1 plus a cosine goes from 2 to 0.", " / 2", ""),
        Mistake("degrees", "math.cos takes radians: half a turn is pi.", "math.pi * share",
                "180 * share"),
        Mistake("no warm-up", "The first steps follow a line.", "step < warmup", "False"),
        Mistake("a line down", "The fall is along a cosine: slow, fast, slow.", HALF,
                "(1 - share)"),
        Mistake("the cosine with the wrong sign", "It falls: where it begins, the cosine is 1.",
                "(1 + math.cos", "(1 - math.cos"),
        Mistake("one step more of warm-up", "In step warmup - 1 the peak is reached: the line ends "
                "there.", "step < warmup", "step <= warmup"),
        Mistake("a whole turn of the cosine", "Half a turn goes from the top to the bottom.",
                "math.pi * share", "2 * math.pi * share"),
        Mistake("a quarter of a turn", "The fall ends flat: take half a turn, not a quarter.", HALF,
                "math.cos(math.pi * share / 2)"),
    ],
    "clip": [
        Mistake("each array clipped alone", "One factor for all keeps the direction.", SCALED,
                "min(1, most / np.linalg.norm(g)) * g for name"),
        Mistake("every number clipped", "Cutting numbers turns the gradient; scale all of it.",
                SCALED, "np.clip(g, -most, most) for name"),
        Mistake("always scaled to the limit", "A gradient that is short enough stays as it is.",
                "min(1, most / norm)", "most / norm"),
        Mistake("norms added", "The length of a long vector is not the sum of the lengths of its "
                "parts: add squares.", NORM, "sum(np.linalg.norm(g) for g in grads.values())"),
        Mistake("no root", "A length is the root of the sum of squares.", NORM,
                "sum((g**2).sum() for g in grads.values())"),
        Mistake("means of squares", "A length sums the squares; large arrays count more.",
                "(g**2).sum()", "(g**2).mean()"),
        Mistake("the norm afterwards", "Return the length that the gradient had before.",
                "return norm,", "return min(norm, most),"),
        Mistake("the largest number",
                "The length is that of the whole vector, not its largest part.",
                NORM, "max(np.abs(g).max() for g in grads.values())"),
        Mistake("the factor upside down", "Which factor makes a length `norm` a length `most`?",
                "min(1, most / norm)", "max(1, norm / most)"),
    ],
    "adamw": [
        Mistake("no correction", "The running means begin at 0 and are too small at first.", MEANS,
                "m, v"),
        Mistake("only m corrected", "Both means begin at 0.", MEANS, "m / (1 - 0.9**t), v"),
        Mistake("steps counted from 0", "t is 1 in the first step.", MEANS,
                "m / (1 - 0.9**(t + 1)), v / (1 - 0.95**(t + 1))"),
        Mistake("corrected means returned", "The next step wants the means as they were before the "
                "correction.", "+ decay), m, v", "+ decay), mean, square"),
        Mistake("no root", "v is a mean of squares: its root has the size of a gradient.",
                "np.sqrt(square)", "square"),
        Mistake("eps under the root", "1e-8 is added to the root, not under it.",
                "(np.sqrt(square) + 1e-8)", "np.sqrt(square + 1e-8)"),
        Mistake("decay through the gradient", "Decoupled means: beside the step, not in g.",
                "    m = 0.9 * m + 0.1 * g\n",
                "    g = g + (weight_decay * w if w.ndim > 1 else 0)\n    weight_decay = 0\n"
                "    m = 0.9 * m + 0.1 * g\n"),
        Mistake("decay without the rate", "The decay is scaled by lr, too.",
                "return w - lr * (mean / (np.sqrt(square) + 1e-8) + decay)",
                "return w - lr * (mean / (np.sqrt(square) + 1e-8)) - decay"),
        Mistake("decay after the step", "The decay is that of w as it was before the step.",
                "    decay = weight_decay * w if w.ndim > 1 else 0\n",
                "    w = w - lr * mean / (np.sqrt(square) + 1e-8)\n    mean = 0\n"
                "    decay = weight_decay * w if w.ndim > 1 else 0\n"),
        Mistake("decay of vectors", "Arrays of one axis, biases and gains, do not decay.",
                "weight_decay * w if w.ndim > 1 else 0", "weight_decay * w"),
        Mistake("uphill", "w moves against its gradient.",
                "w - lr * (mean / (np.sqrt(square) + 1e-8) + decay)",
                "w + lr * (mean / (np.sqrt(square) + 1e-8) - decay)"),
    ],
    "joint_loss": [
        Mistake("the weight missing in the gradient", "If the loss is multiplied by weight, so is "
                "its gradient.", "weight * gradient(image_logits", "gradient(image_logits"),
        Mistake("the weight missing in the loss", "The loss of the images is multiplied by weight.",
                "weight * of_images", "of_images"),
        Mistake("the weight on the videos", "It is the images whose loss is weighted.",
                f"    return {ANSWER}",
                "    return weight * of_videos + of_images, weight * d_video, d_image / weight"),
        Mistake("one mean over both batches", "Each batch has a mean of its own; then they are "
                "added.", f"    return {ANSWER}",
                "    n, m = len(video_labels), len(image_labels)\n"
                "    loss = (n * of_videos + weight * m * of_images) / (n + m)\n"
                "    return loss, d_video * n / (n + m), d_image * m / (n + m)"),
        Mistake("the mean of both losses", "The losses are added, not averaged.", ANSWER,
                "(of_videos + weight * of_images) / 2, d_video / 2, d_image / 2"),
        Mistake("gradients not divided by the batch", "The loss is a mean over a batch: so is the "
                "slope of each of its logits divided.", " / len(labels)\n", "\n"),
        Mistake("target minus probability", "The logit of the right class must have a negative "
                "gradient, so that a step against it lifts it.",
                "(softmax(logits) - np.eye(logits.shape[1])[labels])",
                "(np.eye(logits.shape[1])[labels] - softmax(logits))"),
        Mistake("no target", "The right class is told apart by its target of 1.",
                "(softmax(logits) - np.eye(logits.shape[1])[labels])", "softmax(logits)"),
        Mistake("both gradients divided by the same batch",
                "Each gradient is divided by the size of "
                "its own batch.", "    d_image = weight * gradient(image_logits, image_labels)\n",
                "    d_image = weight * gradient(image_logits, image_labels)\n"
                "    d_image = d_image * len(image_labels) / len(video_labels)\n"),
    ],
    "reverse": [
        Mistake("the clips in reverse order", "Time is axis 1; axis 0 counts the clips.",
                "[:, ::-1]", "[::-1]"),
        Mistake("upside down", "Time is axis 1.", "[:, ::-1]", "[:, :, ::-1]"),
        Mistake("a mirror", "A mirror changes the frames; time is axis 1.", "[:, ::-1]",
                "[:, :, :, ::-1]"),
        Mistake("the verbs as before", "A thing that moves left moves right backwards.",
                "opposite[verbs]", "verbs"),
        Mistake("the verbs in reverse order",
                "Each clip keeps its place; its verb becomes another.",
                "opposite[verbs]", "verbs[::-1]"),
        Mistake("up and down forgotten", "What rises sinks backwards.", "[1, 0, 3, 2,",
                "[1, 0, 2, 3,"),
        Mistake("approach and recede forgotten", "What comes closer goes away backwards.", "5, 4,",
                "4, 5,"),
        Mistake("spin and still exchanged", "What spins spins backwards too, and what rests rests.",
                "6, 7]", "7, 6]"),
        Mistake("counted from the other end", "Look at the pairs: who is whose opposite?",
                "opposite[verbs]", "7 - verbs"),
        Mistake("the table indexed the wrong way", "The table is indexed with the verbs of the "
                "clips.", "opposite[verbs]", "verbs[opposite[:len(verbs)] % len(verbs)]"),
    ],
    "mixed_frames": [
        Mistake("one order for all clips", "Draw a new order for each clip.", MIXED,
                "clips[:, rng.permutation(clips.shape[1])]"),
        Mistake("frames drawn with repetition", "Each frame must be there exactly once.",
                "rng.permutation(len(clip))", "rng.integers(0, len(clip), len(clip))"),
        Mistake("the clips mixed, not their frames", "Time is axis 1; axis 0 counts the clips.",
                MIXED, "rng.permutation(clips)"),
        Mistake("every pixel mixed alone", "A frame stays whole: its pixels move together.", MIXED,
                "rng.permuted(clips, axis=1)"),
        Mistake("the given clips changed", "rng.shuffle works in place: work on a copy.",
                f"    return {MIXED}",
                "    for clip in clips:\n        rng.shuffle(clip)\n    return clips"),
        Mistake("another source of chance",
                "Draw from the rng that is passed in; then the same seed "
                "gives the same result.", "rng.permutation(len(clip))",
                "np.random.permutation(len(clip))"),
        Mistake("a generator made inside", "Draw from the rng that is passed in, so that another "
                "seed gives another order.", f"    return {MIXED}",
                f"    rng = np.random.default_rng(0)\n    return {MIXED}"),
        Mistake("frames backwards", "Backwards is an order, too: draw one at random.",
                "rng.permutation(len(clip))", "::-1"),
    ],
    "order_in_time": [
        Mistake("no root in the error", "The standard error is the root of p (1 - p) / n.", ERROR,
                "p * (1 - p) / len(right)"),
        Mistake("the error of a single clip", "The more clips, the smaller the error.", ERROR,
                "np.sqrt(p * (1 - p))"),
        Mistake("n - 1 in the error", "Divide by n: the formula is given.", ERROR,
                "np.sqrt(p * (1 - p) / (len(right) - 1))"),
        Mistake("n outside of the root", "n is under the root.", ERROR,
                "np.sqrt(p * (1 - p)) / len(right)"),
        Mistake("percent", "Shares go from 0 to 1.", "return p,", "return 100 * p,"),
        Mistake("counts", "A share is a count divided by the number of clips.", "return p,",
                "return p * len(right),"),
        Mistake("the smallest logit", "The answer is the class with the largest logit.", "argmax",
                "argmin"),
        Mistake("the share of wrong answers", "Count where the answer is right.",
                "argmax(-1) == right", "argmax(-1) != right"),
        Mistake("mapped by the clips as they are", "Mapped asks about the clips backwards.",
                "share(backwards, opposite)", "share(forwards, opposite)"),
        Mistake("unmapped and mapped exchanged", "Unmapped compares with the verbs of the clips as "
                "they are.",
                '"unmapped": share(backwards, verbs),\n'
                '            "mapped": share(backwards, opposite)}',
                '"unmapped": share(backwards, opposite),\n'
                '            "mapped": share(backwards, verbs)}'),
        Mistake("one clip's answer for all",
                "Each clip has its own row of logits: take the largest "
                "along the last axis.", "logits.argmax(-1)", "logits.argmax() % 8"),
    ],
}
