# %% [markdown]
# # 6. Gradients by hand, checked
#
# The first five lessons went forward, from pixels to a score for each class. To learn, the model
# needs a direction for each of its numbers: will a larger or a smaller number make the predictions
# better? The **gradient** gives this direction. This lesson computes the gradients of the loss, of
# a linear layer and of attention, in plain steps. It checks the main results by a method that needs
# no derivation: change a number a little, and measure the loss. Each new term is in bold and in the
# [glossary](GLOSSARY.md).

# %%
import lesson
import numpy as np

import tubevit_np as tv
from tubevit_np.model.backward import linear_backward
from tubevit_np.training.loss import cross_entropy_backward

lesson.overview("training")

# %% [markdown]
# ## The loss
#
# A classification head turns a vector of $D$ channels into $K$ scores, the logits. Softmax turns
# them into probabilities $p$. The **loss** of one example is the **cross-entropy**
#
# $$\text{loss} = -\log p_{\text{label}}$$
#
# It is 0 if the correct class has probability 1, and large if this probability is small. The loss
# of a batch is the mean over its examples.
#
# Here are $B = 3$ examples with $D = 4$ channels and $K = 5$ classes. All numbers are float64, with
# about 16 digits. This will be important below.

# %%
rng = np.random.default_rng(6)
x, w, b = rng.standard_normal((3, 4)), rng.standard_normal((4, 5)), rng.standard_normal(5)
labels = np.array([1, 4, 0])
logits = tv.linear(x, w, b)
lesson.shapes(x=x, w=w, b=b, logits=logits, labels=labels)
print(f"loss {tv.cross_entropy(logits, labels):.4f}")

# %% [markdown]
# ## From the loss to the logits
#
# We write `d_y` for the gradient of the loss with respect to an array `y`. It has the shape of `y`.
# Each number in `d_y` is a slope. It belongs to the number at the same place in `y`: increase that
# number a little, and divide the change of the loss by the increase. To make the loss smaller, move
# against the gradient.
#
# The loss of one example with logits $s$ is $\log \sum_m e^{s_m} - s_{\text{label}}$. The first
# term has the slope $e^{s_k} / \sum_m e^{s_m} = p_k$ with respect to $s_k$. If $k$ is the label,
# the second term adds $-1$. The mean over the batch divides by $B$. So with a target $y_k$ of 1 at
# the label and 0 elsewhere, the gradient is *probability minus target*:
#
# $$\frac{\partial \, \text{loss}}{\partial s_k} = (p_k - y_k) / B$$

# %%
d_logits = np.zeros_like(logits)
for n in range(3):
    p = np.exp(logits[n]) / np.exp(logits[n]).sum()
    for k in range(5):
        d_logits[n, k] = (p[k] - (k == labels[n])) / 3

# %% [markdown]
# For the whole batch at once, two expressions are enough: the targets as an array of
# ones and zeros, and `(tv.softmax(logits) - target) / 3`. The function `cross_entropy_backward`,
# printed below, computes the same. (Its argument `smoothing` is 0 here.)

# %%
target = np.eye(5)[labels]
assert np.allclose(d_logits, (tv.softmax(logits) - target) / 3)
assert np.allclose(d_logits, cross_entropy_backward(logits, labels))
lesson.shapes(target=target, d_logits=d_logits)
lesson.source(cross_entropy_backward)

# %% [markdown]
# The bars show in which direction each logit has to move to reduce the loss: against its gradient.
# In each example the bars add up to zero, because softmax does not change if all logits grow by the
# same amount.

# %%
figure, axes = lesson.axes(1400, 400, columns=3)
for n, ax in enumerate(axes):
    ax.bar(range(5), -d_logits[n], color=np.where(d_logits[n] < 0, "#0072B2", "#E69F00"))
    ax.set(title=f"example {n}: class {labels[n]} is correct", xlabel="class", ylim=(-0.35, 0.35))
axes[0].set_ylabel("minus gradient")
lesson.show(figure, "Minus the gradient of each logit. In each of the three examples only the "
                    "logit of the correct class is pushed up. Of the other classes, the most "
                    "probable ones are pushed down hardest.")

# %% [markdown]
# ## From the logits to the weights: a linear layer
#
# A linear layer computes $y_{nj} = \sum_i x_{ni} w_{ij} + b_j$. The weight $w_{ij}$ changes
# $y_{nj}$ of every example $n$, with slope $x_{ni}$. In the same way $x_{ni}$ changes
# $y_{nj}$ of every $j$, with slope $w_{ij}$. The bias $b_j$ changes $y_{nj}$ of every $n$, with
# slope 1. The **chain rule** says: multiply
# the slopes along each path to the loss, and add over the paths. We write $d w_{ij}$ for the
# gradient of $w_{ij}$, which is `d_w` in the code. Then:
#
# $$d w_{ij} = \sum_n x_{ni} \, d y_{nj}$$
#
# $$d x_{ni} = \sum_j w_{ij} \, d y_{nj}$$
#
# $$d b_j = \sum_n d y_{nj}$$

# %%
d_x, d_w, d_b = np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)
for n, i, j in np.ndindex(3, 4, 5):
    d_w[i, j] += x[n, i] * d_logits[n, j]
    d_x[n, i] += w[i, j] * d_logits[n, j]
for n, j in np.ndindex(3, 5):
    d_b[j] += d_logits[n, j]

# %% [markdown]
# The first two sums are matrix products. The forward pass of a linear layer needs one
# matrix product, its backward pass needs two. So a training step costs about three times as much as
# a forward pass.

# %%
assert np.allclose(d_w, x.T @ d_logits)
assert np.allclose(d_x, d_logits @ w.T)
assert np.allclose(d_b, d_logits.sum(0))
lesson.source(linear_backward)

# %%
from tubevit_np.plots.lesson_plots.arrays import draw_matrix

figure, axes = lesson.axes(1400, 360, columns=3)
draw_matrix(axes[0], x.T, "x.T", rows="i", columns="n")
draw_matrix(axes[1], d_logits, "d_logits", rows="n", columns="j")
draw_matrix(axes[2], d_w, "d_w = x.T @ d_logits", rows="i", columns="j")
lesson.show(figure, "The transposed input times the gradient of the logits gives the gradient of "
                    "w.")

# %% [markdown]
# ## Numerical check: change a number and measure
#
# The slope of the loss with respect to one number can also be measured. Add a small $h$ to the
# number and compute the loss, subtract $h$ and compute the loss, and divide the difference by $2h$:
#
# $$\frac{\text{loss}(w + h) - \text{loss}(w - h)}{2h}$$
#
# These are **central differences**. They need two losses for each number. This is too slow for
# training, but good for a check.

# %%
def loss(w):
    return tv.cross_entropy(tv.linear(x.astype(w.dtype), w, b.astype(w.dtype)), labels)


def slope(w, i, j, h):
    there, back = w.copy(), w.copy()
    there[i, j], back[i, j] = w[i, j] + h, w[i, j] - h
    return (loss(there) - loss(back)) / (2 * h)


slopes = np.array([[slope(w, i, j, 1e-5) for j in range(5)] for i in range(4)])
print("all slopes agree with d_w to 1e-9:", np.abs(slopes - d_w).max() < 1e-9)

# %% [markdown]
# How small should $h$ be? There are two errors. First, the loss is not a straight
# line. Its curvature has the same effect on both sides and cancels. The rest of the error shrinks
# like $h^2$. Second, the computer rounds: the two losses differ only in their last digits, and a
# smaller $h$ leaves fewer correct digits in the difference. This error grows like $1/h$.

# %%
sizes = 10.0 ** np.arange(-12, 0.1, 0.25)
places = list(np.ndindex(4, 5))
errors = {kind: [max(abs(slope(w.astype(kind), i, j, h) - d_w[i, j]) for i, j in places)
                 for h in sizes]
          for kind in ("float32", "float64")}

# %%
figure, ax = lesson.axes(1000, 560)
for kind, shade in ("float32", "#E69F00"), ("float64", "#0072B2"):
    ax.loglog(sizes, errors[kind], "o-", color=shade, markersize=3, label=kind)
ax.loglog(sizes[24:], 0.1 * sizes[24:] ** 2, ":", color="black", label="like h squared")
ax.set(xlabel="step h", ylabel="largest error of a slope", ylim=(1e-13, 10))
ax.xaxis.set_major_formatter("{x:.0e}")
ax.yaxis.set_major_formatter("{x:.0e}")
ax.legend(frameon=False)
lesson.show(figure, "Largest error of a measured slope against the step h. At the right, the error "
                    "grows with h like h squared. To the left of the minimum, rounding dominates, "
                    "and the error grows when h gets smaller. At the far left, adding h changes no "
                    "float32 number any more.")

# %% [markdown]
# In float64 the best $h$, near $10^{-5}$, leaves ten correct digits. float32 has 7
# digits, and at best five are left. That is the result for one small layer. For a whole model even
# fewer digits are left, so a small mistake would stay hidden. (In float32 with $h$ below $10^{-8}$,
# adding $h$ changes no weight. The measured slopes are 0, and the error is the whole gradient: the
# flat part of the curve.) So this
# lesson and the tests of the project check gradients in float64.

# %% [markdown]
# ## Through attention
#
# Take one attention head with four tokens of $E = 3$ channels. The forward pass has three steps.
# The backward pass goes through them in reverse order. In the table, $c = 1 / \sqrt{E}$:
#
# | forward | backward |
# | --- | --- |
# | `scores = q @ k.T * c` | `d_q = d_scores @ k * c`, `d_k = d_scores.T @ q * c` |
# | `weights = softmax(scores)` | each row: see below |
# | `y = weights @ v` | `d_weights = d_y @ v.T`, `d_v = weights.T @ d_y` |
#
# The first and the last step are matrix products, as above. In a model, the later layers give
# `d_y`. Here it is random.

# %%
q, k, v, d_y = rng.standard_normal((4, 4, 3))
weights = tv.softmax(q @ k.T / np.sqrt(3))
d_weights, d_v = d_y @ v.T, weights.T @ d_y
lesson.shapes(q=q, weights=weights, d_y=d_y, d_weights=d_weights, d_v=d_v)

# %% [markdown]
# Softmax: if score number $m$ of a row grows, weight $m$ grows and all other weights
# of the row shrink, because each is divided by a larger sum. The slope of weight $p_n$ with respect
# to score $m$ is
#
# $$p_n (\delta_{nm} - p_m)$$
#
# where $\delta_{nm}$ is 1 if $n = m$ and 0 otherwise.

# %%
d_scores = np.zeros_like(weights)
for row, n, m in np.ndindex(4, 4, 4):
    by_score = weights[row, n] * ((n == m) - weights[row, m])
    d_scores[row, m] += d_weights[row, n] * by_score

# %% [markdown]
# Let $s_m$ be score number $m$ of the row. By the chain rule, its gradient $d s_m$ is the sum over
# $n$ of $d p_n$ times this slope. The
# sum has two parts. The first is $p_m \, d p_m$. From it we subtract $p_m$ times the weighted mean
# of all $d p_n$ of the row, with the weights $p_n$:
#
# $$d s_m = p_m \, (d p_m - \sum_n p_n \, d p_n)$$
#
# Training moves against the gradient. If $d p_m$ is below the mean, the loss falls when
# weight moves from the other tokens to token $m$, so its score rises. If $d p_m$ is above the mean,
# the score falls.
# `softmax_backward` and `attention_backward`, printed below, do the same for all attention heads of
# all clips.

# %%
from tubevit_np.model.backward import attention_backward, softmax_backward

average = (weights * d_weights).sum(-1, keepdims=True)
assert np.allclose(d_scores, weights * (d_weights - average))
d_q, d_k = d_scores @ k / np.sqrt(3), d_scores.T @ q / np.sqrt(3)
inputs = [a[None, None] for a in (d_y, q, k, v, weights)]  # one clip, one attention head
for ours, theirs in zip((d_q, d_k, d_v), attention_backward(*inputs), strict=True):
    assert np.allclose(ours, theirs[0, 0])
lesson.source(softmax_backward, attention_backward)

# %%
figure, axes = lesson.axes(1400, 400, columns=3)
draw_matrix(axes[0], weights, "weights", rows="query", columns="key", signed=False)
draw_matrix(axes[1], d_weights, "d_weights", rows="query", columns="key")
draw_matrix(axes[2], d_scores, "d_scores", rows="query", columns="key")
lesson.show(figure, "Left: attention weights. Middle: their gradient. Right: the gradient of the "
                    "scores. Each of its rows sums to zero.")

# %% [markdown]
# ## The whole model
#
# The whole model needs nothing new. `backward` goes through the model from its classification heads
# to its tubes. It takes every intermediate array from `out`, where `forward` stored it. At a
# residual connection, $y = x + f(x)$, there are two paths, so two gradients are added: one along
# the direct path and one through $f$. Compare each function below with its gradient function: first
# the block, then the attention branch inside it. (Training uses the faster functions in
# `tubevit_np/fast`, with the same names. `tests/fast` checks that they give the same results as the
# functions shown here.)

# %%
from tubevit_np.model.backward import attention_branch_backward, block_backward
from tubevit_np.model.layers import attention_branch

lesson.source(tv.block, block_backward, attention_branch, attention_branch_backward)

# %% [markdown]
# Are all gradients correct? We check a small TubeViT with patches and one tube, $D =
# 12$ and two blocks, on clips of 8 frames of 12×16 pixels. Most sizes differ. So if the code
# exchanged two axes, it would usually stop with an error message. Every parameter is random,
# because a bias of 0 or a gain of 1 would hide mistakes.

# %%
cfg = tv.Config((tv.Tube((1, 4, 4), (8, 4, 4)), tv.Tube((4, 4, 4), (4, 6, 4), (0, 1, 0))),
                dim=12, depth=2, heads=3, mlp_dim=20, classes={"verb": 8})
flat = {name: 0.4 * rng.standard_normal(shape) for name, shape in tv.shapes(cfg).items()}
clips, verbs = rng.standard_normal((2, 8, 12, 16, 3)), np.array([1, 6])
logits, out = tv.forward(tv.nest(flat), clips, cfg, "verb")
grads = tv.backward(tv.nest(flat), out, {"verb": cross_entropy_backward(logits, verbs)}, cfg)
lesson.shapes(clips=clips, tokens=out["tokens"], logits=logits)
print(f"{len(flat)} arrays, {sum(w.size for w in flat.values())} parameters")

# %% [markdown]
# A difference for each number would need thousands of forward passes. Instead we move all numbers
# at once, along a random direction $v$. Two forward passes measure the slope of the loss along
# $v$. It must equal the dot product of the gradient $g$ and $v$:
#
# $$\frac{\text{loss}(w + h v) - \text{loss}(w - h v)}{2h} \approx \sum_i g_i v_i$$
#
# A mistake in any number of the gradient would change the sum, because all numbers of a random
# direction differ from 0. We then repeat this
# for one part of the model at a time. This would show where a mistake is.

# %%
def along(direction, h=1e-5):
    moved = [{name: w + step * direction.get(name, 0) for name, w in flat.items()}
             for step in (h, -h)]
    there, back = (tv.cross_entropy(tv.forward(tv.nest(w), clips, cfg, "verb")[0], verbs)
                   for w in moved)
    return (there - back) / (2 * h)



# %%
print(f"{'moved':12}{'by hand':>12}{'measured':>18}")
for part in ("", "tubes.0", "tubes.1", "blocks.0", "blocks.1", "norm", "pool", "heads"):
    direction = {name: rng.standard_normal(w.shape) for name, w in flat.items()
                 if name.startswith(part)}
    by_hand = sum(np.vdot(grads[name], d) for name, d in direction.items())
    assert abs(along(direction) - by_hand) < 1e-7
    print(f"{part or 'everything':12}{by_hand:12.6f}{along(direction):18.6f}")

# %% [markdown]
# ## A mistake on purpose
#
# Layer norm subtracts the mean of a token and divides by its standard deviation. If one channel of
# the token changes, its mean and its standard deviation also change. If you forget this, the
# gradient looks fine: it has the same shape and a similar size, and there is no error message. The
# numerical check finds the mistake at once. (There is no loss here. The sum of all numbers of
# `d_y * output` takes its place, and the check measures the slope of this sum.)

# %%
from tubevit_np.model.backward import layer_norm_backward

x, g, shift, d_y = (rng.standard_normal(shape) for shape in ((6, 12), (12,), (12,), (6, 12)))
correct, _ = layer_norm_backward(d_y, x, g, 1e-6)
mistake = d_y * g / x.std(-1, keepdims=True)
lesson.source(layer_norm_backward)

# %%
slopes = np.zeros_like(x)
for place in np.ndindex(x.shape):
    step = np.zeros_like(x)
    step[place] = 1e-5
    there, back = (tv.layer_norm(x + s * step, g, shift, 1e-6) for s in (1, -1))
    slopes[place] = np.vdot(d_y, there - back) / 2e-5

# %%
figure, axes = lesson.axes(1100, 520, columns=2)
for ax, d_x, title in zip(axes, (correct, mistake), ("by hand", "mean and deviation forgotten"),
                          strict=True):
    ax.axline((0, 0), slope=1, color="#c9c9c9")
    ax.plot(slopes, d_x, "o", color="#0072B2", markersize=3)
    ax.set(title=title, xlabel="measured slope", aspect="equal")
axes[0].set_ylabel("gradient")
lesson.show(figure, "Gradient against measured slope. Left: correct gradients lie on the "
                    "diagonal. Right: with the mistake they are scattered.")

# %% [markdown]
# The [next lesson](07_training.ipynb) uses all these gradients to train a model.
#
# ## Exercises
#
# 1. *One-sided differences*, `(loss(w + h) - loss(w)) / h`, need only one more loss for each
#    number. Draw their error against $h$. How does it fall, and how many digits are left at the
#    best $h$?
# 2. In the attention above, add the same number to every `d_weights` of a row. How do `d_scores`
#    change? Find the reason before you try it.
# 3. Derive the gradient of `y = np.maximum(x, 0)`, called ReLU, and check it. At which `x` do the
#    central differences disagree with your gradient, and which of the two is correct?
#
# <details><summary>Answers</summary>
#
# 1. It falls like $h$, not like $h^2$, because the curvature no longer cancels. The best $h$ is
#    between $10^{-8}$ and $10^{-7}$, near the square root of the rounding error. About eight digits
#    are left.
# 2. They do not change. The weights of a row sum to 1, so the mean gradient grows by the same
#    number and cancels it. A gradient that is equal for all tokens of a row does not change the
#    scores.
# 3. `d_x = d_y * (x > 0)`. Where $\lvert x \rvert < h$, the points $x - h$ and $x + h$ lie on
#    different sides of the corner, so the difference mixes the slopes 0 and 1. There your gradient
#    is correct. At the corner itself there is no slope, and any value between 0 and 1 may be
#    chosen.
#
# </details>
