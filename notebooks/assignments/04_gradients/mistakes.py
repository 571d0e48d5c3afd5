"""Assignment 4: answers that are wrong in ways that are likely, and what to tell who gives them."""

from notebooks.assignments.build.exercises import Mistake

COPIES = "there, back = x.copy(), x.copy()"
MOVES = "        there[place] += h\n        back[place] -= h\n"
ROWS = "x.reshape(-1, x.shape[-1]), d_y.reshape(-1, d_y.shape[-1])"
AVERAGE = "(y * d_y).sum(-1, keepdims=True)"
MEAN_PART = "    by_mean = d_n.mean(-1, keepdims=True)\n"
BOTH_GRADIENTS = '{"g": (d_y * n).sum(axes), "b": d_y.sum(axes)}'

MISTAKES = {
    "differences": [
        Mistake("a one-sided difference", "Go to both sides of x: what bends on one side cancels "
                "what bends on the other.", "(f(there) - f(back)) / (2 * h)",
                "(f(there) - f(x)) / h"),
        Mistake("divided by h alone", "How far are the two places apart?", "/ (2 * h)", "/ h"),
        Mistake("not divided", "A slope is a difference of f for each unit of x.", " / (2 * h)",
                ""),
        Mistake("back minus there", "A slope is positive where f grows.", "f(there) - f(back)",
                "f(back) - f(there)"),
        Mistake("all numbers moved at once", "Each slope is that of one number; the others stay.",
                MOVES, "        there += h\n        back -= h\n"),
        Mistake("x moved back only to where it was",
                "The second place lies on the other side of x, "
                "and x must be afterwards what it was before.", f"{COPIES}\n{MOVES}",
                "there = back = x.copy()\n        there = x.copy()\n        there[place] += h\n"),
        Mistake("x is not copied",
                "Two names of one array are one array: what you do to one happens "
                "to the other.", COPIES, "there, back = x, x"),
        Mistake("moves add up", "After each number x must be what it was before, or the next slope "
                "is taken somewhere else.", f"{COPIES}\n{MOVES}",
                "there = x.copy()\n        there[place] += h\n        x[place] -= h\n"
                "        back = x\n"),
        Mistake("rounded to float32", "In float32 the two values of f agree in nearly all of their "
                "seven digits.", COPIES,
                "there, back = x.astype(np.float32), x.astype(np.float32)"),
    ],
    "linear_backward": [
        Mistake("means instead of sums", "All examples share w and b: their shares add up. A mean, "
                "if there is one, belongs to the loss and is in d_y already.",
                '"w": rows.T @ d_rows, "b": d_rows.sum(0)',
                '"w": rows.T @ d_rows / len(rows), "b": d_rows.mean(0)'),
        Mistake("a mean for the bias", "The bias is added to every example: its gradient adds them "
                "up.", "d_rows.sum(0)", "d_rows.mean(0)"),
        Mistake("the bias summed over channels", "Each output channel has a bias of its own: which "
                "axis goes?", "d_rows.sum(0)", "d_rows.sum(1)"),
        Mistake("the bias ignores d_y", "Its slope is 1, but that is still multiplied by d_y.",
                "d_rows.sum(0)", "np.full(w.shape[1], float(len(rows)))"),
        Mistake("d_w transposed", "d_w has the shape of w: (in, out).", "rows.T @ d_rows",
                "d_rows.T @ rows"),
        Mistake("w is not transposed", "w leads from in to out; the gradient goes from out to in.",
                "w.T", "w"),
        Mistake("only two axes", "x may have more axes than one of examples, as (B, N, in).", ROWS,
                "x, d_y"),
        Mistake("only the first clip", "All clips share w and b.", ROWS,
                "x.reshape(-1, *x.shape[-2:])[0], d_y.reshape(-1, *d_y.shape[-2:])[0]"),
    ],
    "softmax_backward": [
        Mistake("only the slope of each weight by its own score", "Raising one score lowers all "
                "other weights.", "y * (d_y - average)", "y * (1 - y) * d_y"),
        Mistake("nothing taken off", "The weights of a row always sum to 1: what must the sum of "
                "each row of d_x be?", "y * (d_y - average)", "y * d_y"),
        Mistake("a plain mean", "The average is weighted: what counts much in y counts much in it.",
                AVERAGE, "d_y.mean(-1, keepdims=True)"),
        Mistake("the sum of d_y without weights", "Each d_y[n] comes with y[n] in the sum.",
                AVERAGE, "d_y.sum(-1, keepdims=True)"),
        Mistake("a sum over the rows", "Softmax went over the last axis, so does its average.",
                AVERAGE, "(y * d_y).sum(-2, keepdims=True)"),
        Mistake("a sum over everything", "Each row is a softmax of its own.", AVERAGE,
                "(y * d_y).sum()"),
        Mistake("not multiplied by y", "A weight near 0 hardly moves when its score does.",
                "y * (d_y - average)", "d_y - average"),
        Mistake("the sign",
                "A score whose weight does the loss good must have a negative gradient, "
                "as its d_y.", "(d_y - average)", "(average - d_y)"),
        Mistake("the average weighted twice", "y stands once before the bracket and once in the "
                "average.", AVERAGE, "(y * y * d_y).sum(-1, keepdims=True)"),
    ],
    "layer_norm_backward": [
        Mistake("mean and spread held fixed",
                "A number of x moves the mean and the variance of its "
                "token, and so all of its n.", "(d_n - by_mean - by_variance)", "d_n"),
        Mistake("the spread held fixed", "The variance moves too: the part along n must go.",
                " - by_variance)", ")"),
        Mistake("the mean held fixed", "The mean moves too: the part along the ones must go.",
                " - by_mean", ""),
        Mistake("the gain left out", "y = g * n + b: what comes to n is not d_y itself.", "d_y * g",
                "d_y"),
        Mistake("the gain at the end", "The gain is the last thing forward, so the first backward: "
                "it is in what you project.", MEAN_PART,
                "    d_n, inverse = d_y, inverse * g\n" + MEAN_PART),
        Mistake("eps left out", "Where a token hardly varies, eps counts.", " + eps)", ")"),
        Mistake("eps outside of the root", "eps is added to the variance, under the root.",
                "np.sqrt((centered**2).mean(-1, keepdims=True) + eps)",
                "(np.sqrt((centered**2).mean(-1, keepdims=True)) + eps)"),
        Mistake("variance divided by D - 1", "The variance here is the mean of the squares, over D "
                "numbers.", "(centered**2).mean(-1, keepdims=True)",
                "x.var(-1, ddof=1, keepdims=True)"),
        Mistake("d_g from x", "y = g * n + b: what stands beside g?", "(d_y * n).sum(axes)",
                "(d_y * x).sum(axes)"),
        Mistake("means for g and b", "All tokens share g and b: their shares add up.",
                BOTH_GRADIENTS, '{"g": (d_y * n).mean(axes), "b": d_y.mean(axes)}'),
        Mistake("only two axes", "There may be more axes than one of tokens.",
                "tuple(range(x.ndim - 1))", "0"),
    ],
    "attention_backward": [
        Mistake("the scale left out", "The scores were divided by sqrt(E): so is their gradient.",
                " / np.sqrt(q.shape[-1])", ""),
        Mistake("divided by E", "It is the root of E, as on the way forward.",
                "np.sqrt(q.shape[-1])", "q.shape[-1]"),
        Mistake("the scale of all heads together",
                "E is the width of one head, the last axis of q.",
                "np.sqrt(q.shape[-1])", "np.sqrt(q.shape[1] * q.shape[-1])"),
        Mistake("softmax skipped", "Between the weights and the scores lies softmax.",
                "softmax_gradient(d_weights, weights)", "d_weights"),
        Mistake("d_k without a transpose", "Row n of d_k collects over all queries: sum over which "
                "axis of d_scores?", "d_scores.swapaxes(-1, -2) @ q", "d_scores @ q"),
        Mistake("d_v without a transpose", "Row n of d_v collects over all queries: sum over which "
                "axis of the weights?", "weights.swapaxes(-1, -2) @ d_y", "weights @ d_y"),
        Mistake("v without a transpose", "d_weights has queries in its rows and tokens in its "
                "columns.", "d_y @ v.swapaxes(-1, -2)", "d_y @ v"),
        Mistake("d_v from the scores", "v was multiplied by the weights, after softmax.",
                "    return d_scores @ k, d_scores.swapaxes(-1, -2) @ q, d_v",
                "    d_v = d_scores.swapaxes(-1, -2) @ d_y\n"
                "    return d_scores @ k, d_scores.swapaxes(-1, -2) @ q, d_v"),
        Mistake("q and k exchanged", "Each score is a product of a query and a key: by the one the "
                "slope is the other.", "d_scores @ k, d_scores.swapaxes(-1, -2) @ q",
                "d_scores @ q, d_scores.swapaxes(-1, -2) @ k"),
        Mistake("returned in another order", "d_q comes first, then d_k, then d_v.",
                "return d_scores @ k, d_scores.swapaxes(-1, -2) @ q, d_v",
                "return d_scores.swapaxes(-1, -2) @ q, d_scores @ k, d_v"),
    ],
    "tube_tokens_backward": [
        Mistake("the offset is ignored", "Where does the first tube lie?", "(o + i * s for",
                "(i * s for"),
        Mistake("the stride is ignored", "How far is it from one tube to the next?",
                "(o + i * s for", "(o + i for"),
        Mistake("one box too few on each axis", "After the first box, each further one takes a "
                "stride.", "// s + 1", "// s"),
        Mistake("only the last token counts", "The same kernel serves all places: their shares add "
                "up.", "d_w += ", "d_w = "),
        Mistake("only the first clip counts", "The same kernel serves all clips.",
                '"bijkc,bd->ijkcd", window, d_tokens[:, n]',
                '"ijkc,d->ijkcd", window[0], d_tokens[0, n]'),
        Mistake("a mean over the clips", "A mean, if there is one, belongs to the loss and is in "
                "d_tokens already.", '{"w": d_w,', '{"w": d_w / len(video),'),
        Mistake("a bias for each token", "All tokens of a tube share one bias of D numbers.",
                "d_tokens.sum((0, 1))", "d_tokens.sum(0)"),
        Mistake("a bias for each clip", "All clips share one bias of D numbers.",
                "d_tokens.sum((0, 1))", "d_tokens.sum(1)"),
        Mistake("t counted fastest", "Tokens come with t slowest and w fastest.",
                "enumerate(np.ndindex(*counts))",
                "enumerate(place[::-1] for place in np.ndindex(*counts[::-1]))"),
        Mistake("h counted fastest", "Tokens come with t slowest and w fastest.",
                "enumerate(np.ndindex(*counts))",
                "enumerate((t, h, w) for t, w, h in np.ndindex(counts[0], counts[2], counts[1]))"),
        Mistake("the kernel turned round", "Nothing is flipped: weight i lies on voxel i of the "
                "window.", '{"w": d_w,', '{"w": d_w[::-1, ::-1, ::-1],'),
    ],
}
