# %% [markdown]
# # 2. From boxes to tokens
#
# In [lesson 1](01_tubes.ipynb) tubes cut boxes of voxels out of a clip. A transformer needs a list
# of **tokens** instead. A token is a vector of $D$ numbers, called its **channels**. All tokens
# have the same $D$, for every kind of tube. This lesson makes one token from each box: first number
# by number in a loop, then box by box, then all boxes of a tube with one matrix product. Each new
# term is in bold and in the [glossary](GLOSSARY.md).

# %%
import lesson
import numpy as np

import tubevit_np as tv

lesson.overview("tubes", "tokens")

# %% [markdown]
# We take a small trained model and one clip. The pixel values, bytes from 0 to 255, become floats
# around zero: we subtract the mean of the training data and divide by its standard deviation. A
# model processes several clips together. They are called a **batch**. The first axis of the array
# counts the clips of the batch. Here the batch size $B$ is 1.
#
# We start with the second tube of the model. Its boxes have 8×8×8 voxels. The parameters of this
# tube are a kernel `w` and a **bias** `b`. From now on **kernel** also means these weights: the
# array has the size of the box and holds $D$ weights for each voxel and color.

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
# Channel $d$ of a token is a weighted sum. Multiply each value in the box by its weight in channel
# $d$ of the kernel, add all products, and add the bias:
#
# $$\text{token}_d = b_d + \sum_{i,j,k,c} \text{box}_{ijkc} \, w_{ijkcd}$$
#
# The sum is large if the box looks like the weights. So the $D$ numbers of a token measure how much
# the box looks like each of $D$ patterns.

# %%
brighter = w[-1].mean((0, 1, 2)) - w[0].mean((0, 1, 2))  # from the first frame to the last, (96,)
d = np.argmax(brighter)  # the channel whose weights increase most
box = video[0, 0:8, 26:34, 2:10]  # the box that begins at frame 0, row 26, column 2
total = b[d]
for i, j, k, c in np.ndindex(box.shape):
    total = total + box[i, j, k, c] * w[i, j, k, c, d]
print(f"channel {d}: {box.size} products, sum {total:.3f}")

# %% [markdown]
# The picture shows this pattern, channel $d$ of the kernel, as a film. Medium gray means a weight
# of zero. The red, green and blue of each pixel show the three weights for these colors.

# %%
from tubevit_np.plots.analysis.pixels import kernel_rgb, to_bytes
from tubevit_np.plots.lesson_plots.frames import draw_film

figure, (above, below) = lesson.axes(900, 330, 2, 1)
draw_film(above, to_bytes(kernel_rgb(w)[d]))
draw_film(below, clips[1, 0:8, 26:34, 2:10])
lesson.show(figure, "Above: the eight frames of channel d of the kernel. Below: the eight frames "
                    "of the box, in which green and black stripes move.")

# %% [markdown]
# ## One token
#
# Write the box as one row of numbers and the kernel as a matrix, with a row for each value of the
# box and a column for each channel. Then the sum above is a dot product, and all $D$ sums together
# are a vector times a matrix.

# %%
row, matrix = box.reshape(-1), w.reshape(-1, w.shape[-1])
token = row @ matrix + b
assert np.isclose(token[d], total, atol=1e-4)
lesson.shapes(row=row, matrix=matrix, token=token)

# %% [markdown]
# ## All tokens of a tube
#
# `windows` returns all boxes of one tube as rows of a matrix, $N$ rows for $N$ boxes. (The array
# that `windows` returns has one more axis. Here its length is 1. The end of this lesson explains
# this axis.) Now one matrix product gives all tokens of this tube.

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
lesson.show(figure, "The boxes (32 by 1536) times the kernel (1536 by 96) give the tokens (32 by "
                    "96).")

# %% [markdown]
# We check our tokens in two ways. The loops in `tubevit_np/conformance/loops/` compute the same
# tokens value by value. The function `tube_tokens` computes them in the model. Both must agree with
# our matrix product. This is the whole source of `tube_tokens`:

# %%
from tubevit_np.conformance import loops

slow = loops.tube_tokens(video[0], w[..., :3], b[:3], tube)  # three channels take long enough
fast = tv.tube_tokens(video, w, b, tube)[0]
assert np.allclose(slow, fast[:, :3], atol=1e-4) and np.allclose(tokens, fast, atol=1e-4)
lesson.source(tv.tube_tokens)

# %% [markdown]
# ## What a channel responds to
#
# Channel $d$ of the kernel is a pattern. Channel $d$ of a token is large where the video looks like
# this pattern. We take all boxes of 64 clips and find the three boxes with the largest numbers in
# channel $d$.

# %%
from tubevit_np.data.generated.scenes import make_clips

many = make_clips(lesson.pools(), 64, np.random.default_rng(5))[0]
responses = tv.tube_tokens(scale_uint8(many, cfg), w, b, tube)[..., d]  # (64, 32)
best = np.argsort(responses, axis=None)[-3:][::-1]
films = windows(many, tube)[:, :, 0].reshape(-1, 8, 8, 8, 3)[best]
lesson.shapes(responses=responses, films=films)

# %%
figure, axes = lesson.axes(900, 600, 4, 1)
draw_film(axes[0], to_bytes(kernel_rgb(w)[d]))
for ax, film in zip(axes[1:], films):
    draw_film(ax, film)
lesson.show(figure, "Top row: channel d of the kernel. Other rows: the three boxes with the "
                    "largest numbers in this channel. Like the kernel, these boxes are dark in "
                    "the first frame and bright in the last.")

# %% [markdown]
# ## All tubes
#
# Every tube has its own kernel, but $D$ is the same. So the tokens of all tubes fit into one list.
# The list contains one tube after another. The tokens of a tube are sorted by time, then by row,
# then by column. `tv.tokenize` makes this list.

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
lesson.show(figure, "All 102 tokens by 96 channels. The bars on the left mark the tubes: 36 "
                    "patches, then 32 tokens of 8x8x8, 16 of 16x4x4 and 18 of 4x12x12.")

# %% [markdown]
# ## How many tokens?
#
# The formula of lesson 1, $\lfloor (L - o - k) / s \rfloor + 1$, gives the number of boxes on each
# axis. The number of tokens is the product over the three axes. For the paper's model ViT-B on 32
# frames of 224×224 pixels, the sum over all tubes is 539. (The paper prints 559, but the kernels
# and strides in the paper do not give 559 in any interpretation.) Dense boxes of 2×16×16 voxels,
# without gaps, give 3136.

# %%
paper, shape = tv.PRESETS["B"], (32, 224, 224)
for each in paper.tubes:
    print(f"{each.name:8} {tv.grid(each, shape)!s:12} S = {each.members}")
assert sum(token_counts(paper, shape)) == 539
print(f"{sum(token_counts(paper, shape))} tokens; dense: {16 * 14 * 14}")

# %% [markdown]
# ## Several boxes in one token
#
# The number $S$ in the output above belongs to **space-to-depth**. The paper packs $S$ neighboring
# boxes, called **members**, into one token. The video is then read more densely, with the same
# number of tokens. Each member gives only $D / S$ channels, and a token concatenates the channels
# of its members. In the array that `windows` returns, the third axis counts the members. The demo
# model has $S = 1$ everywhere. Here we try two members with 48 channels each.

# %%
from dataclasses import replace

packed = replace(tube, s2d=(2, 1, 1))  # two members, half a stride apart in time
members = windows(video, packed)
halves = tv.tube_tokens(video, w[..., :48], b[:48], packed)
assert np.allclose(halves[0, :, :48], tokens[:, :48], atol=1e-4)
lesson.shapes(members=members, halves=halves)

# %% [markdown]
# The first member of each packed token is the same box as before, so the first 48 channels are the
# same. One thing is still missing: a token does not contain the place of its box.
# [Lesson 3](03_positions.ipynb) adds the place.
#
# ## Exercises
#
# 1. How many parameters do the kernel and bias of the 16×4×4 tube have? Compute the number, then
#    check with `params["tubes"]["2"]`.
# 2. Double the values of the clip, `2 * video`. What happens to the tokens, and why do they not
#    double exactly?
# 3. Reverse the clip in time, `video[:, ::-1]`, and the kernel too, `w[::-1]`. Which new tokens
#    equal which old tokens? (Start with the tube 16×4×4, which has only one box in time.)
#
# <details><summary>Answers</summary>
#
# 1. $16 \cdot 4 \cdot 4$ voxels times 3 colors times 96 channels is 73728 weights. There are 96
#    biases.
# 2. The weighted sum doubles, the bias does not: `2 * (tokens - b) + b`.
# 3. The order of the terms does not change a sum. So a reversed box and a reversed kernel give the
#    same number. With 16×4×4 all 16 tokens stay the same. With 8×8×8 the 16 tokens of the first
#    eight frames and the 16 tokens of the last eight frames exchange places: token 0 becomes token
#    16.
#
# </details>
