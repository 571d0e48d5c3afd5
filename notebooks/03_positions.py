# %% [markdown]
# # 3. Positions of tokens
#
# A transformer treats its tokens as a set. It has no information about their order or about the
# place of each box in the clip. But an edge at the top left in frame 0 means something different
# from the same edge at the bottom right in frame 15. So the model adds a vector to each token: its
# **position** (also called position embedding). It depends only on the center of the token's box.
# Each new term is in bold and in the [glossary](GLOSSARY.md).

# %%
import lesson
import numpy as np

import tubevit_np as tv

lesson.overview("positions")

# %% [markdown]
# ## Without positions, order is lost
#
# After the tokens come **blocks**, which turn tokens into tokens ([lesson 4](04_attention.ipynb)),
# and **pooling**, which turns all tokens into one vector ([lesson 5](05_pooling.ipynb)). We give
# the tokens of a clip to a block and to pooling, first in order and then shuffled. The block
# returns the same tokens, shuffled in the same way. Pooling returns the same vector, up to
# rounding. So this vector does not show where anything was.

# %%
from tubevit_np.model.model import scale_uint8

params, cfg, notes = lesson.model()
clips, labels = lesson.clips(8, seed=3)
tokens = tv.tokenize(params, scale_uint8(clips[1:2], cfg), cfg)
order = np.random.default_rng(0).permutation(tokens.shape[1])
lesson.shapes(tokens=tokens, order=order)

# %%
sizes = {"heads": cfg.heads, "eps": cfg.eps, "form": cfg.gelu}
first, _ = tv.block(tokens, **params["blocks"]["0"], **sizes)
mixed, _ = tv.block(tokens[:, order], **params["blocks"]["0"], **sizes)
assert np.allclose(first[:, order], mixed, atol=1e-4)
pooled = [tv.attention_pool(z, **params["pool"], **sizes)[0] for z in (first, mixed)]
assert np.allclose(*pooled, atol=1e-4)

# %% [markdown]
# ## The center of a box
#
# A kernel of size $k$ that starts at $s$ covers the voxels $s$ to $s + k - 1$. Their mean is
#
# $$s + (k - 1) / 2$$
#
# This mean on each of the three axes is the center of the box. Below, a loop computes the centers
# of all boxes of a tube, and `tv.centers` computes them at once.

# %%
shape, tube = clips.shape[1:4], cfg.tubes[1]
slow = [[o + place * s + (k - 1) / 2 for o, place, s, k
         in zip(tube.offset, places, tube.stride, tube.kernel)]
        for places in np.ndindex(tv.grid(tube, shape))]
centers = tv.centers(tube, shape)
assert np.array_equal(slow, centers)
print(centers[[0, 1, 4, 16]])

# %% [markdown]
# The picture shows the boxes of lesson 1 with a dot at the center of each. (Pixel 0 is drawn from
# 0 to 1, so 0.5 is added. Where a blue and a green box have the same center, the green dot is on
# top.)

# %%
from tubevit_np.plots.model_plots.sampling import draw_grid
from tubevit_np.plots.style import color

figure, axes = lesson.axes(1200, 430, 1, 2)
for ax, (down, across) in zip(axes, ((1, 2), (1, 0))):
    draw_grid(ax, cfg, shape, view=(down, across))
    for i, each in enumerate(cfg.tubes):
        at = tv.centers(each, shape)
        ax.plot(at[:, across] + 0.5, at[:, down] + 0.5, "o", color=color(i), markersize=3)
lesson.show(figure, "The boxes of all tubes from the front (left) and from the side (right), with "
                    "a dot at the center of each.")

# %% [markdown]
# ## From three numbers to $D$ numbers
#
# We could add the three numbers $t$, $h$, $w$ to a token directly, but a network finds it hard to
# tell frame 3 from frame 4 by a slightly larger number. Instead we encode each number with many
# sines and cosines, like the hands of a clock: fast hands show small differences, slow hands show
# large ones. With $n = \lfloor D / 6 \rfloor$, hand $j$ has the **frequency**
#
# $$f_j = \tau^{-j/n}, \quad j = 0, \dots, n - 1$$
#
# and each $j$ gives six channels: $\sin(f_j t)$, $\cos(f_j t)$, $\sin(f_j h)$, $\cos(f_j h)$,
# $\sin(f_j w)$, $\cos(f_j w)$. $\tau$ is the constant `cfg.tau`, 10,000 here. The
# larger it is, the slower is the slowest hand.

# %%
t, h, w = centers[0]
n, vector = cfg.dim // 6, []
for j in range(n):
    for at in (t, h, w):
        vector += [np.sin(at * cfg.tau ** (-j / n)), np.cos(at * cfg.tau ** (-j / n))]
assert np.allclose(vector, tv.sincos_3d(centers, cfg.dim, cfg.tau)[0])
lesson.source(tv.sincos_3d)

# %% [markdown]
# A change along one axis changes only the channels of this axis. The picture shows
# the column axis, for columns 0 to 47. Each curve is the sine of one frequency. Fast sines tell
# neighbors apart, slow sines tell left from right.

# %%
line = np.stack([np.zeros(48), np.zeros(48), np.arange(48)], axis=1)
waves = tv.sincos_3d(line, cfg.dim, cfg.tau)
figure, ax = lesson.axes(1000, 360)
for j in (0, 2, 4, 6):
    ax.plot(waves[:, 6 * j + 4], color=f"{0.12 * j:.2f}", label=f"j = {j}")
ax.set(xlabel="columns (pixels)", ylabel="sin of columns")
figure.legend(frameon=False, loc="outside right upper")
lesson.show(figure, "Four sine waves over 48 columns. The fastest goes up and down seven times. "
                    "The slowest rises from 0 to its maximum at the right edge.")

# %% [markdown]
# The next picture shows the positions of all tokens of the clip, tube by tube. Most channels in the
# right half hardly change: their frequencies are too low for a clip of this size.

# %%
from tubevit_np.model.geometry import token_counts
from tubevit_np.plots.lesson_plots.arrays import draw_matrix, mark_tubes

everywhere = np.concatenate([tv.centers(each, shape) for each in cfg.tubes])
waves = tv.sincos_3d(everywhere, cfg.dim, cfg.tau)
figure, ax = lesson.axes(1000, 480)
draw_matrix(ax, waves, columns="D = 96 channels")
mark_tubes(ax, token_counts(cfg, shape))
lesson.show(figure, "The positions of 102 tokens in 96 channels, with values from -1 to 1. On the "
                    "left the values change from token to token. Toward the right they are the "
                    "same for all tokens.")

# %% [markdown]
# ## Nearby positions have similar vectors
#
# For any two numbers, $\sin a \sin b + \cos a \cos b = \cos(a - b)$. So the dot product of two
# positions is a sum of cosines. Let $\Delta t$, $\Delta h$, $\Delta w$ be the distances between the
# two centers along the three axes. Then the dot product is
#
# $$\sum_j \cos(f_j \Delta t) + \cos(f_j \Delta h) + \cos(f_j \Delta w)$$
#
# It is largest for a token with itself. It depends only on the three distances, not on where the
# two tokens are or which tubes they come from. Attention uses dot products (lesson 4), so it can
# find nearby tokens.

# %%
likeness = waves @ waves.T
distance = everywhere[0] - everywhere[40]
f = cfg.tau ** (-np.arange(n) / n)
assert np.isclose(likeness[0, 40], np.cos(np.outer(f, distance)).sum())
lesson.shapes(waves=waves, likeness=likeness)

# %% [markdown]
# We choose one 8×8×8 token and draw how similar its position is to the position of every other
# token.

# %%
from tubevit_np.plots.lesson_plots.frames import draw_weights, panels

near = 2 * (likeness[36 + 5] - likeness.min()) / np.ptp(likeness) - 1  # token 5 of the second tube
figure, axes = lesson.axes(1400, 300, 1, panels(cfg, shape))
draw_weights(axes, np.full((*shape, 3), 255, np.uint8), cfg, np.maximum(near, 0))
axes[1].plot(*centers[5, :0:-1], "o", color="black", markersize=4)
lesson.show(figure, "How similar the position of one token (black dot) is to all others: the "
                    "stronger the color, the more similar. The strongest colors are near the dot, "
                    "in every tube.")

# %% [markdown]
# ## Why strides matter
#
# A simpler method computes the centers as if every stride were 1. Then some tokens of different
# tubes get the same position. An example is token 1 of the 8×8×8 tube and token 1 of the 4×12×12
# tube. The first lies 12 pixels to the right of its token 0, the second 18 pixels. The paper tries
# this method and loses accuracy (Table 7a). We draw the same picture as above with these centers.

# %%
from tubevit_np.variants.positions import strideless_centers

counted = np.concatenate([strideless_centers(each, shape) for each in cfg.tubes])
other = tv.sincos_3d(counted, cfg.dim, cfg.tau)
alike = other @ other[36 + 5]
near = 2 * (alike - alike.min()) / np.ptp(alike) - 1
figure, axes = lesson.axes(1400, 300, 1, panels(cfg, shape))
draw_weights(axes, np.full((*shape, 3), 255, np.uint8), cfg, np.maximum(near, 0))
axes[1].plot(*centers[5, :0:-1], "o", color="black", markersize=4)
lesson.show(figure, "The same with strides of 1: the strongest colors are no longer near the dot.")

# %% [markdown]
# ## The sum
#
# Positions are added to the tokens. The demo model first multiplies them by `position_scale` = 0.2,
# because in a small model they would otherwise be much larger than the tokens. `tv.forward` returns
# the tokens before and after the sum.

# %%
_, out = tv.forward(params, clips[1:2], cfg, "verb")
positions = tv.positions(cfg, shape)
assert np.array_equal(positions, cfg.position_scale * waves)
assert np.allclose(out["with_position"], out["tokens"] + positions, atol=1e-5)
lesson.shapes(tokens=out["tokens"], positions=positions, with_position=out["with_position"])

# %% [markdown]
# An image is a clip of one frame, at $t = 0$. Its patches get the same positions as the patches in
# the first frame of a clip, so the model does not need to learn places twice.

# %%
assert np.array_equal(tv.positions(cfg, (1, 48, 48)), positions[:36])
lesson.shapes(image=tv.positions(cfg, (1, 48, 48)), video=positions)

# %% [markdown]
# Each token now describes the content and the place of its box. In [lesson 4](04_attention.ipynb)
# tokens exchange information.
#
# ## Exercises
#
# 1. Where, in frames and pixels, is the center of the last 4×12×12 token? Compute it from kernel,
#    stride and offset, then check with `tv.centers(cfg.tubes[3], shape)[-1]`.
# 2. Which channels of `waves` are constant over all 36 patches, and why?
# 3. Set `tau` to 10 in `tv.sincos_3d` and draw the waves again. Name one advantage and one
#    disadvantage.
#
# <details><summary>Answers</summary>
#
# 1. Its box begins at frame $2 + 8 = 10$, and at row and column $2 \cdot 18 = 36$. The center is
#    $(10 + 1.5, 36 + 5.5, 36 + 5.5) = (11.5, 41.5, 41.5)$.
# 2. The channels of time, $6j$ and $6j + 1$. All patches lie in frame 0, and $\sin 0 = 0$,
#    $\cos 0 = 1$.
# 3. Advantage: every channel now changes within the clip, so positions differ in more channels.
#    Disadvantage: in a longer clip or a larger picture each wave repeats, and the similarity of two
#    positions no longer falls steadily with their distance. A large `tau` also works for inputs
#    that are larger than the training clips.
#
# </details>
