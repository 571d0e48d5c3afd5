# %% [markdown]
# # 1. Patches and tubes
#
# A video is an array of numbers with shape `(T, H, W, C)`: frames, rows, columns, colors. A
# transformer needs a list of vectors. In this assignment you cut boxes out of a video and turn each
# box into one vector, a **token**. Most of the boxes have gaps between them. A rule that says how
# large the boxes are and where they lie is called a **tube**. TubeViT, the model of this project,
# is a vision transformer that makes its tokens in this way. At the end you have its first layer.
#
# **You will be able to**
#
# - compute how many boxes there are and where they begin, for a given kernel, stride and offset;
# - cut an image into patches and a video into tubes with NumPy, in a fixed order, and put the
#   patches back together into an image;
# - explain why one matrix product applies a kernel to all boxes;
# - compute which fraction of a video the tubes cover, and how much computation the gaps save.
#
# Time: about two hours. You need NumPy, slicing, `reshape` and `transpose`.
#
# **How it works.** Write your code where it says `YOUR CODE HERE`. Run the cell. Then run the cell
# below it: it shows what is wrong. `python -m pytest` in this folder tests the saved notebook. When
# you submit, the grader also tries cases that you cannot see. They are worth half of the points. A
# mistake costs points only in its own exercise: if a later exercise calls a wrong function, the
# grader runs the later exercise again with a correct version of that function.
#
# **Cells that you add.** You may add cells with helper functions, here and in the other
# assignments. Of these cells the grader runs only some parts: imports, functions (also `lambda`),
# classes and plain constants. Plain constants are numbers, text, lists, tuples and dicts,
# `np.array` of these, and arithmetic with them. If a cell computes a value with any other function
# call, this value does not exist when your work is graded. An added cell cannot replace an
# exercise: only the function in the exercise's own cell counts.
#
# **To read**
#
# - Lessons 1 and 2 of this project, `notebooks/01_tubes.ipynb` and `02_tokens.ipynb`. The glossary
#   `notebooks/GLOSSARY.md` explains the terms of all assignments.
# - Piergiovanni, Kuo and Angelova, *Rethinking Video ViTs: Sparse Video Tubes for Joint Image and
#   Video Learning*, CVPR 2023, sections 3.1 and 3.2.
# - Dosovitskiy and others, *An Image is Worth 16x16 Words*, ICLR 2021, section 3.1.
# - Arnab and others, *ViViT: A Video Vision Transformer*, ICCV 2021, section 3.2, about dense
#   tubes.

# %% nbgrader={"schema_version": 3, "grade_id": "given_start", "grade": false, "solution": false, "locked": true, "task": false}
import numpy as np
from course import check, data, film

clip = data("clip")
print(clip.shape, clip.dtype)
film(clip[::2], "Eight frames of a clip of 48 by 48 pixels: a square with blue dots moves up.")

# %% [markdown] course={"exercise": "box_starts", "minutes": 8, "difficulty": 1}
# ## 1.1 Where boxes begin
#
# On one axis, a box is a range of `kernel` neighboring indices. The first box begins at `offset`.
# Each further box begins `stride` indices after the box before it. Every box must lie completely
# inside the axis.
#
# Return a list of the indices where boxes begin. If not even the first box fits, return an empty
# list.
#
# Example: for a length of 10, a kernel of 4, a stride of 3 and an offset of 0, boxes begin at 0, 3
# and 6.
#
# <details><summary>Hint</summary>
#
# Use `range` with three arguments. What is the last index at which a box may begin?
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "box_starts", "grade": false, "solution": true, "locked": false, "task": false}
def box_starts(length, kernel, stride, offset):
    ### BEGIN SOLUTION
    return list(range(offset, length - kernel + 1, stride))
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_box_starts", "grade": true, "solution": false, "locked": true, "task": false, "points": 2}
check("box_starts")

# %% [markdown] tags=["solution"]
# A box that begins at `s` ends at `s + kernel - 1`, which must be at most `length - 1`. So the last
# allowed start is `length - kernel`. `range` stops one before its second argument, so that argument
# is one larger. A stride larger than the kernel leaves gaps. These gaps make tubes sparse.

# %% [markdown] course={"exercise": "grid", "minutes": 10, "difficulty": 1}
# ## 1.2 How many boxes
#
# Return `(nt, nh, nw)`, the number of boxes on each of the three axes, as a tuple of integers. All
# arguments are triples in the order t, h, w. Use a formula, not a loop over indices. If the kernel
# does not fit on an axis, the number is 0.
#
# <details><summary>Hint</summary>
#
# How many indices are left after the first box? Each further box uses `stride` of these indices.
# Try your formula by hand on an axis that ends exactly where a box ends.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "grid", "grade": false, "solution": true, "locked": false, "task": false}
def grid(shape, kernel, stride, offset):
    ### BEGIN SOLUTION
    return tuple(max(0, (n - o - k) // s + 1) for n, k, s, o in zip(shape, kernel, stride, offset))
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_grid", "grade": true, "solution": false, "locked": true, "task": false, "points": 2}
check("grid")

# %% [markdown] tags=["solution"]
# After the first box, $n - o - k$ indices are left on an axis of length $n$ (offset $o$, kernel
# $k$, stride $s$). Each further box needs $s$ of these indices, so there are
# $\lfloor (n - o - k) / s \rfloor + 1$ boxes. If $n - o - k$ is negative, the floor is -1 or less,
# so the formula gives 0 or less, and `max` returns 0.

# %% [markdown] course={"exercise": "patches", "minutes": 15, "difficulty": 2}
# ## 1.3 An image as patches
#
# Cut an image `(H, W, C)` into squares of `size` by `size` pixels that lie side by side. These
# squares are called patches. Write each patch as one row of the result, `(N, size * size * C)`. The
# patches are ordered row by row, and from left to right in each row. Inside a patch the order is
# rows, columns, colors. `H` and `W` are multiples of `size`.
#
# <details><summary>Hint</summary>
#
# `reshape` can split one axis into two: `H` becomes `H // size` and `size`. After that only the
# order of the axes is wrong.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "patches", "grade": false, "solution": true, "locked": false, "task": false}
def patches(image, size):
    ### BEGIN SOLUTION
    height, width, colors = image.shape
    parts = image.reshape(height // size, size, width // size, size, colors)
    return parts.transpose(0, 2, 1, 3, 4).reshape(-1, size * size * colors)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_patches", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("patches")

# %% [markdown] tags=["solution"]
# After the first `reshape` the axes are: row of patches, row inside the patch, column of patches,
# column inside the patch, color. The numbers of one patch must be neighbors in the result, so the
# two axes that select the patch go first. Without `transpose`, the second `reshape` would mix
# pixels of neighboring patches.

# %% [markdown] course={"exercise": "unpatch", "minutes": 15, "difficulty": 2}
# ## 1.4 And back
#
# Write the inverse of 1.3: it takes rows `(N, size * size * C)` in the order of 1.3 and returns the
# image `(height, width, C)`.
#
# <details><summary>Hint</summary>
#
# Undo the steps of 1.3, beginning with the last one. Which order of axes undoes `(0, 2, 1, 3, 4)`?
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "unpatch", "grade": false, "solution": true, "locked": false, "task": false}
def unpatch(rows, height, width, size):
    ### BEGIN SOLUTION
    parts = rows.reshape(height // size, width // size, size, size, -1)
    return parts.transpose(0, 2, 1, 3, 4).reshape(height, width, -1)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_unpatch", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("unpatch")

# %% [markdown] tags=["solution"]
# Swapping two axes is its own inverse, so the same `transpose` works again.

# %% [markdown] course={"exercise": "tube_windows", "minutes": 20, "difficulty": 3}
# ## 1.5 A video as tubes
#
# Now the kernel may cover several frames, and there are strides and offsets. From a video
# `(T, H, W, C)` return `(N, kt * kh * kw * C)`, one row for each box. The order of the boxes: time
# changes slowest, columns change fastest. Inside a box, voxels and colors keep the order that they
# have in the video. `kernel`, `stride` and `offset` are triples in the order t, h, w. If no box
# fits, return an array with zero rows and the usual number of columns.
#
# A loop over boxes is fine. If you like, use `np.lib.stride_tricks.sliding_window_view` instead.
#
# <details><summary>Hint</summary>
#
# `box_starts` gives the indices on each axis. Three nested loops go over all of them. A slice also
# needs an end: where does a box end?
#
# </details>
#
# <details><summary>Another hint</summary>
#
# `np.array` of an empty list has only one axis. `reshape` with the right second number repairs
# that. `-1` does not work as the second number, because `reshape` cannot compute a length from zero
# values.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "tube_windows", "grade": false, "solution": true, "locked": false, "task": false}
def tube_windows(video, kernel, stride, offset):
    ### BEGIN SOLUTION
    kt, kh, kw = kernel
    axes = [box_starts(*each) for each in zip(video.shape[:3], kernel, stride, offset)]
    boxes = [video[t:t + kt, h:h + kh, w:w + kw].reshape(-1)
             for t in axes[0] for h in axes[1] for w in axes[2]]
    return np.array(boxes, video.dtype).reshape(len(boxes), kt * kh * kw * video.shape[3])
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_tube_windows", "grade": true, "solution": false, "locked": true, "task": false, "points": 4}
check("tube_windows")

# %% [markdown] tags=["solution"]
# The last loop runs fastest, so columns must come last. An image is a video with one frame, and a
# patch is a box of a tube whose kernel covers one frame. So 1.3 is the case
# `kernel = stride = (1, size, size)`. For this reason one model can read both images and videos.

# %% [markdown] course={"exercise": "tube_tokens", "minutes": 15, "difficulty": 2}
# ## 1.6 From boxes to tokens
#
# A kernel `w` of shape `(kt, kh, kw, C, D)` holds `D` patterns, each as large as a box. To get
# channel `d` of a token, multiply each number in the box by the number at the same place in pattern
# `d`. Add up all the products, and add `b[d]`. Return all tokens of a video, `(N, D)`, in the order
# of 1.5. Use one matrix product, no loop over boxes or patterns.
#
# <details><summary>Hint</summary>
#
# A row of exercise 1.5 is multiplied by the kernel, and the result is `D` numbers. Which shape must
# the kernel have for this product? Do the voxels of the kernel have the same order as the voxels in
# the row?
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "tube_tokens", "grade": false, "solution": true, "locked": false, "task": false}
def tube_tokens(video, w, b, stride, offset):
    ### BEGIN SOLUTION
    rows = tube_windows(video, w.shape[:3], stride, offset)
    return rows @ w.reshape(-1, w.shape[-1]) + b
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_tube_tokens", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("tube_tokens")

# %% [markdown] tags=["solution"]
# The first four axes of the kernel have the same order as the numbers in a row, so one `reshape`
# lines them up. This is a 3D convolution with a stride. As everywhere in deep learning, the kernel
# is not flipped.

# %% [markdown] course={"exercise": "share_read", "minutes": 15, "difficulty": 3}
# ## 1.7 How much is read
#
# Several tubes read the same video. `tubes` is a list of `(kernel, stride, offset)`. Return the
# fraction of all voxels `(T, H, W)` that at least one box covers, as a float from 0 to 1. Count a
# voxel once, even if several boxes cover it.
#
# <details><summary>Hint</summary>
#
# Start with an array of `False` as large as the video. Every box sets its part to `True`.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "share_read", "grade": false, "solution": true, "locked": false, "task": false}
def share_read(shape, tubes):
    ### BEGIN SOLUTION
    read = np.zeros(shape, bool)
    for kernel, stride, offset in tubes:
        kt, kh, kw = kernel
        axes = [box_starts(*each) for each in zip(shape, kernel, stride, offset)]
        for t in axes[0]:
            for h in axes[1]:
                for w in axes[2]:
                    read[t:t + kt, h:h + kh, w:w + kw] = True
    return float(read.mean())
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_share_read", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("share_read")

# %% [markdown] tags=["solution"]
# With the paper's tubes on 32 frames of 224 by 224 pixels, the boxes cover about a tenth of the
# voxels. The paper also packs some neighboring boxes into the same token (space-to-depth). With
# these boxes it is about a sixth. If you add up the volumes of all boxes instead, you count voxels
# twice where boxes overlap.

# %% [markdown] course={"exercise": "why_sparse", "minutes": 12, "difficulty": 2}
# ## 1.8 In words: what gaps cost and save
#
# The paper's tubes give 539 tokens for a video of $32 \times 224 \times 224$. Dense boxes of
# $2 \times 16 \times 16$ give 3136 tokens. Answer in three to six sentences: What work does the
# model save? Which part of the model saves most, and by about which factor? What can the model
# miss, and why does that do less harm than one might think?

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "why_sparse", "grade": true, "solution": true, "locked": false, "task": false, "points": 4}
# Attention compares all tokens with all others, so its cost grows with the square of the number of
# tokens: $(3136 / 539)^2 \approx 34$. Linear layers and MLPs process each token alone, and save a
# factor of about 6. The model never sees what lies in the gaps: it misses a small thing that stays
# inside a gap. This does little harm, because neighboring voxels and frames are similar, because
# most things are larger than a gap or move through it, and because tubes of other shapes, with
# other offsets, cover places that one tube leaves out.

# %% [markdown] tags=["rubric"]
# **1.8, what gaps cost and save (4 points).** One point each for: the square in attention; the
# linear factor in the other layers (or a number for one of the two factors); what the model can
# miss; why this does little harm.
#
# - *4 points.* "Attention is quadratic in the tokens, so 3136/539 = 5.8 times fewer tokens make it
#   about 34 times cheaper, MLPs 5.8 times. Small things in gaps are invisible. But videos are
#   redundant and the three tube shapes are shifted against each other, so most things hit some
#   tube."
# - *2 points.* "There are about six times fewer tokens, so the model is about six times faster. It
#   can overlook small details between the tubes." The answer has neither the square nor a reason
#   why gaps do little harm.
# - *0 to 1 point.* "Sparse tubes are faster and more efficient, and accuracy stays good." The
#   answer only repeats the claim that it should explain.

# %% [markdown] course={"exercise": "why_order", "minutes": 8, "difficulty": 2}
# ## 1.9 In words: does order matter?
#
# Someone writes the voxels of each box with colors first, `(C, kt, kh, kw)`, and trains a model
# from scratch. Is this model as good as a model with your order? Then they load your kernel `w`
# into this model. What goes wrong? Do the shapes of the arrays show the error? Answer in three or
# four sentences.

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "why_order", "grade": true, "solution": true, "locked": false, "task": false, "points": 3}
# A model that is trained from scratch is equally good: the order inside a box only renumbers the
# inputs of a linear layer, and the weights are learned in that order. With a kernel that was
# trained in another order, each weight is multiplied by the wrong voxel, so the tokens are wrong.
# After flattening, the shapes are the same, so no error is raised. Only a comparison of numbers
# shows the mistake.

# %% [markdown] tags=["rubric"]
# **1.9, does order matter (3 points).** One point each for: the model is equally good, and why;
# loaded weights give wrong tokens; the shapes do not show this.
#
# - *3 points.* "A linear layer does not care how inputs are numbered, so training works equally
#   well. Loaded weights would multiply the wrong voxels. After flattening both are (kt kh kw C, D),
#   so there is no error, just bad tokens."
# - *2 points.* "It trains fine because the weights adapt. With loaded weights results are wrong."
#   The answer says nothing about shapes.
# - *0 to 1 point.* "The order must always be the same or the model cannot learn." This is true only
#   when weights are loaded.
