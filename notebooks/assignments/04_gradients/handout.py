# %% [markdown]
# # 4. Gradients by hand
#
# A model learns by its gradients. For each parameter, the gradient says how fast the loss grows
# when this parameter grows. Libraries compute gradients automatically. In this assignment you write
# them by hand, for every kind of layer in TubeViT, and you build the check that separates correct
# gradients from wrong ones.
#
# **You will be able to**
#
# - check any gradient by central differences, and say which errors such a check cannot detect;
# - write the backward pass of a linear layer, softmax, layer norm and attention;
# - explain why the gradient of a kernel is a sum over all boxes of its tube;
# - recognize the usual mistakes by their effect on the numbers.
#
# Time: two hours. You need NumPy and the chain rule. All arrays are float64. We write `d_y` for the
# gradient of the loss with respect to `y`. It has the same shape as `y`. Letters: `B` clips, `N`
# tokens, `D` channels, `A` attention heads with `E` channels each.
#
# **How it works.** As in the assignments before: write your code where it says `YOUR CODE HERE`,
# run that cell, then run the cell below it and read its output. When you submit, the grader also
# tries cases that you cannot see. They are worth half of the points. In cells that you add, the
# grader runs only imports, functions and plain constants.
#
# **To read**
#
# - Before you start: lesson 6 of this project, *Gradients by hand, checked*. Keep it open while you
#   work.
# - A. Baydin and others, *Automatic differentiation in machine learning: a survey*, JMLR 2018,
#   sections 2 and 3: how libraries compute gradients, and why this is not the same as differences.
# - J. Ba, J. Kiros, G. Hinton, *Layer normalization*, 2016, sections 3 and 5.1.
# - When you have finished: `tubevit_np/model/backward.py`, the same functions in this project.

# %% nbgrader={"schema_version": 3, "grade_id": "given_start", "grade": false, "solution": false, "locked": true, "task": false}
import numpy as np
from course import check

# %% [markdown] course={"exercise": "differences", "minutes": 12, "difficulty": 2}
# ## 4.1 The gradient check
#
# Write `differences(f, x, h)`. It returns the gradient of a function `f` at an array `x`, computed
# by *central differences*. For each number of `x`: take the value of `f` with this number increased
# by `h`, subtract the value of `f` with this number decreased by `h`, and divide by the distance
# between the two points. `f` takes an array of the shape of `x` and returns one number. `x` must be
# the same after the call as before.
#
# <details><summary>Hint</summary>
#
# `np.ndindex(x.shape)` goes through all indices of an array with any number of axes. `x.copy()` is
# a separate array.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "differences", "grade": false, "solution": true, "locked": false, "task": false}
def differences(f, x, h):
    """Slopes (f(x + h) - f(x - h)) / 2h, one for each number of x: an array of x's shape."""
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
# Two copies for each number are wasteful but safe. If you change a number in `x` itself, you must
# restore it from a saved value: because of rounding, `x[place] + h - h` is not always equal to
# `x[place]`. The error of a one-sided difference shrinks like $h$. The error of a central
# difference shrinks like $h^2$, because the curvature cancels.

# %% [markdown]
# Now you can check your own code. In each exercise below, compare your function with `differences`
# before you run the cell with `check`. If a function returns an array, multiply its result by `d_y`
# and use the sum as the loss. The gradient of this loss with respect to the input is what the
# backward function must return. For example:
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
# `y = x @ w + b`, with `x (..., in)`, `w (in, out)`, `b (out,)`. `x` may have more than one axis of
# examples: `(B, N, in)`, for instance, for the tokens of several clips. All examples share the same
# `w` and `b`. Write `linear_backward(d_y, x, w)`, which returns `d_x` and `{"w": d_w, "b": d_b}`.
#
# <details><summary>Hint</summary>
#
# Look at the shapes: only one product of `x` and `d_y` has the shape of `w`. Which axes are summed
# when `x` has three axes? `x.reshape(-1, x.shape[-1])` puts all examples into the rows of one
# matrix.
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
# In example `n`, the slope of output `j` with respect to `w[i, j]` is `x[n, i]`. So the gradient of
# `w[i, j]` is the sum of `x[n, i] * d_y[n, j]` over all examples, and the gradient of `w` is
# `x.T @ d_y`. The slope of an output with respect to its bias is 1 in every example. The gradient
# is a sum, not a mean: if the loss is a mean, `d_y` already contains the division.

# %% [markdown] course={"exercise": "softmax_backward", "minutes": 15, "difficulty": 3}
# ## 4.3 Softmax
#
# `y = softmax(x)` over the last axis. Write `softmax_backward(d_y, y)`, which returns `d_x`. It
# gets the result `y`, not `x`, because `y` is enough.
#
# <details><summary>Hint</summary>
#
# The slope of $y_n$ with respect to $x_m$ is $y_n (\delta_{nm} - y_m)$, where $\delta_{nm}$ is 1 if
# $n = m$, else 0. Multiply by `d_y[n]`, add over $n$, and see what can be taken out of the sum.
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
# In the sum over $n$, the terms with $\delta_{nm}$ give `y[m] * d_y[m]`. The other terms give
# `- y[m] * sum(y * d_y)`. So a score gets a positive gradient if its `d_y` is above the mean of
# `d_y` weighted by `y`, and a negative gradient if it is below. Each row of `d_x` sums to 0, since
# softmax does not change when all scores grow by the same amount.

# %% [markdown] course={"exercise": "layer_norm_backward", "minutes": 25, "difficulty": 4}
# ## 4.4 Layer norm
#
# The forward pass over the last axis, with $D$ numbers per token, is
#
# $$y = g \, n + b, \qquad n = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}$$
#
# with the mean $\mu$ and the variance $\sigma^2$ (the sum of squared differences is divided by
# $D$). Write `layer_norm_backward(d_y, x, g, eps)`, which returns `d_x` and `{"g": d_g, "b": d_b}`.
# `x` is `(..., D)`, `g` and `b` are `(D,)`.
#
# If one number of `x` changes, the mean and the variance of its token change too, and so do all
# numbers of $n$. A short rule contains all these effects. Take the gradient with respect to $n$.
# Remove its part along the vector of ones (the effect of the mean), and remove its part along $n$
# (the effect of the variance). Divide the rest by the spread $\sqrt{\sigma^2 + \varepsilon}$.
#
# <details><summary>Hint</summary>
#
# The part of a vector `v` along a vector `a` is `a * (v * a).sum() / (a * a).sum()`. For the vector
# of ones, every number of this part is `v.mean()`. For `n`, `(n * n).sum()` is nearly `D`. Use `D`
# in place of this sum: then the formula is exact, even with `eps`. Which gradient does `n` receive,
# if `y = g * n + b`?
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
# Write $s$ for $\sqrt{\sigma^2 + \varepsilon}$. A small change of $x_j$ changes $n_i$ in three
# ways: by $\delta_{ij} / s$ directly, by $-1 / (D s)$ through the mean, and by $-n_i n_j / (D s)$
# through the variance. (The slope of the variance with respect to $x_j$ is $2 (x_j - \mu) / D$, and
# the slope of $1 / s$ with respect to the variance is $-1 / (2 s^3)$.) Multiply by `d_n[i]` and add
# over $i$: this gives the three terms. $\varepsilon$ occurs only in $s$, so nothing is approximate.

# %% [markdown] course={"exercise": "attention_backward", "minutes": 20, "difficulty": 4}
# ## 4.5 Attention
#
# `weights = softmax(q @ k.T / sqrt(E))` and `y = weights @ v`, for all clips and attention heads at
# once: `q (B, A, Q, E)`, `k` and `v (B, A, N, E)`, `weights (B, A, Q, N)`, `y (B, A, Q, E)`. The
# number of queries `Q` may differ from the number of tokens `N`: the pooling at the end of TubeViT
# has one query. Write `attention_backward(d_y, q, k, v, weights)`, which returns `d_q, d_k, d_v`.
# The gradient of softmax is given below, so that a mistake in 4.3 costs nothing here.
#
# <details><summary>Hint</summary>
#
# Go back in three steps: through the product with `v`, through softmax, through the scaled product
# of `q` and `k`. For arrays with four axes, `.T` would reverse all axes. `.swapaxes(-1, -2)` swaps
# only the last two.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "given_softmax_gradient", "grade": false, "solution": false, "locked": true, "task": false}
def softmax_gradient(d_y, y):
    """The same d_x as in 4.3, computed with a matrix of all slopes: slow but simple."""
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
# If `d` is the gradient of a product `a @ b`, then `d_a = d @ b.T` and `d_b = a.T @ d`, as in 4.2.
# Attention contains two such products with softmax between them. The scores have the factor
# $1 / \sqrt{E}$, so the gradients of `q` and `k` have it too.

# %% [markdown] course={"exercise": "tube_tokens_backward", "minutes": 20, "difficulty": 4}
# ## 4.6 The kernel of a tube
#
# The boxes of a tube are here called windows. On each axis, window `i` begins at
# `offset + i * stride`, as long as it fits into the video. `kernel`, `stride` and `offset` are
# tuples for t, h, w. The token of a window is the sum of its voxels times the weights
# `w (kt, kh, kw, C, D)`, plus `b (D,)`. In the order of the tokens, t changes slowest and w
# fastest. Write `tube_tokens_backward(d_tokens, video, kernel, stride, offset)`, which returns
# `{"w": d_w, "b": d_b}`. `d_tokens` is `(B, N, D)`, `video` is `(B, T, H, W, C)`. There is no
# `d_video`, since pixels are not learned. A loop over the tokens is fine.
#
# <details><summary>Hint</summary>
#
# An axis has `(length - offset - kernel) // stride + 1` windows. `np.ndindex(nt, nh, nw)` goes
# through all indices, and the last axis changes fastest. A window and its token are like the input
# and output of a linear layer: the window has the role of `x`, and all windows and clips share the
# same `w`. `np.einsum("bijkc,bd->ijkcd", window, d_token)` adds over clips.
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
# The gradient of a kernel is like a mean picture: it is the sum of all windows, and the weight of a
# window is the gradient of its token. For this reason kernels begin to look like the things that
# move in the clips. If you put all windows into the rows of a matrix, one product is enough. The
# project does it this way.

# %% [markdown] course={"exercise": "blind_check", "minutes": 9, "difficulty": 3}
# ## 4.7 What a check cannot see
#
# A friend checks the whole model at one random input, in float32 with $h = 10^{-5}$. Most
# differences agree with the gradients to two digits, some only to one. Your friend is satisfied.
# Give two reasons why this is not enough, and say what you would do instead. Then name a mistake in
# a backward function that would pass even a good check if the input is unlucky, and say how to
# choose inputs that reveal it. (About 120 words.)

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "blind_check", "grade": true, "solution": true, "locked": false, "task": false, "points": 4}
# First, a float32 loss has seven digits. The two losses differ by about the slope times
# $2 \cdot 10^{-5}$, so nearly all digits cancel, and the rest is rounding. Agreement in one or two
# digits proves little: a small mistake, such as a forgotten `eps`, would not show. I would check in
# float64 with $h$ near $10^{-5}$, where about ten digits agree, and require at least seven. Second,
# one check of the whole model does not show where an error is. I would check each layer alone.
#
# An unlucky input: layer norm starts training with `g = 1` and `b = 0`. With these values, a
# forgotten gain changes nothing. With a symmetric matrix, such as the identity, a forgotten
# transpose changes nothing. So all parameters should be random, and all sizes should differ.

# %% [markdown] tags=["rubric"]
# **blind_check**, 4 points. One point each for: (1) rounding in float32 and what to do; (2) a
# tolerance that wrong gradients exceed, or a check layer by layer; (3) a real mistake that a
# special input hides; (4) inputs chosen to reveal it.
#
# - *4 points.* "In float32 the difference of two losses has lost almost all its digits, so two
#   digits of agreement prove nothing: use float64, h about 1e-5, and ask for 1e-7. Check layers one
#   at a time, to find the place. If every gain is 1, forgetting to multiply by g is right by
#   chance, so draw gains at random."
# - *2 points.* "float32 is not precise enough, use float64. Also test with several random inputs."
#   True, but it does not say why digits are lost, and names no mistake that stays hidden. More
#   random inputs of the same kind would not reveal it.
# - *0 points.* "Two digits are enough because training is noisy anyway." The mean of noise over
#   many steps is near zero. The error of a wrong gradient stays.

# %% [markdown] course={"exercise": "first_step", "minutes": 5, "difficulty": 2}
# ## 4.8 Sum or mean
#
# In 4.2 a student divides `d_w` by the number of rows and argues: "The loss is a mean over the
# batch, so gradients must be means too." The whole network, trained by plain gradient descent,
# still learns. Why is this wrong nevertheless? Where does the division belong? Why would AdamW hide
# the mistake? (About 80 words.)

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "first_step", "grade": true, "solution": true, "locked": false, "task": false, "points": 3}
# The mean over the batch is part of the loss. The division by $B$ happens once, in the gradient of
# the loss with respect to the logits. The chain rule passes the factor $1 / B$ on to all other
# gradients. A second division makes the gradient of each weight matrix too small by the number of
# rows of its layer: clips times tokens inside a block, clips alone in the classification head.
# Biases and the gains of layer norms are not divided a second time. So the direction of the whole
# gradient is wrong, not only its length. AdamW divides by the running size of each gradient, so a
# constant factor cancels, and training looks correct.

# %% [markdown] tags=["rubric"]
# **first_step**, 3 points: one for where the division belongs, one for the wrong direction (parts
# are scaled differently), one for AdamW.
#
# - *3 points.* "The 1/B sits in d_logits and is passed on. A second division scales w but not d_x,
#   so layers no longer agree with each other. AdamW normalizes by sqrt(v), which contains the same
#   factor, so it cancels."
# - *1 point.* "It is divided twice, so the steps are too small; a larger learning rate repairs it."
#   A larger rate repairs one layer, not all.
# - *0 points.* "Sum and mean are the same up to the learning rate, so it is not wrong."

# %% [markdown]
# ## How to go on
#
# In assignment 5 you write training steps that use such gradients. If you have time left, write
# `gelu_backward`, check it with `differences`, and write the backward pass of a whole block.
