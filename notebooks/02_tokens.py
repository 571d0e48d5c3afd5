# %% [markdown]
# # 2. From boxes to tokens
#
# In [lesson 1](01_tubes.ipynb) tubes cut boxes of voxels out of a clip. A transformer
# works with something else: a list of **tokens**. A token is a vector of `D` numbers, and all
# tokens have the same `D`, whatever kind of box they come from. This lesson makes one token from
# each box: first number by number in a loop, then box by box, and at last all boxes of a kind by
# one matrix product.

# %%
import lesson
import numpy as np

import tubevit_np as tv

lesson.overview("tubes", "tokens")

# %% [markdown]
# We take a small trained model and one clip. Bytes from 0 to 255 become floats around zero, with
# the mean and the deviation that the model was trained with. A model sees several clips at once, a
# **batch**: the first axis, `B`, is here 1.
#
# The second kind of tube is 8×8×8. Its parameters are a **kernel** `w` and a **bias** `b`. The
# kernel is as large as the box and holds `D` weights for each of its voxels and colors.

# %%
from tubevit_np.model.model import scale_uint8

params, cfg, notes = lesson.model()
clips, labels = lesson.clips(8, seed=3)
video = scale_uint8(clips[1:2], cfg)
tube, w, b = cfg.tubes[1], params["tubes"]["1"]["w"], params["tubes"]["1"]["b"]
lesson.shapes(video=video, w=w, b=b)

# %% [markdown]
# ## One number of one token
#
# Number `d` of a token is a weighted sum: each voxel of the box times its weight in channel `d` of
# the kernel, all added to `b[d]`. Large weights of the same sign as the video make it large. So a
# token tells, in `D` numbers, how much the box looks like each of `D` patterns.

# %%
from tubevit_np.plots.analysis.pixels import order_by_norm

d = order_by_norm(w)[0]  # the channel with the largest weights
box = video[0, 0:8, 14:22, 2:10]  # the box that begins at frame 0, row 14, column 2
total = b[d]
for i, j, k, c in np.ndindex(box.shape):
    total = total + box[i, j, k, c] * w[i, j, k, c, d]
print(f"channel {d}: {box.size} products, sum {total:.3f}")

# %% [markdown]
# Here is that pattern, channel `d` of the kernel, as a film: mid gray is a weight of zero, colors
# are the weights of red, green and blue. Below it is the box.

# %%
from tubevit_np.plots.analysis.pixels import kernel_rgb, to_bytes
from tubevit_np.plots.lesson_plots.frames import draw_film

figure, (above, below) = lesson.axes(900, 330, 2, 1)
draw_film(above, to_bytes(kernel_rgb(w)[d]))
draw_film(below, clips[1, 0:8, 14:22, 2:10])
lesson.show(figure, "Above: eight frames of one kernel. Below: the eight frames of the box, with a "
            "pink and a black stripe that move.")

# %% [markdown]
# ## One token
#
# Write the box as a row of numbers and the kernel as a matrix, voxels by channels. Then the sum
# over voxels is a dot product, and all `D` sums together are a vector times a matrix.

# %%
row, matrix = box.reshape(-1), w.reshape(-1, w.shape[-1])
token = row @ matrix + b
assert np.isclose(token[d], total, atol=1e-4)
lesson.shapes(row=row, matrix=matrix, token=token)

# %% [markdown]
# ## All tokens of a tube
#
# `windows` puts all boxes of one kind below each other, `N` rows. (Its third axis, here 1, is
# explained at the end.) Now a single matrix product gives all tokens of this kind.

# %%
from tubevit_np.model.tubes import windows

rows = windows(video, tube)[0, :, 0]
tokens = rows @ matrix + b
assert any(np.array_equal(row, each) for each in rows)
lesson.shapes(rows=rows, matrix=matrix, tokens=tokens)

# %%
from tubevit_np.plots.lesson_plots.arrays import draw_matrix

figure, axes = lesson.axes(1100, 330, 1, 3, widths=(3, 1, 1))
draw_matrix(axes[0], rows, "boxes", "32 boxes", "1536 values of a box")
draw_matrix(axes[1], matrix, "@ kernel", "1536 values", "D = 96 channels")
draw_matrix(axes[2], tokens, "= tokens", "32 tokens", "D = 96 channels")
lesson.show(figure, "Three matrices: boxes, 32 by 1536, times the kernel, 1536 by 96, are the "
            "tokens, 32 by 96.")

# %% [markdown]
# Plain loops, `tubevit_np/conformance/loops/`, do the same voxel by voxel, and the package in
# `tube_tokens`. All three agree. This is the whole source of the latter:

# %%
from tubevit_np.conformance import loops

slow = loops.tube_tokens(video[0], w[..., :3], b[:3], tube)  # three channels take long enough
fast = tv.tube_tokens(video, w, b, tube)[0]
assert np.allclose(slow, fast[:, :3], atol=1e-4) and np.allclose(tokens, fast, atol=1e-4)
lesson.source(tv.tube_tokens)

# %% [markdown]
# ## What a channel answers to
#
# A kernel is a pattern, and its number is large where the video looks like it. Take many clips, and
# of all their boxes the three to which channel `d` gave the largest numbers.

# %%
from tubevit_np.data.generated.clips import make_clips

many = make_clips(lesson.pools(), 64, np.random.default_rng(5))[0]
answers = tv.tube_tokens(scale_uint8(many, cfg), w, b, tube)[..., d]  # (64, 32)
best = np.argsort(answers, axis=None)[-3:][::-1]
films = windows(many, tube)[:, :, 0].reshape(-1, 8, 8, 8, 3)[best]
lesson.shapes(answers=answers, films=films)

# %%
figure, axes = lesson.axes(900, 600, 4, 1)
draw_film(axes[0], to_bytes(kernel_rgb(w)[d]))
for ax, film in zip(axes[1:], films):
    draw_film(ax, film)
lesson.show(figure, "Above one kernel, below it the three boxes that it answers to most; over "
            "their eight frames they change about as the kernel does.")

# %% [markdown]
# ## All tubes
#
# Every kind of tube has a kernel of its own, but all have the same `D`, so their tokens can stand
# in one list: tube by tube, and within a tube time slowest, columns fastest. `tv.tokenize` does
# that.

# %%
from tubevit_np.model.geometry import token_counts

parts = [tv.tube_tokens(video, **params["tubes"][str(i)], tube=each)
         for i, each in enumerate(cfg.tubes)]
all_tokens = tv.tokenize(params, video, cfg)
assert np.array_equal(np.concatenate(parts, axis=1), all_tokens)
lesson.shapes(patches=parts[0], cubes=parts[1], rods=parts[2], slabs=parts[3], tokens=all_tokens)

# %%
from tubevit_np.plots.lesson_plots.arrays import mark_tubes

figure, ax = lesson.axes(1000, 480)
draw_matrix(ax, all_tokens[0], "", "", "D = 96 channels")
mark_tubes(ax, token_counts(cfg, clips.shape[1:4]))
lesson.show(figure, "A matrix of 102 tokens by 96 channels. Bars at the left tell the tube: 36 "
            "patches, 32 of 8x8x8, 16 of 16x4x4, 18 of 4x12x12.")

# %% [markdown]
# ## How many tokens?
#
# On each axis `(length - offset - kernel) // stride + 1`, and the three numbers multiplied. For the
# paper's model ViT-B on 32 frames of 224×224 pixels that is 539. (The paper prints 559; no reading
# of its numbers gives that.) Dense boxes of 2×16×16 voxels without gaps would be 3136.

# %%
paper, shape = tv.PRESETS["B"], (32, 224, 224)
for each in paper.tubes:
    print(f"{each.name:8} {tv.grid(each, shape)!s:12} S = {each.members}")
assert sum(token_counts(paper, shape)) == 539
print(f"{sum(token_counts(paper, shape))} tokens; dense: {16 * 14 * 14}")

# %% [markdown]
# ## Several boxes in one token
#
# The `S` in that table: the paper packs neighboring boxes into one token (**space-to-depth**), so
# that the video is read more densely with no more tokens. `S` boxes each give only `D / S` numbers,
# and these are put one behind the other. That is the third axis of `windows`. The demo has `S` = 1
# everywhere; here are two boxes of 48 channels each instead.

# %%
from dataclasses import replace

packed = replace(tube, s2d=(2, 1, 1))  # two members, half a stride apart in time
members = windows(video, packed)
halves = tv.tube_tokens(video, w[..., :48], b[:48], packed)
assert np.allclose(halves[0, :, :48], tokens[:, :48], atol=1e-4)
lesson.shapes(members=members, halves=halves)

# %% [markdown]
# The first member of each packed token is the box from before, so the first 48 numbers are the
# same. A token does not say where its box was. [Lesson 3](03_positions.ipynb) adds that.
#
# ## Exercises
#
# 1. How many parameters do kernel and bias of the 16×4×4 tube have? Compute it, then look at
#    `params["tubes"]["2"]`.
# 2. Make the clip twice as bright, `2 * video`. What happens to the tokens, and why not exactly
#    twice?
# 3. Play the clip backwards, `video[:, ::-1]`, and the kernel too, `w[::-1]`. Which tokens are
#    equal to which of the ones before? (The tube 16×4×4, with one box in time, is the easier one.)
#
# <details><summary>Answers</summary>
#
# 1. 16 · 4 · 4 voxels · 3 colors · 96 channels = 73728, and 96 biases.
# 2. The weighted sum doubles, the bias does not: `2 * (tokens - b) + b`.
# 3. A sum does not care about its order, so the box played backwards under the kernel played
#    backwards gives the same number. With 16×4×4 all 16 tokens stay as they are. With 8×8×8 the two
#    layers in time change places: token 0 becomes token 16.
#
# </details>
