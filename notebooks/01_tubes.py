# %% [markdown]
# # 1. Tubes: reading a small part of a video
#
# A video is large, and it repeats itself: the next frame looks almost like the current one.
# TubeViT, the model of these lessons, reads only small boxes of pixels from the video. A box can be
# long in time or wide in space. A set of boxes of one size is called a **tube**. This lesson
# shows where the boxes lie and how little of the video they read.
#
# You need to know NumPy. Everything here runs on a laptop in seconds. Each new term is in bold, and
# the [glossary](GLOSSARY.md) explains all of them. The picture below shows the whole model. It
# stands at the top of every lesson, with the subject of the lesson marked.

# %%
import lesson
import numpy as np

import tubevit_np as tv

lesson.overview("video", "tubes")

# %% [markdown]
# ## A video is an array
#
# A color picture is an array of shape `(H, W, C)`: rows, columns and color channels. A **clip** is
# a short video: `T` pictures, called **frames**, in order. Its shape is `(T, H, W, C)`. The axes
# always have this order, with time first. One position $(t, h, w)$ in a clip is a **voxel**: a
# pixel at one time.
#
# Here are eight clips of the data set **scenes**, which this project generates. First it paints
# pictures of **dead leaves**: many shapes that lie on top of each other, like leaves on the ground.
# Then a camera moves over a picture. It pans in some direction, zooms, turns or stays still. We use
# one of the clips.

# %%
clips, labels = lesson.clips(8, seed=3)
clip = clips[1]
lesson.shapes(clips=clips, clip=clip, **labels)
lesson.play(clip, "The camera moves to the left over leaves with stripes. So in the frames, the "
                  "leaves move to the right.")

# %% [markdown]
# As a film, the clip shows its motion at once. To see motion in a still picture, we
# draw two things. The left picture shows frames side by side. The right picture shows row 16 of
# every frame, with time from left to right. In this picture, the edges of things that stay still
# would be horizontal lines. Here all edges are slanted lines, because the leaves move: *motion is a
# slope in space and time*. So a model needs several frames at once to detect motion.

# %%
from tubevit_np.plots.lesson_plots.frames import draw_film, draw_slice

figure, (left, right) = lesson.axes(1300, 330, 1, 2, widths=(3, 1))
draw_film(left, clip, every=4)
draw_slice(right, clip, row=16)
lesson.show(figure, "Left: frames 0, 4, 8 and 12 of the clip. Right: row 16 of all sixteen frames "
                    "over time. The edges of the moving leaves are slanted lines.")

# %% [markdown]
# ## A patch: a box in one frame
#
# A **vision transformer (ViT)** cuts a picture into squares, called **patches**. Three triples
# define the cut. Each is in the order time, rows, columns:
#
# - the **kernel** is the size of a box, here 1 frame, 8 rows, 8 columns;
# - the **stride** is the distance from one box to the next;
# - the **offset** is the start of the first box.
#
# In the code, a `Tube` holds these three triples, and a fourth one, `s2d`, which is for a later
# lesson. A `Tube` describes all boxes of one kind. The patches are the `Tube` whose boxes have one
# frame.

# %%
params, cfg, notes = lesson.model()
patch = cfg.tubes[0]
print(patch)
box = clip[0, 8:16, 16:24]  # the box that begins at row 8 and column 16
lesson.shapes(frame=clip[0], box=box)

# %% [markdown]
# A loop finds all boxes: start at the offset, add the stride, stop when the kernel no longer fits.
# The function `starts` does the same for all three axes. We check that both agree.

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
lesson.show(figure, "Left: frame 0. Right: the same frame, cut into 6 rows of 6 patches.")

# %% [markdown]
# ## A tube: a box in several frames
#
# The other tubes of the model work the same way, but their boxes are longer than one frame. The
# first is a cube (8×8×8). The second is long and thin (16×4×4): it covers a small spot for the
# whole clip. The third is short and wide (4×12×12). In rows and columns the strides are larger than
# the kernels, so there are gaps between the boxes. This is the meaning of **sparse**.

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
lesson.show(figure, "Boxes in space and time, with time to the right. Orange: a layer of 36 "
                    "patches in frame 0. Blue: 32 cubes in two layers. Green: 16 thin bars that "
                    "last the whole clip. Red: 18 flat slabs in two layers.")

# %% [markdown]
# Here are the same boxes from two sides. From the front we see rows and columns, as
# in a frame. From the side, time runs to the right. Each tube has its own offset, so most boxes of
# different tubes begin at different places.

# %%
from tubevit_np.plots.model_plots.sampling import draw_grid

figure, (left, right) = lesson.axes(1000, 360, 1, 2)
draw_grid(left, cfg, clip.shape[:3])
draw_grid(right, cfg, clip.shape[:3], view=(1, 0))
lesson.show(figure, "All boxes from the front (left) and from the side (right). Orange: patches "
                    "in frame 0; blue: 8x8x8; green: 16x4x4; red: 4x12x12.")

# %% [markdown]
# ## What one box holds
#
# We cut one box of each of the three longer kinds out of the clip, where the green stripes pass,
# and draw its frames. In the short 4×12×12 box the stripes move only a little. In the long 16×4×4
# box several stripes pass, one after the other.

# %%
figure, axes = lesson.axes(1200, 600, 3, 1)
for ax, tube in zip(axes, cfg.tubes[1:]):
    t, h, w = (at[k] for at, k in zip(starts(tube, clip.shape[:3]), (0, 2, 0)))
    kt, kh, kw = tube.kernel
    draw_film(ax, clip[t:t + kt, h:h + kh, w:w + kw])
    ax.set_title(tube.name)
lesson.show(figure, "The frames of one 8x8x8, one 16x4x4 and one 4x12x12 box, from top to "
                    "bottom.")

# %% [markdown]
# ## How much is read?
#
# We mark every voxel that some box covers. The function `boxes` gives two opposite corners of each
# box. We mark the voxels for two models. The first is the model of the TubeViT paper, for videos of
# 32 frames of 224×224 pixels. The second is the small model of these lessons, the demo model. Its
# boxes are closer together, because its clips have only 48×48 pixels.

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
lesson.show(figure, "Every third frame of the clip. Voxels that no tube reads are light gray.")

# %% [markdown]
# A formula gives the number of boxes $n$ on an axis of length $L$, for kernel $k$, stride $s$ and
# offset $o$:
#
# $$n = \lfloor (L - o - k) / s \rfloor + 1$$
#
# `tv.grid` computes it for the three axes. The loops in `conformance/loops/` count the boxes one by
# one, and we check that both agree.

# %%
from tubevit_np.conformance import loops

for tube in paper.tubes:
    counts = tv.grid(tube, (32, 224, 224))
    assert list(counts) == loops.grid(tube, (32, 224, 224))
    print(f"{tube.name:8} {counts} = {np.prod(counts)} places")

# %% [markdown]
# Together the four tubes of the paper give 539 boxes. A model that cuts the same
# video into boxes of 2×16×16 voxels, without gaps, has $16 \cdot 14 \cdot 14 = 3136$ boxes. The
# work of a transformer grows faster than this number (lesson 4), so fewer boxes save a lot. In the
# [next lesson](02_tokens.ipynb) each box becomes a vector, called a token.
#
# ## Exercises
#
# 1. A tube has kernel `(4, 10, 10)`, stride `(6, 16, 16)` and offset `(1, 2, 2)`. At which frames
#    and rows do its boxes begin in a clip of 16×48×48? Work it out on paper, then check with
#    `starts(tv.Tube(...), (16, 48, 48))`.
# 2. The clip becomes twice as long, 32 frames. Which of the four tubes of the demo model give more
#    boxes, and how many does each give? (`tv.grid(tube, (32, 48, 48))`)
# 3. Change the kernel of one demo tube so that more voxels are read with the same number of boxes.
#    `dataclasses.replace(tube, kernel=...)` makes a changed copy.
#
# <details><summary>Answers</summary>
#
# 1. Frames 1 and 7. At frame 13 the box would end at 17, past the last frame. Rows 2, 18 and 34,
#    because $34 + 10 = 44$ fits. So there are $2 \cdot 3 \cdot 3 = 18$ boxes.
# 2. All of them. The patches have a stride of 16 frames, so they give $2 \cdot 36 = 72$ boxes.
#    8×8×8 gives $4 \cdot 16 = 64$, 16×4×4 gives $2 \cdot 16 = 32$ and 4×12×12 gives
#    $4 \cdot 9 = 36$. The sum is 204, twice the number for 16 frames.
# 3. One answer: `replace(cfg.tubes[2], kernel=(16, 8, 8))`. The number of boxes stays the same if
#    the last box still fits: offset 4, three strides of 12 and the kernel 8 give 48, the size of a
#    frame. Each box reads four times as many voxels.
#
# </details>
