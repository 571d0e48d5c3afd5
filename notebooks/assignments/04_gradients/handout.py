# %% [markdown]
# # 4. Gradients by hand
#
# A model learns by its gradients: for each of its numbers, how much the loss grows when that number
# grows. Libraries find them by themselves. Here you write them, for every kind of layer that
# TubeViT has, and you build the judge that tells right gradients from wrong ones.
#
# **You will be able to**
#
# - check any gradient by central differences, and say what such a check cannot see;
# - take a linear layer, softmax, layer norm and attention backwards;
# - say what the gradient of a tube's kernel is: a sum over every place where the tube lies;
# - recognize the usual mistakes by what they do to the numbers.
#
# Two hours. You need NumPy and the chain rule. Everything is float64. We write `d_y` for the
# gradient of the loss by `y`; it has the shape of `y`. Letters: `B` clips, `N` tokens, `D`
# channels, `A` heads of `E` channels each.
#
# **How it works.** As in the assignments before: write your code where it says `YOUR CODE HERE`,
# run that cell, then the one below it, and read what it says. When you hand in, cases that you
# cannot see are tried as well; they are worth half of the points. Of cells that you add, imports,
# functions and plain constants count.
#
# **To read**
#
# - Before: lesson 6 of this project, *Gradients by hand, checked*. Have it beside you.
# - A. Baydin and others, *Automatic differentiation in machine learning: a survey*, JMLR 2018,
#   sections 2 and 3: what libraries do, and how it differs from differences.
# - J. Ba, J. Kiros, G. Hinton, *Layer normalization*, 2016, sections 3 and 5.1.
# - Afterwards: `tubevit_np/model/backward.py`, the same functions as this project has them.

# %% nbgrader={"schema_version": 3, "grade_id": "given_start", "grade": false, "solution": false, "locked": true, "task": false}
import numpy as np
from course import check

# %% [markdown] course={"exercise": "differences", "minutes": 12, "difficulty": 2}
# ## 4.1 The judge
#
# Write `differences(f, x, h)`, the gradient of a function `f` at an array `x` by *central
# differences*: for each number of `x`, the value of `f` with this number `h` larger, less that with
# it `h` smaller, divided by how far apart the two are. `f` takes an array of the shape of `x` and
# returns one number. `x` must be afterwards what it was before.
#
# <details><summary>Hint</summary>
#
# `np.ndindex(x.shape)` goes through all places of an array, however many axes it has. `x.copy()` is
# an array of its own.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "differences", "grade": false, "solution": true, "locked": false, "task": false}
def differences(f, x, h):
    """The slope of f by every number of x, (f(x + h) - f(x - h)) / 2h: an array of x's shape."""
    ### BEGIN SOLUTION
    slopes = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        there, back = x.copy(), x.copy()
        there[place] += h
        back[place] -= h
        slopes[place] = (f(there) - f(back)) / (2 * h)
    return slopes
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_differences", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("differences")

# %% [markdown] tags=["solution"]
# Two copies for each number are wasteful and safe. Who moves a number of `x` itself must put it
# back, and `x[place] + h - h` is not always `x[place]` again. The error of a one-sided difference
# shrinks like `h`, that of a central one like `h` squared, because the bend of the curve cancels.

# %% [markdown]
# Now you can check yourself: in each exercise below, compare what you wrote with `differences`
# before you run the cell with `check`. For a function with array results, take the sum of result
# times `d_y` as the loss: its gradient by the input is what the backward function must return. A
# sketch:
#
# ```python
# rng = np.random.default_rng(0)
# x, w, d_y = rng.standard_normal((5, 3)), rng.standard_normal((3, 4)), rng.standard_normal((5, 4))
# slopes = differences(lambda w: (d_y * (x @ w)).sum(), w, 1e-5)
# print(np.abs(slopes - linear_backward(d_y, x, w)[1]["w"]).max())
# ```

# %% [markdown] course={"exercise": "linear_backward", "minutes": 12, "difficulty": 2}
# ## 4.2 A linear layer
#
# `y = x @ w + b`, with `x (..., in)`, `w (in, out)`, `b (out,)`: one axis of examples, or several,
# as for the tokens of many clips, `(B, N, in)`. The same `w` and `b` serve all of them. Write
# `linear_backward(d_y, x, w)`, which returns `d_x` and `{"w": d_w, "b": d_b}`.
#
# <details><summary>Hint</summary>
#
# Look at the shapes: only one product of `x` and `d_y` has the shape of `w`. What is summed over
# when `x` has three axes? `x.reshape(-1, x.shape[-1])` lays all examples below each other.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "linear_backward", "grade": false, "solution": true, "locked": false, "task": false}
def linear_backward(d_y, x, w):
    """d_x, {"w": d_w, "b": d_b} of y = x @ w + b;  d_y (..., out), x (..., in), w (in, out)."""
    ### BEGIN SOLUTION
    rows, d_rows = x.reshape(-1, x.shape[-1]), d_y.reshape(-1, d_y.shape[-1])
    return d_y @ w.T, {"w": rows.T @ d_rows, "b": d_rows.sum(0)}
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_linear_backward", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("linear_backward")

# %% [markdown] tags=["solution"]
# `w[i, j]` touches output `j` of every example with the slope `x[n, i]`, so its gradient collects
# `x[n, i] * d_y[n, j]` over all examples: `x.T @ d_y`. The bias touches them all with the slope 1.
# It is a sum and no mean: if the loss is a mean, the division is in `d_y` already.

# %% [markdown] course={"exercise": "softmax_backward", "minutes": 15, "difficulty": 3}
# ## 4.3 Softmax
#
# `y = softmax(x)` over the last axis. Write `softmax_backward(d_y, y)`, which returns `d_x`. Note
# that it is given the result `y`, not `x`: no more is needed.
#
# <details><summary>Hint</summary>
#
# The slope of `y[n]` by `x[m]` is `y[n] * ((n == m) - y[m])`. Multiply by `d_y[n]`, add over `n`,
# and see what can be taken out of the sum.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "softmax_backward", "grade": false, "solution": true, "locked": false, "task": false}
def softmax_backward(d_y, y):
    """d_x of y = softmax(x) over the last axis."""
    ### BEGIN SOLUTION
    average = (y * d_y).sum(-1, keepdims=True)
    return y * (d_y - average)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_softmax_backward", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("softmax_backward")

# %% [markdown] tags=["solution"]
# Of the sum over `n`, the part with `n == m` gives `y[m] * d_y[m]`, the other part `- y[m] * sum(y
# * d_y)`. So what is better than the average, weighted by `y`, gains, and what is worse loses. Each
# row of `d_x` sums to 0, since softmax does not change when all of `x` grows alike.

# %% [markdown] course={"exercise": "layer_norm_backward", "minutes": 25, "difficulty": 4}
# ## 4.4 Layer norm
#
# `y = g * n + b`, where `n = (x - mean) / sqrt(variance + eps)`, mean and variance (of `D` numbers,
# divided by `D`) over the last axis. Write `layer_norm_backward(d_y, x, g, eps)`, which returns
# `d_x` and `{"g": d_g, "b": d_b}`. `x` is `(..., D)`, `g` and `b` are `(D,)`.
#
# Mind that one number of `x` moves its token's mean and variance too. There is a short way to say
# what this takes away: of the gradient by `n`, the part along the vector of ones goes (the mean
# removes it) and the part along `n` goes (the variance removes it). What is left is divided by the
# spread.
#
# <details><summary>Hint</summary>
#
# The part of a vector `v` along a vector `a` is `a * (v * a).sum() / (a * a).sum()`. For the vector
# of ones this is `v.mean()`. For `n`, `(n * n).sum()` is `D`, nearly: take it as `D`, and the
# formula is exact with `eps` too. Which gradient comes to `n`, if `y = g * n + b`?
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "layer_norm_backward", "grade": false, "solution": true, "locked": false, "task": false}
def layer_norm_backward(d_y, x, g, eps):
    """d_x, {"g": d_g, "b": d_b} of layer norm;  d_y and x (..., D), g (D,)."""
    ### BEGIN SOLUTION
    centered = x - x.mean(-1, keepdims=True)
    inverse = 1 / np.sqrt((centered**2).mean(-1, keepdims=True) + eps)
    n, d_n = centered * inverse, d_y * g
    by_mean = d_n.mean(-1, keepdims=True)
    by_variance = n * (d_n * n).mean(-1, keepdims=True)
    axes = tuple(range(x.ndim - 1))
    d_x = inverse * (d_n - by_mean - by_variance)
    return d_x, {"g": (d_y * n).sum(axes), "b": d_y.sum(axes)}
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_layer_norm_backward", "grade": true, "solution": false, "locked": true, "task": false, "points": 5}
check("layer_norm_backward")

# %% [markdown] tags=["solution"]
# Write `s` for `sqrt(variance + eps)`. Moving `x[j]` by a little moves `n[i]` by `(i == j) / s`
# directly, by `-1 / (D s)` through the mean, and by `-n[i] n[j] / (D s)` through the variance (its
# slope by `x[j]` is `2 centered[j] / D`, and that of `1 / s` by the variance is `-1 / (2 s**3)`).
# Multiply by `d_n[i]`, add over `i`: the three terms. `eps` sits in `s` alone, so nothing is
# approximate.

# %% [markdown] course={"exercise": "attention_backward", "minutes": 20, "difficulty": 4}
# ## 4.5 Attention
#
# `weights = softmax(q @ k.T / sqrt(E))` and `y = weights @ v`, for every clip and head at once: `q
# (B, A, Q, E)`, `k` and `v (B, A, N, E)`, `weights (B, A, Q, N)`, `y (B, A, Q, E)`. There may be
# another number of queries `Q` than of tokens `N`: in the pooling at TubeViT's end it is 1. Write
# `attention_backward(d_y, q, k, v, weights)`, which returns `d_q, d_k, d_v`. Softmax has its
# gradient given again, so that a slip in 4.3 costs nothing here.
#
# <details><summary>Hint</summary>
#
# Go back in three steps: through the product with `v`, through softmax, through the scaled product
# of `q` and `k`. For arrays of four axes `.T` would reverse all axes; `.swapaxes(-1, -2)` exchanges
# the last two.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "given_softmax_gradient", "grade": false, "solution": false, "locked": true, "task": false}
def softmax_gradient(d_y, y):
    """As softmax_backward should be, by a matrix of all slopes: slow and plain."""
    slopes = y[..., None] * (np.eye(y.shape[-1]) - y[..., None, :])
    return np.einsum("...n,...nm->...m", d_y, slopes)

# %% nbgrader={"schema_version": 3, "grade_id": "attention_backward", "grade": false, "solution": true, "locked": false, "task": false}
def attention_backward(d_y, q, k, v, weights):
    """d_q, d_k, d_v;  d_y and q (B, A, Q, E), k and v (B, A, N, E), weights (B, A, Q, N)."""
    ### BEGIN SOLUTION
    d_weights = d_y @ v.swapaxes(-1, -2)
    d_v = weights.swapaxes(-1, -2) @ d_y
    d_scores = softmax_gradient(d_weights, weights) / np.sqrt(q.shape[-1])
    return d_scores @ k, d_scores.swapaxes(-1, -2) @ q, d_v
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_attention_backward", "grade": true, "solution": false, "locked": true, "task": false, "points": 4}
check("attention_backward")

# %% [markdown] tags=["solution"]
# A product `a @ b` goes back as in 4.2: `d_a = d @ b.T`, `d_b = a.T @ d`. It is there twice, with
# softmax in between, and the factor `1 / sqrt(E)` of the scores is a factor of their gradient.

# %% [markdown] course={"exercise": "tube_tokens_backward", "minutes": 20, "difficulty": 4}
# ## 4.6 The kernel of a tube
#
# A tube of size `kernel` lies at every place `offset + i * stride` where it fits into the video
# (all three are tuples for t, h, w). Its token there is the sum of voxels times the weights `w (kt,
# kh, kw, C, D)`, plus `b (D,)`. Tokens come in order: t slowest, w fastest. Write
# `tube_tokens_backward(d_tokens, video, kernel, stride, offset)`, which returns `{"w": d_w, "b":
# d_b}`; `d_tokens` is `(B, N, D)`, `video` is `(B, T, H, W, C)`. There is no `d_video`: pixels are
# not learned. A loop over the tokens is fine.
#
# <details><summary>Hint</summary>
#
# The tube fits `(length - offset - kernel) // stride + 1` times on an axis. `np.ndindex(nt, nh,
# nw)` counts with the last axis fastest. At one place it is a linear layer: the window has the role
# of `x`, and the same `w` serves all places and clips. `np.einsum("bijkc,bd->ijkcd", window,
# d_token)` adds over clips.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "tube_tokens_backward", "grade": false, "solution": true, "locked": false, "task": false}
def tube_tokens_backward(d_tokens, video, kernel, stride, offset):
    """{"w": (kt, kh, kw, C, D), "b": (D,)};  d_tokens (B, N, D), video (B, T, H, W, C)."""
    ### BEGIN SOLUTION
    counts = [(length - o - k) // s + 1
              for length, o, k, s in zip(video.shape[1:4], offset, kernel, stride)]
    d_w = np.zeros((*kernel, video.shape[-1], d_tokens.shape[-1]))
    for n, place in enumerate(np.ndindex(*counts)):
        t, h, w = (o + i * s for o, i, s in zip(offset, place, stride))
        window = video[:, t:t + kernel[0], h:h + kernel[1], w:w + kernel[2]]
        d_w += np.einsum("bijkc,bd->ijkcd", window, d_tokens[:, n])
    return {"w": d_w, "b": d_tokens.sum((0, 1))}
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_tube_tokens_backward", "grade": true, "solution": false, "locked": true, "task": false, "points": 4}
check("tube_tokens_backward")

# %% [markdown] tags=["solution"]
# A kernel's gradient is a mean picture: each window of the video, weighted by how much its token
# should change. This is why kernels begin to look like what moves in the clips. The windows of all
# places at once, as rows of a matrix, would make it a single product; that is how the project does
# it.

# %% [markdown] course={"exercise": "blind_check", "minutes": 9, "difficulty": 3}
# ## 4.7 What a check cannot see
#
# A friend checks the whole model at one random input, in float32 with `h = 1e-5`. All differences
# agree with the gradients to two digits, some only to one. The friend is content. Give two reasons
# not to be, and say what you would do instead. Then name a mistake in a backward function that
# would pass even a good check at an unlucky input, and how to choose inputs against it. (About 120
# words.)

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "blind_check", "grade": true, "solution": true, "locked": false, "task": false, "points": 4}
# First, in float32 a loss has seven digits. The two losses differ by about the slope times 2e-5, so
# nearly all digits cancel, and what is left is rounding: one or two digits tell little, and a small
# mistake such as a forgotten eps hides in it. I would check in float64 with `h` near 1e-5, where
# about ten digits agree, and demand at least seven. Second, one check of everything together does
# not say where an error sits; I would check each layer alone.
#
# An unlucky input: with `g = 1` and `b = 0`, as they are at the start, a forgotten gain in layer
# norm changes nothing, and with square matrices a forgotten transpose raises no error. So all
# parameters are drawn at random, and all sizes differ.

# %% [markdown] tags=["rubric"]
# **blind_check**, 4 points. Look for: (1) rounding in float32 and what to do, (2) a tolerance that
# can fail, or layer by layer, (3) a real mistake that a special input hides, (4) inputs chosen
# against it.
#
# - *4 points.* "In float32 the difference of two losses has lost almost all its digits, so two
#   digits of agreement prove nothing: use float64, h about 1e-5, and ask for 1e-7. Check layers one
#   at a time, to find the place. If every gain is 1, forgetting to multiply by g is right by
#   chance, so draw gains at random."
# - *2 points.* "float32 is not precise enough, use float64. Also test with several random inputs."
#   True, but neither says why digits are lost nor names a mistake that hides; more random inputs of
#   the same kind would not show it.
# - *0 points.* "Two digits are enough because training is noisy anyway." Noise has no direction on
#   average; a wrong gradient has one.

# %% [markdown] course={"exercise": "first_step", "minutes": 5, "difficulty": 2}
# ## 4.8 Sum or mean
#
# In 4.2 a student divides `d_w` by the number of rows and argues: "The loss is a mean over the
# batch, so gradients must be means too." The whole network, trained by plain gradient descent,
# still learns. Why is it wrong all the same, where does the division belong, and why would AdamW
# hide the mistake? (About 80 words.)

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "first_step", "grade": true, "solution": true, "locked": false, "task": false, "points": 3}
# The mean over the batch is part of the loss. Its division by `B` happens once, in the gradient of
# the loss by the logits, and all that follows is multiplied by it. Dividing again in each layer
# makes the gradients of each linear layer too small by a factor of its own (the rows are clips
# times tokens), so the direction of the whole gradient is wrong, not only its length. AdamW divides
# by the running size of each gradient, so a constant factor cancels, and training looks right.

# %% [markdown] tags=["rubric"]
# **first_step**, 3 points: one for where the division belongs, one for the wrong direction (parts
# scaled differently), one for AdamW.
#
# - *3 points.* "The 1/B sits in d_logits and is passed on. A second division scales w but not d_x,
#   so layers no longer agree with each other. AdamW normalizes by sqrt(v), which contains the same
#   factor, so it cancels."
# - *1 point.* "It is divided twice, so the steps are too small; a larger learning rate repairs it."
#   It repairs one layer, not all.
# - *0 points.* "Sum and mean are the same up to the learning rate, so it is not wrong."

# %% [markdown]
# ## How to go on
#
# Assignment 5 trains with such gradients. If you have time left: write `gelu_backward`, check it
# with `differences`, and put a whole block together.
