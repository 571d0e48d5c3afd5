# %% [markdown]
# # 6. Gradients by hand, checked
#
# So far everything went forward, from pixels to a score for each class. To learn, the model must
# know in which direction to change each of its numbers. That is what a *gradient* tells. This
# lesson takes the loss, a linear layer and attention backwards in plain steps, and checks every
# step against a judge that needs no derivation: change a number a little, and look at the loss.

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
# The last layer of the model, a *head*, turns a vector of `D` channels into a score for each of `K`
# classes. These scores are called *logits*; softmax makes probabilities `p` of them. The loss of
# one example is *cross entropy*, `-log p[label]`: 0 if the right class has probability 1, and large
# if it has a small one. The loss of a batch is the mean.
#
# Here are `B` = 3 examples of `D` = 4 channels, and `K` = 5 classes. All numbers are float64, which
# has 16 digits; that will matter.

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
# We write `d_y` for the gradient of the loss by `y`: an array of the shape of `y`, which tells for
# each of its numbers how much the loss grows for each unit that the number grows. To make the loss
# smaller, go the other way.
#
# Since `-log p[label]` is `log(sum(exp(logits))) - logits[label]`, its slope by logit `k` is
# `exp(logits[k]) / sum(exp(logits))`, which is `p[k]`, less 1 if `k` is the label. The mean over
# the batch divides by `B`. So the gradient is **probability minus target**, divided by `B`.

# %%
d_logits = np.zeros_like(logits)
for n in range(3):
    p = np.exp(logits[n]) / np.exp(logits[n]).sum()
    for k in range(5):
        d_logits[n, k] = (p[k] - (k == labels[n])) / 3

# %% [markdown]
# The same for the whole batch at once; `target` is 1 at the label and 0 elsewhere. The function of
# the package is these two lines. (`smoothing`, here 0, makes targets less certain.)

# %%
target = np.eye(5)[labels]
assert np.allclose(d_logits, (tv.softmax(logits) - target) / 3)
assert np.allclose(d_logits, cross_entropy_backward(logits, labels))
lesson.shapes(target=target, d_logits=d_logits)
lesson.source(cross_entropy_backward)

# %% [markdown]
# The bars show where each logit is pushed, against its gradient. The right class is pushed up, all
# others down, the likely ones hardest. In each example the pushes add up to zero: softmax does not
# change when all logits grow alike.

# %%
figure, axes = lesson.axes(1400, 400, columns=3)
for n, ax in enumerate(axes):
    ax.bar(range(5), -d_logits[n], color=np.where(d_logits[n] < 0, "#0072B2", "#E69F00"))
    ax.set(title=f"example {n}: class {labels[n]} is right", xlabel="class", ylim=(-0.35, 0.35))
axes[0].set_ylabel("minus gradient")
lesson.show(figure, "In each of three examples only the logit of the right class is pushed up.")

# %% [markdown]
# ## From the logits to the weights: a linear layer
#
# `y[n, j]` is the sum over `i` of `x[n, i] * w[i, j]`, plus `b[j]`. What does `w[i, j]` change? It
# changes `y[n, j]` of every example `n`, with the slope `x[n, i]`. So its gradient collects
# `x[n, i] * d_y[n, j]` over all `n`. In the same way `x[n, i]` changes every `y[n, j]` with the
# slope `w[i, j]`, and `b[j]` with the slope 1. This is the *chain rule*: multiply the slopes along
# each path to the loss, and add over the paths.

# %%
d_x, d_w, d_b = np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)
for n, i, j in np.ndindex(3, 4, 5):
    d_w[i, j] += x[n, i] * d_logits[n, j]
    d_x[n, i] += w[i, j] * d_logits[n, j]
for n, j in np.ndindex(3, 5):
    d_b[j] += d_logits[n, j]

# %% [markdown]
# Sums of products over one index are matrix products. So a linear layer needs two products on its
# way back where it needs one on its way forward; this is why a training step costs about three
# times as much as looking at a clip.

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
lesson.show(figure, "x transposed times the gradient of the logits gives the gradient of w.")

# %% [markdown]
# ## The judge: change a number and look
#
# The slope of the loss by one number can be had without deriving anything: add a small `h` to it
# and take the loss, subtract `h` and take the loss, divide the difference by `2 h`. These are
# *central differences*. They take two losses for each number, far too slow to train with, but a
# good judge.

# %%
def loss(w):
    return tv.cross_entropy(tv.linear(x.astype(w.dtype), w, b.astype(w.dtype)), labels)


def slope(w, i, j, h):
    there, back = w.copy(), w.copy()
    there[i, j], back[i, j] = w[i, j] + h, w[i, j] - h
    return (loss(there) - loss(back)) / (2 * h)


slopes = np.array([[slope(w, i, j, 1e-5) for j in range(5)] for i in range(4)])
print("all slopes as derived, to 1e-9:", np.abs(slopes - d_w).max() < 1e-9)

# %% [markdown]
# How small should `h` be? There are two errors. The loss is curved, and its slope changes within
# the step: this error shrinks like `h` squared. And the computer rounds: the two losses differ in
# their last digits only, and the smaller `h`, the fewer of these are left, an error that grows like
# `1 / h`.

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
lesson.show(figure, "Error against step: falling like h squared, then rising where rounding rules.")

# %% [markdown]
# In float64 the best `h`, near 1e-5, leaves ten good digits. In float32, of 7 digits, five are left
# at best, of one small layer; through a whole model they are fewer, and a small mistake would pass
# unseen. (Below 1e-7 adding `h` changes nothing any more, the slope is 0, and the error is the
# whole gradient.) So gradients are checked in float64, here and in the project's tests.
#
# ## Through attention
#
# Four tokens with `E` = 3 channels in one head. Forward there are three steps; each has its way
# back, and they are taken in reverse order (`s` is 1 / sqrt(E)):
#
# | forward | backward |
# | --- | --- |
# | `scores = q @ k.T * s` | `d_q = d_scores @ k * s`, `d_k = d_scores.T @ q * s` |
# | `weights = softmax(scores)` | each row: see below |
# | `y = weights @ v` | `d_weights = d_y @ v.T`, `d_v = weights.T @ d_y` |
#
# The first and the last are matrix products, done as above. What comes later in the model would
# give `d_y`; here it is drawn at random.

# %%
q, k, v, d_y = rng.standard_normal((4, 4, 3))
weights = tv.softmax(q @ k.T / np.sqrt(3))
d_weights, d_v = d_y @ v.T, weights.T @ d_y
lesson.shapes(q=q, weights=weights, d_y=d_y, d_weights=d_weights, d_v=d_v)

# %% [markdown]
# Softmax: in a row, raising score `m` raises its own weight and lowers all others, since they sum
# to 1. The slope of weight `n` by score `m` is `weights[n] * ((n == m) - weights[m])`.

# %%
d_scores = np.zeros_like(weights)
for row, n, m in np.ndindex(4, 4, 4):
    by_score = weights[row, n] * ((n == m) - weights[row, m])
    d_scores[row, m] += d_weights[row, n] * by_score

# %% [markdown]
# Of the sum over `n` two terms remain: each weight times its own gradient, less the row's mean
# gradient under these weights. What is better than the average gains attention, what is worse loses
# it. The functions of the package are these lines, for all heads of all clips.

# %%
from tubevit_np.model.backward import attention_backward, softmax_backward

average = (weights * d_weights).sum(-1, keepdims=True)
assert np.allclose(d_scores, weights * (d_weights - average))
d_q, d_k = d_scores @ k / np.sqrt(3), d_scores.T @ q / np.sqrt(3)
given = [a[None, None] for a in (d_y, q, k, v, weights)]  # of one clip, in one head
for ours, theirs in zip((d_q, d_k, d_v), attention_backward(*given), strict=True):
    assert np.allclose(ours, theirs[0, 0])
lesson.source(softmax_backward, attention_backward)

# %%
figure, axes = lesson.axes(1400, 400, columns=3)
draw_matrix(axes[0], weights, "weights", rows="query", columns="key", signed=False)
draw_matrix(axes[1], d_weights, "d_weights", rows="query", columns="key")
draw_matrix(axes[2], d_scores, "d_scores", rows="query", columns="key")
lesson.show(figure, "Attention weights, their gradient, and that of the scores, whose rows sum to "
            "zero.")

# %% [markdown]
# ## The whole model
#
# Nothing new is needed: `backward` walks through the model from its heads to its tubes, and takes
# every array that it needs from `out`, where `forward` records it. At a residual sum, `y = x +
# f(x)`, there are two paths, so two gradients are added: the one that passes by, and the one
# through `f`. Compare each function with its gradient: the block, and the attention branch
# that its first sum adds. (Training uses the functions of `tubevit_np/fast`, which have the same
# names and are tuned; `tests/fast` holds them to these.)

# %%
from tubevit_np.model.backward import attention_branch_backward, block_backward
from tubevit_np.model.layers import attention_branch

lesson.source(tv.block, block_backward, attention_branch, attention_branch_backward)

# %% [markdown]
# Is all of it right? Here is a small TubeViT: a patch and one tube, `D` = 12, two blocks; clips of
# 8 frames of 12 x 16 pixels (all sizes differ, so that no two axes can be mixed up unseen). Every
# parameter is drawn at random: a bias of 0 or a gain of 1 would hide mistakes.

# %%
cfg = tv.Config((tv.Tube((1, 4, 4), (8, 4, 4)), tv.Tube((4, 4, 4), (4, 6, 4), (0, 1, 0))),
                dim=12, depth=2, heads=3, mlp_dim=20, classes={"verb": 8})
flat = {name: 0.4 * rng.standard_normal(shape) for name, shape in tv.shapes(cfg).items()}
clips, verbs = rng.standard_normal((2, 8, 12, 16, 3)), np.array([1, 6])
logits, out = tv.forward(tv.nest(flat), clips, cfg, "verb")
grads = tv.backward(tv.nest(flat), out, {"verb": cross_entropy_backward(logits, verbs)}, cfg)
lesson.shapes(clips=clips, tokens=out["tokens"], logits=logits)
print(f"{len(flat)} arrays, {sum(w.size for w in flat.values())} numbers, as many gradients")

# %% [markdown]
# Differences for each number would take thousands of passes. Instead all numbers move at once,
# along a random direction: the slope in this direction must be the sum of gradient times direction,
# and two passes tell. A mistake in any number would show, since the direction is random. Then the
# same for one part of the model at a time, to see where a mistake is.

# %%
def along(direction, h=1e-5):
    moved = [{name: w + step * direction.get(name, 0) for name, w in flat.items()}
             for step in (h, -h)]
    there, back = (tv.cross_entropy(tv.forward(tv.nest(w), clips, cfg, "verb")[0], verbs)
                   for w in moved)
    return (there - back) / (2 * h)


# %%
print(f"{'moved':12}{'by hand':>12}{'by differences':>18}")
for part in ("", "tubes.0", "tubes.1", "blocks.0", "blocks.1", "norm", "pool", "heads"):
    direction = {name: rng.standard_normal(w.shape) for name, w in flat.items()
                 if name.startswith(part)}
    by_hand = sum(np.vdot(grads[name], d) for name, d in direction.items())
    assert abs(along(direction) - by_hand) < 1e-7
    print(f"{part or 'everything':12}{by_hand:12.6f}{along(direction):18.6f}")

# %% [markdown]
# ## A mistake, made on purpose
#
# *Layer norm* takes off a token's mean and divides by its spread. If you forget that the mean
# and the spread move too when a number moves, you get a gradient that looks fine: same shape, same
# size, no error message. A model trained with it may even learn, but worse. The judge sees it at
# once.

# %%
from tubevit_np.model.backward import layer_norm_backward

x, g, shift, d_y = (rng.standard_normal(shape) for shape in ((6, 12), (12,), (12,), (6, 12)))
right, _ = layer_norm_backward(d_y, x, g, 1e-6)
forgetful = d_y * g / x.std(-1, keepdims=True)
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
for ax, d_x, title in zip(axes, (right, forgetful), ("by hand", "mean and spread forgotten"),
                          strict=True):
    ax.axline((0, 0), slope=1, color="#c9c9c9")
    ax.plot(slopes, d_x, "o", color="#0072B2", markersize=3)
    ax.set(title=title, xlabel="slope by differences", aspect="equal")
axes[0].set_ylabel("gradient")
lesson.show(figure, "Right gradients lie on the diagonal; those of the mistake are scattered.")

# %% [markdown]
# What one does with so many gradients is the subject of the [next lesson](07_training.ipynb).
#
# ## Exercises
#
# 1. *One-sided differences*, `(loss(w + h) - loss(w)) / h`, need only one more loss for each
#    number. Draw their error against `h`. How does it fall, and how many digits are left at the
#    best `h`?
# 2. In the attention above, add the same number to every `d_weights` of a row. How do `d_scores`
#    change? Say why before you try.
# 3. Derive the gradient of `y = np.maximum(x, 0)`, a ReLU, and check it. At which `x` does the
#    judge disagree, and who is right?
#
# <details><summary>Answers</summary>
#
# 1. It falls like `h`, not `h` squared, since the curve's bend no longer cancels. The best `h` is
#    between 1e-8 and 1e-7, near the square root of the rounding, and leaves about eight digits.
# 2. Not at all: the weights of a row sum to 1, so the average grows by the same number, and it is
#    taken off. A reward that all tokens get alike moves no attention.
# 3. `d_x = d_y * (x > 0)`. Where `|x| < h` the two losses lie on both sides of the corner, and
#    differences give a mean of both slopes. At the corner itself there is no slope; any value
#    between 0 and 1 is a convention.
#
# </details>
