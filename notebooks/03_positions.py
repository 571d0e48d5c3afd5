# %% [markdown]
# # 3. Where a token is
#
# A transformer treats its tokens as a set: it does not know which came first, nor where in the clip
# a token was cut. But an edge at the top left in frame 0 means something else than the same edge at
# the bottom right in frame 15. So each token is given its place: a vector that depends only on
# where the middle of its tube lies is added to it.

# %%
import lesson
import numpy as np

import tubevit_np as tv

lesson.overview("positions")

# %% [markdown]
# ## Without positions order is lost
#
# What follows in the model are blocks, which turn tokens into tokens (lesson 4), and pooling, which
# makes one vector of them all (lesson 5). We give both the tokens of a clip, once in order and once
# mixed up. The block gives the same tokens, mixed up in the same way, and pooling gives the same
# vector, both up to rounding. Who sees only that vector cannot know where anything was.

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
# ## The center of a tube
#
# A kernel of size `k` that begins at `s` covers the voxels `s` to `s + k - 1`. Their mean is `s +
# (k - 1) / 2`, and that, on each of the three axes, is the token's place. The loop goes over all
# places of a tube, `tv.centers` computes the three axes and combines them.

# %%
shape, tube = clips.shape[1:4], cfg.tubes[1]
slow = [[o + place * s + (k - 1) / 2 for o, place, s, k
         in zip(tube.offset, places, tube.stride, tube.kernel)]
        for places in np.ndindex(tv.grid(tube, shape))]
centers = tv.centers(tube, shape)
assert np.array_equal(slow, centers)
print(centers[[0, 1, 4, 16]])

# %% [markdown]
# A dot in the middle of every box, in the pictures of lesson 1. (Pixel 0 is drawn from 0 to 1,
# hence the half. Where a blue and a green box have the same middle, green lies on top.)

# %%
from tubevit_np.plots.model_plots.sampling import draw_grid
from tubevit_np.plots.style import color

figure, axes = lesson.axes(1200, 430, 1, 2)
for ax, (down, across) in zip(axes, ((1, 2), (1, 0))):
    draw_grid(ax, cfg, shape, view=(down, across))
    for i, each in enumerate(cfg.tubes):
        at = tv.centers(each, shape)
        ax.plot(at[:, across] + 0.5, at[:, down] + 0.5, "o", color=color(i), markersize=3)
lesson.show(figure, "The boxes of all tubes from the front and from the side, with a dot in the "
            "middle of each.")

# %% [markdown]
# ## From three numbers to `D`
#
# Three numbers do not go well with a token of `D`: a network finds it hard to tell frame 3 from
# frame 4 by a number that is a little larger. Instead each axis moves a set of hands, as on a clock
# with many hands: hand `j` turns with **frequency** `f = tau ** (-j / n)`, from fast to very slow,
# and we write down its sine and its cosine. For each `j` there are six channels: sine and cosine
# for time, for rows, for columns; so `n = D // 6`.

# %%
t, h, w = centers[0]
n, vector = cfg.dim // 6, []
for j in range(n):
    for at in (t, h, w):
        vector += [np.sin(at * cfg.tau ** (-j / n)), np.cos(at * cfg.tau ** (-j / n))]
assert np.allclose(vector, tv.sincos_3d(centers, cfg.dim, cfg.tau)[0])
lesson.source(tv.sincos_3d)

# %% [markdown]
# A token that moves along one axis changes only the channels of that axis. Here are points along
# the columns, 0 to 47: each curve is the sine channel of one frequency. Fast ones tell neighbors
# apart, slow ones tell left from right.

# %%
line = np.stack([np.zeros(48), np.zeros(48), np.arange(48)], axis=1)
waves = tv.sincos_3d(line, cfg.dim, cfg.tau)
figure, ax = lesson.axes(1000, 360)
for j in (0, 2, 4, 6):
    ax.plot(waves[:, 6 * j + 4], color=f"{0.12 * j:.2f}", label=f"j = {j}")
ax.set(xlabel="columns (pixels)", ylabel="sin of columns")
figure.legend(frameon=False, loc="outside right upper")
lesson.show(figure, "Four sine waves over 48 columns. The first goes up and down seven times, the "
            "last has only just reached its top.")

# %% [markdown]
# All tokens of the clip, tube by tube, 102 × 96. Most of the right half hardly changes: those hands
# are too slow for a clip this small.

# %%
from tubevit_np.model.geometry import token_counts
from tubevit_np.plots.lesson_plots.arrays import draw_matrix, mark_tubes

everywhere = np.concatenate([tv.centers(each, shape) for each in cfg.tubes])
waves = tv.sincos_3d(everywhere, cfg.dim, cfg.tau)
figure, ax = lesson.axes(1000, 480)
draw_matrix(ax, waves, columns="D = 96 channels")
mark_tubes(ax, token_counts(cfg, shape))
lesson.show(figure, "Positions of 102 tokens by 96 channels, between -1 and 1; at the left they "
            "change from token to token, towards the right they are the same for all.")

# %% [markdown]
# ## What such vectors are good for
#
# The dot product of two positions is a sum of `cos(f · distance)`, because `sin a sin b + cos a cos
# b = cos(a - b)`. So it is largest for a token with itself and depends only on how far apart two
# tokens are, not on where they are, and not on which tubes they come from. Attention is made of dot
# products (lesson 4), so it can find what is near.

# %%
likeness = waves @ waves.T
distance = everywhere[0] - everywhere[40]
f = cfg.tau ** (-np.arange(n) / n)
assert np.isclose(likeness[0, 40], np.cos(np.outer(f, distance)).sum())
lesson.shapes(waves=waves, likeness=likeness)

# %% [markdown]
# As a picture: how much the position of one 8×8×8 token (a dot in the second panel) is like that of
# every other token. It is most like its neighbors, of whatever tube.

# %%
from tubevit_np.plots.lesson_plots.frames import draw_weights, panels

near = 2 * (likeness[36 + 5] - likeness.min()) / np.ptp(likeness) - 1  # token 5 of the second tube
figure, axes = lesson.axes(1400, 300, 1, panels(cfg, shape))
draw_weights(axes, np.full((*shape, 3), 255, np.uint8), cfg, np.maximum(near, 0))
axes[1].plot(*centers[5, :0:-1], "o", color="black", markersize=4)
lesson.show(figure, "Six panels with the places of the tokens; the fuller the color the more "
            "alike. A dot marks the token in question; around it the colors are fullest in all "
            "panels.")

# %% [markdown]
# ## Why strides matter
#
# One might number the tokens of each tube instead: first, second, third. Then token 1 of the
# patches, 8 pixels to the right of token 0, and token 1 of the 4×12×12 tube, 18 pixels to the
# right, would get the same position. The paper tries it (Table 7a: it costs accuracy), and so can
# we, with strides of 1 in place of the real ones. The same token as above no longer finds its
# neighbors in other tubes.

# %%
from tubevit_np.variants.positions import strideless_centers

counted = np.concatenate([strideless_centers(each, shape) for each in cfg.tubes])
other = tv.sincos_3d(counted, cfg.dim, cfg.tau)
alike = other @ other[36 + 5]
near = 2 * (alike - alike.min()) / np.ptp(alike) - 1
figure, axes = lesson.axes(1400, 300, 1, panels(cfg, shape))
draw_weights(axes, np.full((*shape, 3), 255, np.uint8), cfg, np.maximum(near, 0))
axes[1].plot(*centers[5, :0:-1], "o", color="black", markersize=4)
lesson.show(figure, "The same six panels with numbered tokens: the fullest colors are no longer "
            "around the dot.")

# %% [markdown]
# ## The sum
#
# Positions are added to the tokens. The demo multiplies them by `position_scale` = 0.2 first, so
# that in a small model they do not outshout what the tokens say. `forward` names both, before and
# after.

# %%
_, out = tv.forward(params, clips[1:2], cfg, "verb")
positions = tv.positions(cfg, shape)
assert np.array_equal(positions, cfg.position_scale * waves)
assert np.allclose(out["with_position"], out["tokens"] + positions, atol=1e-5)
lesson.shapes(tokens=out["tokens"], positions=positions, with_position=out["with_position"])

# %% [markdown]
# An image is a clip of one frame, at `t` = 0: its patches get the positions that the patches of the
# first frame of a clip get, so the model need not learn places twice.

# %%
assert np.array_equal(tv.positions(cfg, (1, 48, 48)), positions[:36])
lesson.shapes(image=tv.positions(cfg, (1, 48, 48)), video=positions)

# %% [markdown]
# Now tokens know what they show and where. In [lesson 4](04_attention.ipynb) they look at each
# other.
#
# ## Exercises
#
# 1. Where, in frames and pixels, is the center of the last 4×12×12 token? Compute it from kernel,
#    stride and offset, then look at `tv.centers(cfg.tubes[3], shape)[-1]`.
# 2. Which channels of `waves` are constant for all 36 patches, and why?
# 3. Set `tau` to 10 in `tv.sincos_3d` and draw the waves again. What is better, what is worse?
#
# <details><summary>Answers</summary>
#
# 1. It begins at frame 2 + 8 = 10, row and column 2 · 18 = 36. The center is (10 + 1.5, 36 + 5.5,
#    36 + 5.5) = (11.5, 41.5, 41.5).
# 2. Those of time, channels 6 j and 6 j + 1: all patches lie in frame 0, sin 0 = 0 and cos 0 = 1.
# 3. Every channel now turns within the clip, so places differ in more channels. But a longer clip
#    or a larger picture comes round again: far places look like near ones. A large `tau` is
#    prepared for inputs larger than those it was trained on.
#
# </details>
