# %% [markdown]
# # 1. Patches and tubes
#
# A video is an array of numbers, `(T, H, W, C)`: frames, rows, columns, colors. A transformer
# wants a list of vectors. You cut a video into boxes, sparsely, and turn each box into one vector,
# a **token**. At the end you have the first layer of TubeViT.
#
# **You will be able to**
#
# - say where the boxes of a kernel with a stride and an offset begin, and how many there are;
# - cut an image into patches and a video into tubes with NumPy, in a fixed order, and put patches
#   back together;
# - explain why a box times a kernel is a matrix product;
# - tell how much of a video sparse tubes read, and what that saves.
#
# About two hours. You need NumPy, slicing, `reshape` and `transpose`.
#
# **How it works.** Write your code where it says `YOUR CODE HERE`. Run that cell, then the one
# below it: it tells what is wrong. `python -m pytest` in this folder judges the saved notebook.
# When you hand in, cases that you cannot see are tried as well; they are worth half of the points.
# A slip costs its own points alone: exercises that call the one with the slip are then tried once
# more with a right function in its place.
#
# **Cells of your own.** You may add cells with helpers, here and in the other assignments. Of those
# only imports, functions (`lambda`, too), classes and plain constants count: numbers, text, lists,
# tuples and dicts, `np.array` of these, and arithmetic with them. What is computed by other calls
# is not there when your work is graded. A function with the name of an exercise counts in the cell
# of that exercise alone.
#
# **To read**
#
# - Lessons 1 and 2 of this project, `notebooks/01_tubes.ipynb` and `02_tokens.ipynb`.
# - Piergiovanni, Kuo and Angelova, *Rethinking Video ViTs: Sparse Video Tubes for Joint Image and
#   Video Learning*, CVPR 2023, sections 3.1 and 3.2.
# - Dosovitskiy and others, *An Image is Worth 16x16 Words*, ICLR 2021, section 3.1.
# - Arnab and others, *ViViT: A Video Vision Transformer*, ICCV 2021, section 3.2, for dense tubes.

# %% nbgrader={"schema_version": 3, "grade_id": "given_start", "grade": false, "solution": false, "locked": true, "task": false}
import numpy as np
from course import check, data, film

clip = data("clip")
print(clip.shape, clip.dtype)
film(clip[::2], "Eight frames of a clip of 48 by 48 pixels: a square with blue dots goes up.")

# %% [markdown] course={"exercise": "box_starts", "minutes": 8, "difficulty": 1}
# ## 1.1 Where boxes begin
#
# On one axis a kernel covers `kernel` neighboring places. The first box begins at `offset`, each
# next one `stride` further on, and all of a box must lie inside the axis.
#
# Return a list of the places where boxes begin. If not even the first fits, the list is empty.
#
# For a length of 10, a kernel of 4, a stride of 3 and an offset of 0 these are 0, 3 and 6.
#
# <details><summary>Hint</summary>
#
# `range` with three arguments does it. What is the last place at which a box may begin?
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
# allowed start is `length - kernel`, and `range` stops one before its second argument. A stride
# larger than the kernel leaves gaps: that is what makes tubes sparse.

# %% [markdown] course={"exercise": "grid", "minutes": 10, "difficulty": 1}
# ## 1.2 How many boxes
#
# Return `(nt, nh, nw)`, how many boxes there are on each of the three axes, as a tuple of whole
# numbers. All arguments are triples in the order t, h, w. Use a formula, not a loop over places. On
# an axis on which the kernel does not fit there are 0.
#
# <details><summary>Hint</summary>
#
# How much is left of the axis when the first box has been placed? Each further box takes `stride`
# of that. Try the formula by hand on an axis that ends exactly with a box.
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
# After the first box `n - o - k` places are left, and each full stride of them holds one more box.
# If that is negative, the floor makes it -1 or less, so the count would be 0 or less, and `max`
# keeps it at 0.

# %% [markdown] course={"exercise": "patches", "minutes": 15, "difficulty": 2}
# ## 1.3 An image as patches
#
# Cut an image `(H, W, C)` into squares of `size` by `size` pixels, side by side, and write each as
# a row: `(N, size * size * C)`. Patches go row by row, from left to right. Inside a patch the order
# is rows, columns, colors. `H` and `W` are multiples of `size`.
#
# <details><summary>Hint</summary>
#
# `reshape` can split an axis in two: `H` becomes `H // size` and `size`. Then only the order of the
# axes is wrong.
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
# After the first `reshape` the axes are: which row of patches, row inside, which column of patches,
# column inside, color. A patch must be contiguous in the result, so the two "which" axes go first.
# Without `transpose` the second `reshape` would mix pixels of neighboring patches.

# %% [markdown] course={"exercise": "unpatch", "minutes": 15, "difficulty": 2}
# ## 1.4 And back
#
# The inverse: from rows `(N, size * size * C)`, in the order of 1.3, to the image `(height, width,
# C)`.
#
# <details><summary>Hint</summary>
#
# Undo the steps of 1.3 from the last to the first. Which order of axes undoes `(0, 2, 1, 3, 4)`?
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
# Exchanging two axes is its own inverse, so the same `transpose` serves again.

# %% [markdown] course={"exercise": "tube_windows", "minutes": 20, "difficulty": 3}
# ## 1.5 A video as tubes
#
# Now with a kernel that is longer than one frame, with strides and offsets. From a video `(T, H, W,
# C)` return `(N, kt * kh * kw * C)`: a row for each box, time slowest, columns fastest, and inside
# a box the order of its voxels and colors as in the video. `kernel`, `stride` and `offset` are
# triples in the order t, h, w. If no box fits, there are no rows, but the second axis is as long as
# ever.
#
# A loop over boxes is fine. Who likes can do it with `np.lib.stride_tricks.sliding_window_view`.
#
# <details><summary>Hint</summary>
#
# `box_starts` gives the places on each axis; three nested loops go over all of them. Slices have an
# end, too: where does a box end?
#
# </details>
#
# <details><summary>Another hint</summary>
#
# `np.array([])` of an empty list has one axis. `reshape` with the right second number repairs that;
# `-1` cannot, when there is nothing to divide.
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
# The last loop runs fastest, so columns must be last. An image is a video of one frame, and a patch
# is a tube whose kernel is one frame long: 1.3 is the case `kernel = stride = (1, size, size)`.
# That is why one model takes both.

# %% [markdown] course={"exercise": "tube_tokens", "minutes": 15, "difficulty": 2}
# ## 1.6 From boxes to tokens
#
# A kernel `w` of shape `(kt, kh, kw, C, D)` holds `D` patterns as large as a box. Number `d` of a
# token is the sum of all products of the box with pattern `d`, plus `b[d]`. Return all tokens of a
# video, `(N, D)`, in the order of 1.5. No loop over boxes or patterns: one matrix product.
#
# <details><summary>Hint</summary>
#
# What must the shape of the kernel be, so that a row of 1.5 times it gives `D` numbers? Do its
# voxels come in the same order as those of a row?
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
# The kernel's first four axes are in the order of a row's numbers, so one `reshape` lines them up.
# This is a 3D convolution with a stride: no flip of the kernel, as everywhere in deep learning.

# %% [markdown] course={"exercise": "share_read", "minutes": 15, "difficulty": 3}
# ## 1.7 How much is read
#
# Several tubes read the same video. `tubes` is a list of `(kernel, stride, offset)`. Return the
# share of all voxels `(T, H, W)` that at least one box covers, a float from 0 to 1. A voxel that
# several boxes cover counts once.
#
# <details><summary>Hint</summary>
#
# An array of `False` as large as the video; every box sets its part to `True`.
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
# With the paper's tubes on 32 frames of 224 by 224 pixels about a tenth is read, or a sixth with
# the neighboring boxes that it packs into one token. Adding up the volumes of all boxes instead
# would count twice what boxes share.

# %% [markdown] course={"exercise": "why_sparse", "minutes": 12, "difficulty": 2}
# ## 1.8 In words: what gaps cost and save
#
# The tubes of the paper give 539 tokens of a video of 32×224×224, dense boxes of 2×16×16 give 3136.
# In three to six sentences: what does the model save, in which of its parts most, and by about
# which factor? What can it miss, and why does that harm less than one might think?

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "why_sparse", "grade": true, "solution": true, "locked": false, "task": false, "points": 4}
# Attention compares all tokens with all others, so its cost grows with the square of their number:
# (3136 / 539)² is about 34. Linear layers and MLPs work on each token alone, and save a factor of
# about 6. What lies in the gaps is never seen: a small thing that stays inside a gap is missed. It
# harms little because neighboring voxels and frames are alike, because most things are larger than
# a gap or move through it, and because tubes of other shapes, with other offsets, look where one
# does not.

# %% [markdown] tags=["rubric"]
# **1.8, what gaps cost and save (4 points).** One point each for: the square in attention; the
# linear factor elsewhere, or a number for either; what is missed; why it harms little.
#
# - *4 points.* "Attention is quadratic in the tokens, so 3136/539 = 5.8 times fewer tokens make it
#   about 34 times cheaper, MLPs 5.8 times. Small things in gaps are invisible. But videos are
#   redundant and the three tube shapes are shifted against each other, so most things hit some
#   tube."
# - *2 points.* "There are about six times fewer tokens, so the model is about six times faster. It
#   can overlook small details between the tubes." The square is missing, and a reason why it works.
# - *0 to 1 point.* "Sparse tubes are faster and more efficient, and accuracy stays good." Says what
#   was to be explained.

# %% [markdown] course={"exercise": "why_order", "minutes": 8, "difficulty": 2}
# ## 1.9 In words: does order matter?
#
# Someone writes the voxels of each box with colors first, `(C, kt, kh, kw)`, and trains a model
# from the beginning. Does it learn as well? Then they load your kernel `w` into it. What goes
# wrong, and would the shapes tell? Three or four sentences.

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "why_order", "grade": true, "solution": true, "locked": false, "task": false, "points": 3}
# Trained from the beginning it learns as well: the order inside a box is only a renumbering of the
# inputs of a linear layer, and its weights learn in that order. With a kernel that was trained in
# another order each weight meets another voxel, so the tokens are wrong. The shapes are the same
# once flattened, so nothing fails: only a comparison of numbers shows it.

# %% [markdown] tags=["rubric"]
# **1.9, does order matter (3 points).** One point each for: learns as well and why; wrong with
# loaded weights; shapes do not tell.
#
# - *3 points.* "A linear layer does not care how inputs are numbered, so training works equally
#   well. Loaded weights would multiply the wrong voxels. After flattening both are (kt kh kw C, D),
#   so there is no error, just bad tokens."
# - *2 points.* "It trains fine because the weights adapt. With loaded weights results are wrong."
#   Nothing about shapes.
# - *0 to 1 point.* "The order must always be the same or the model cannot learn." True for loading
#   only.
