# %% [markdown]
# # 1. What a tube sees
#
# A video is large, and most of it says the same thing many times: the next frame looks almost like
# this one. TubeViT, the model of these lessons, looks at a video only in a few places. In each
# place it reads a small box of pixels, long in time or wide in space, and such a box is called a
# **tube**. This lesson shows where the tubes lie and how little of the video they read.
#
# You need NumPy, nothing else. Everything here runs on a laptop in seconds. The picture below is
# the map of the whole model; it stands at the top of every lesson, with the part in question
# marked.

# %%
import lesson
import numpy as np

import tubevit_np as tv

lesson.overview("video", "tubes")

# %% [markdown]
# ## A video is an array
#
# A color picture is an array of shape `(H, W, C)`: rows, columns and color channels. A **clip**
# is a short video: `T` pictures, called frames, one after the other, `(T, H, W, C)`. The axes are
# always in this order, time first. One position `(t, h, w)` in a clip is a **voxel**, a pixel with
# a time.
#
# Here are eight clips that the project draws by itself. In each of them one textured thing moves,
# grows, shrinks, spins or rests. We look at one of them.

# %%
clips, labels = lesson.clips(8, seed=3)
clip = clips[1]
lesson.shapes(clips=clips, clip=clip, **labels)
lesson.play(clip, "A disc with pink and black stripes moves to the left over colored shapes, and "
            "comes back in on the right.")

# %% [markdown]
# Played as a film we see the motion at once. An array has no player, so let us lay its frames side
# by side, and beside that one row of pixels, number 16, over time. Where something rests the lines
# in that second picture are level. The stripes slant: **motion is a slope in space and time**. A
# model that wants to see motion has to look at several frames at once.

# %%
from tubevit_np.plots.lesson_plots.frames import draw_film, draw_slice

figure, (left, right) = lesson.axes(1300, 330, 1, 2, widths=(3, 1))
draw_film(left, clip, every=4)
draw_slice(right, clip, row=16)
lesson.show(figure, "Left: frames 0, 4, 8 and 12 of the clip. Right: row 16 of all sixteen frames "
            "over time; the edges of the disc are slanted lines.")

# %% [markdown]
# ## A patch: a box in one frame
#
# An image transformer cuts a picture into squares, called **patches**. Three triples say how, each
# in the order time, rows, columns:
#
# - the **kernel** is the size of a box, here 1 frame, 8 rows, 8 columns;
# - the **stride** is how far it is from one box to the next;
# - the **offset** is where the first box begins.
#
# In the project these three are a `Tube`, even where a box is only one frame long.

# %%
params, cfg, notes = lesson.model()
patch = cfg.tubes[0]
print(patch)
box = clip[0, 8:16, 16:24]  # the box that begins at row 8 and column 16
lesson.shapes(frame=clip[0], box=box)

# %% [markdown]
# A loop finds all boxes: begin at the offset, go on by the stride, stop where the kernel would
# stick out. `starts`, which draws the pictures of tubes, does the same for all three axes at once,
# and we check that both agree.

# %%
from tubevit_np.plots.model_plots.sampling import starts

rows = [h for h in range(patch.offset[1], 48, patch.stride[1]) if h + patch.kernel[1] <= 48]
columns = [w for w in range(patch.offset[2], 48, patch.stride[2]) if w + patch.kernel[2] <= 48]
times, *axes = starts(patch, clip.shape[:3])
assert rows == list(axes[0]) and columns == list(axes[1])
print(f"rows {rows}, columns {columns}, frames {times.tolist()}")

# %%
from tubevit_np.plots.lesson_plots.frames import draw_cuts

figure, (left, right) = lesson.axes(860, 400, 1, 2)
left.imshow(clip[0])
draw_cuts(right, [clip[0, h:h + 8, w:w + 8] for h in rows for w in columns], 6)
lesson.show(figure, "Left: frame 0. Right: the same frame, cut into six times six patches.")

# %% [markdown]
# ## A tube: a box in several frames
#
# A tube is the same, but its kernel is more than one frame long. The model has three kinds of them.
# One is as long as it is wide (8×8×8). One is long and thin (16×4×4): it watches a small spot for
# the whole clip. One is short and wide (4×12×12). In rows and columns strides are larger than
# kernels, so there are gaps between the boxes: this is what **sparse** means.

# %%
for tube in cfg.tubes:
    times, rows, columns = starts(tube, clip.shape[:3])
    print(f"{tube.name:8} frames {times}, rows {rows}, columns {columns}")

# %%
from tubevit_np.plots.model_plots.sampling import draw_tubes
from tubevit_np.plots.style import page, place

figure = page(1160, 256)
for i, tube in enumerate(cfg.tubes):
    ax = place(figure, 285 * i, 0, 278, 254, projection="3d", facecolor="none")
    draw_tubes(ax, cfg, clip.shape[:3], only=i)
lesson.show(figure, "Four boxes in space and time, time to the right. Orange: a sheet of patches "
            "in frame 0. Blue: 32 cubes in two layers. Green: 16 thin rods that last the whole "
            "clip. Red: 18 flat slabs in two layers.")

# %% [markdown]
# The same from the front, as in a frame, and from the side, with time to the right. The offsets
# shift the kinds against each other, so that one looks where another does not.

# %%
from tubevit_np.plots.model_plots.sampling import draw_grid

figure, (left, right) = lesson.axes(1000, 360, 1, 2)
draw_grid(left, cfg, clip.shape[:3])
draw_grid(right, cfg, clip.shape[:3], view=(1, 0))
lesson.show(figure, "The places of all tubes from the front and from the side, each kind in its "
            "color: orange patches in frame 0, blue 8x8x8, green 16x4x4, red 4x12x12.")

# %% [markdown]
# ## What one box holds
#
# Cut one box of each kind out of the clip, where the disc passes, and look at its frames. The short
# one hardly notices that anything moves. In the long one a stripe comes and goes.

# %%
figure, axes = lesson.axes(1200, 600, 3, 1)
for ax, tube in zip(axes, cfg.tubes[1:]):
    t, h, w = (at[k] for at, k in zip(starts(tube, clip.shape[:3]), (0, 1, 0)))
    kt, kh, kw = tube.kernel
    draw_film(ax, clip[t:t + kt, h:h + kh, w:w + kw])
    ax.set_title(tube.name)
lesson.show(figure, "The frames of an 8x8x8, a 16x4x4 and a 4x12x12 box: stripes that move.")

# %% [markdown]
# ## How much is read?
#
# We mark every voxel that some box covers, box by box; `sampling.boxes` gives the near and the
# far corner of each. We do it for the tubes of the paper, made for real videos of 32 frames of
# 224×224 pixels, and for those of our demo. The latter are crowded, because a clip of 48×48 pixels
# is small.

# %%
from tubevit_np.plots.model_plots.sampling import boxes

paper = tv.PRESETS["B"]
for model, shape in ((paper, (32, 224, 224)), (cfg, clip.shape[:3])):
    read = np.zeros(shape, bool)
    for near, far in np.concatenate([boxes(tube, shape) for tube in model.tubes]):
        read[tuple(map(slice, near, far))] = True
    print(f"{shape}: {read.mean():.1%} of all voxels are read")

# %%
figure, ax = lesson.axes(1000, 250)
draw_film(ax, np.where(read[..., None], clip, 230).astype(np.uint8), every=3)
lesson.show(figure, "Frames 0, 3, 6 and so on; what no tube reads is left light gray.")

# %% [markdown]
# How many boxes are there? Counted in a loop on each axis, or by a formula, which is what `tv.grid`
# computes for the three axes; `conformance/loops/` holds the loops, for this and what follows:
#
# `n = (length - offset - kernel) // stride + 1`

# %%
from tubevit_np.conformance import loops

for tube in paper.tubes:
    counts = tv.grid(tube, (32, 224, 224))
    assert list(counts) == loops.grid(tube, (32, 224, 224))
    print(f"{tube.name:8} {counts} = {np.prod(counts)} places")

# %% [markdown]
# 539 in all. A model that cuts the same video into boxes of 2×16×16 voxels, side by side and
# without gaps, has 16 · 14 · 14 = 3136. What a transformer does costs more than in proportion to
# that number (lesson 4), and that is why the model is sparse. In the [next lesson](02_tokens.ipynb)
# each place becomes a list of numbers, a token.
#
# ## Exercises
#
# 1. A tube has kernel `(4, 12, 12)`, stride `(8, 18, 18)` and offset `(2, 0, 0)`. On paper: at
#    which frames and rows do its boxes begin in a clip of 16×48×48? Check with `starts`.
# 2. The clip gets twice as long, 32 frames. Which of the four demo tubes give more boxes, and how
#    many does each give? (`tv.grid(tube, (32, 48, 48))`)
# 3. Change the kernel of one demo tube so that more voxels are read, with as many boxes as before.
#    `dataclasses.replace(tube, kernel=...)` makes a changed copy.
#
# <details><summary>Answers</summary>
#
# 1. Frames 2 and 10: the next, 18, is past the end. Rows 0 and 18, and 36, because 36 + 12 = 48
#    just fits. So 2 · 3 · 3 = 18 boxes.
# 2. All of them: the patches have a stride of 16 frames, so there are 2 · 36 = 72; 8×8×8 gives 4 ·
#    16 = 64; 16×4×4 gives 2 · 16 = 32; 4×12×12 gives 4 · 9 = 36. Together 204, twice as many.
# 3. For example `replace(cfg.tubes[2], kernel=(16, 8, 8))`: the places stay the same as long as the
#    last box still fits, here 4 + 3 · 12 + 8 = 48, and each rod reads four times as many voxels.
#
# </details>
