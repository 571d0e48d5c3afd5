# %% [markdown]
# # 2. Positions
#
# A transformer treats its tokens as a set, without an order. So each token also gets a
# **position**: a vector that encodes where in the video its box lies. As in assignment 1, a tube is
# a rule (kernel, stride, offset) that says where boxes lie, and each box becomes one token. You
# compute the center of every box, turn it into sines and cosines, and find out what such vectors
# can do that the plain coordinates cannot.
#
# **You will be able to**
#
# - compute the center of every box from kernel, stride and offset;
# - turn three numbers into `D` channels with sines and cosines of many frequencies;
# - show that the dot product of two positions depends only on how far apart they are, and write a
#   test that detects encodings without this property;
# - explain why tokens of different tubes must use the same coordinates.
#
# Time: about two hours. You need NumPy, broadcasting and $\sin^2 a + \cos^2 a = 1$.
#
# **How it works.** As in assignment 1: write your code where it says `YOUR CODE HERE`, run that
# cell, then run the cell below it. `python -m pytest` tests the saved notebook. Half of the points
# are for cases that you cannot see. In cells that you add, the grader runs only imports, functions
# and plain constants.
#
# **To read**
#
# - Lesson 3 of this project, `notebooks/03_positions.ipynb`.
# - Piergiovanni, Kuo and Angelova, *Rethinking Video ViTs*, CVPR 2023, section 3.3.
# - Vaswani and others, *Attention Is All You Need*, NeurIPS 2017, section 3.5.

# %% nbgrader={"schema_version": 3, "grade_id": "given_start", "grade": false, "solution": false, "locked": true, "task": false}
import numpy as np
from course import check, data, show

waves = data("waves")  # positions of 48 places along one axis, 96 channels
show(np.uint8(127.5 * (waves[:, ::6] + 1)), "Sines of 16 frequencies (columns, fast to slow) at "
     "48 places (rows): thin bands on the left, taller bands toward the right, and uniform "
     "gray at the right edge.", scale=8)

# %% [markdown] course={"exercise": "middles", "minutes": 8, "difficulty": 1}
# ## 2.1 The middle of a box, on one axis
#
# A kernel that begins at `s` covers the indices `s`, `s + 1`, ..., `s + kernel - 1`. Its middle is
# the mean of these indices. Return the middles of all boxes on one axis as an array of floats, in
# order. The first box begins at `offset`, each further box begins `stride` indices after the box
# before it, and every box lies completely inside the axis. If no box fits, the array is empty.
#
# <details><summary>Hint</summary>
#
# What is the mean of 0, 1, 2, 3? It is not an integer.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "middles", "grade": false, "solution": true, "locked": false, "task": false}
def middles(length, kernel, stride, offset):
    ### BEGIN SOLUTION
    starts = np.arange(offset, length - kernel + 1, stride)
    return starts + (kernel - 1) / 2
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_middles", "grade": true, "solution": false, "locked": true, "task": false, "points": 2}
check("middles")

# %% [markdown] tags=["solution"]
# The mean of $s, \dots, s + k - 1$ is $s + (k - 1) / 2$. With $k / 2$ instead, all centers would be
# half a voxel too large. For example, a patch covers one frame, but its center would lie between
# two frames.

# %% [markdown] course={"exercise": "centers", "minutes": 12, "difficulty": 2}
# ## 2.2 The center of every box
#
# Do the same for three axes: return `(N, 3)`, one row (t, h, w) for each box, with the middle of
# the box on each axis. The order of the boxes: time changes slowest, columns change fastest. All
# arguments are triples.
#
# <details><summary>Hint</summary>
#
# Use `np.meshgrid` with `indexing="ij"`, or three loops. If there is no box, the shape is `(0, 3)`.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "centers", "grade": false, "solution": true, "locked": false, "task": false}
def centers(shape, kernel, stride, offset):
    ### BEGIN SOLUTION
    axes = [middles(*each) for each in zip(shape, kernel, stride, offset)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_centers", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("centers")

# %% [markdown] tags=["solution"]
# Without `indexing="ij"`, NumPy swaps the first two axes, as is usual for plots. Then rows would
# change slowest. If tokens and positions are in different orders, tokens get the positions of other
# tokens.

# %% [markdown] course={"exercise": "frequencies", "minutes": 8, "difficulty": 1}
# ## 2.3 Fast and slow hands
#
# The frequencies are like the hands of a clock, some fast and some slow. Return an array of `count`
# frequencies. Frequency $j$ is $\tau^{-j / \text{count}}$, where $\tau$ is the argument `tau`. The
# frequencies fall from 1 for $j = 0$ to almost $1 / \tau$.
#
# <details><summary>Hint</summary>
#
# An exponent can be an array. What is `np.arange(count)`?
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "frequencies", "grade": false, "solution": true, "locked": false, "task": false}
def frequencies(count, tau):
    ### BEGIN SOLUTION
    return tau ** (-np.arange(count) / count)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_frequencies", "grade": true, "solution": false, "locked": true, "task": false, "points": 2}
check("frequencies")

# %% [markdown] tags=["solution"]
# Each frequency is slower than the one before by the same factor, like the hands of a clock. The
# paper prints the exponent without the minus sign and without the division by the count. With that
# formula, all hands except the first would turn so fast that neighboring places would have nothing
# in common.

# %% [markdown] course={"exercise": "sincos", "minutes": 20, "difficulty": 3}
# ## 2.4 From three numbers to D channels
#
# `at` is `(N, 3)`: the place t, h, w of each token. Return `(N, dim)`. There are `n = dim // 6`
# frequencies $\omega_j$, as in 2.3. Channels `6 j` to `6 j + 5` belong to frequency $j$:
#
# $$
# \sin \omega_j t, \; \cos \omega_j t, \; \sin \omega_j h, \; \cos \omega_j h, \;
# \sin \omega_j w, \; \cos \omega_j w
# $$
#
# Channels at the end that do not make a full group of six are zero.
#
# <details><summary>Hint</summary>
#
# First compute the angles, `(N, n, 3)`, by broadcasting. Then stack sine and cosine on a new last
# axis, and check in which order `reshape` puts the numbers.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "sincos", "grade": false, "solution": true, "locked": false, "task": false}
def sincos(at, dim, tau):
    ### BEGIN SOLUTION
    count = dim // 6
    angles = at[:, None, :] * frequencies(count, tau)[None, :, None]
    waves = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    full = np.zeros((len(at), dim))
    full[:, :6 * count] = waves.reshape(len(at), 6 * count)
    return full
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_sincos", "grade": true, "solution": false, "locked": true, "task": false, "points": 4}
check("sincos")

# %% [markdown] tags=["solution"]
# The stacked array is `(N, n, 3, 2)`: frequency, axis, sine or cosine. `reshape` keeps that order.
# `dim` need not be a multiple of six: with 1024 channels, the last 4 stay zero.

# %% [markdown] course={"exercise": "moved", "minutes": 12, "difficulty": 3}
# ## 2.5 A step is a rotation
#
# `pair`, of shape `(N, 2)`, contains the sine and the cosine of N angles $a$. The angles themselves
# are not given. If a token moves by `step` places along the axis, its angle grows by
# $\text{frequency} \cdot \text{step}$. Return the new pairs, `(N, 2)`: the sine and the cosine of
# $a + \text{frequency} \cdot \text{step}$. Do not use `arcsin` or `arctan2`.
#
# <details><summary>Hint</summary>
#
# $\sin(a + b) = \sin a \cos b + \cos a \sin b$. What is the formula for the cosine?
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "moved", "grade": false, "solution": true, "locked": false, "task": false}
def moved(pair, frequency, step):
    ### BEGIN SOLUTION
    sine, cosine = pair[:, 0], pair[:, 1]
    b = frequency * step
    return np.stack([sine * np.cos(b) + cosine * np.sin(b),
                     cosine * np.cos(b) - sine * np.sin(b)], axis=1)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_moved", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("moved")

# %% [markdown] tags=["solution"]
# The new pair is the old pair times a matrix that depends only on the step. So one linear layer can
# learn "three columns to the right" for tokens at any place. With plain numbers a step is simply an
# addition, but plain numbers have no bounds. With sines, every channel stays between -1 and 1.

# %% [markdown] course={"exercise": "all_positions", "minutes": 12, "difficulty": 2}
# ## 2.6 All tubes of a video
#
# `tubes` is a list of `(kernel, stride, offset)`. Return the positions of all tokens, `(N, dim)`:
# first all tokens of the first tube, then all tokens of the second tube, and so on. A tube that
# does not fit into the video has no tokens.
#
# <details><summary>Hint</summary>
#
# Which shapes do `centers` and `sincos` return if there is no box? `np.concatenate` also accepts
# such arrays.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "all_positions", "grade": false, "solution": true, "locked": false, "task": false}
def all_positions(shape, tubes, dim, tau):
    ### BEGIN SOLUTION
    return np.concatenate([sincos(centers(shape, *tube), dim, tau) for tube in tubes])
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_all_positions", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("all_positions")

# %% [markdown] tags=["solution"]
# `sincos` of an array `(0, 3)` is an array `(0, dim)`, so a tube that does not fit needs no special
# case. An image is a video with one frame, so only patches fit. The result then contains the
# positions of the patches and nothing else.

# %% [markdown] course={"exercise": "keeps_distances", "minutes": 15, "difficulty": 4}
# ## 2.7 Write a test
#
# The dot product of two of your positions depends only on how far apart the two places are, not on
# where they are. Write a test for this property. `encode` is a function from `(N, 3)` to `(N, D)`.
# Return `True` if the dot product of any two positions stays the same, up to rounding, when both
# places move by the same step. Otherwise return `False`. The grader runs your test on good
# encodings and on encodings that fail on a single axis, so choose well at which places you test
# them. Use fixed places, or random places from `np.random.default_rng(0)`.
#
# <details><summary>Hint</summary>
#
# Encode some places, encode the same places plus a step, and compare the two matrices of all dot
# products. Is the step zero on some axis? Could the step be a number that hides an error on an
# axis?
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "keeps_distances", "grade": false, "solution": true, "locked": false, "task": false}
def keeps_distances(encode):
    ### BEGIN SOLUTION
    rng = np.random.default_rng(0)
    at, step = rng.uniform(0, 20, (8, 3)), np.array([1.5, 4.25, 2.75])
    before, after = encode(at), encode(at + step)
    return bool(np.allclose(before @ before.T, after @ after.T))
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_keeps_distances", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("keeps_distances")

# %% [markdown] tags=["solution"]
# $\sin a \sin b + \cos a \cos b = \cos(a - b)$, summed over frequencies and axes. A test that moves
# places along one axis only cannot detect an error on another axis. A test that compares only the
# lengths of single positions is too weak. It detects encodings that use only sines, because their
# lengths change. But a bad encoding can have sines and cosines of the wrong angles: then the
# lengths never change, but the dot products do.

# %% [markdown] course={"exercise": "why_waves", "minutes": 10, "difficulty": 2}
# ## 2.8 In words: why not plain numbers?
#
# One could give each token three more channels that contain t, h and w as plain numbers. Answer in
# three to six sentences: name two disadvantages of plain numbers compared with sines and cosines of
# many frequencies, and one thing that is simpler with plain numbers.

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "why_waves", "grade": true, "solution": true, "locked": false, "task": false, "points": 3}
# Plain numbers have no bounds: at column 200, this channel would be much larger than the other
# channels. One could divide by the size of the video, but then the same distance would be a
# different number in each video. The dot product of plain numbers grows with the place, so
# attention could not easily find neighbors. With waves, the dot product is largest for equal places
# and depends only on the distance. Waves of many frequencies separate direct neighbors as well as
# distant places. Plain numbers are simpler: they need three channels and no choice of $\tau$.

# %% [markdown] tags=["rubric"]
# **2.8, why not plain numbers (3 points).** One point for each of two disadvantages, with a reason;
# one point for what is simpler with plain numbers.
#
# - *3 points.* "Numbers like 200 are much larger than token values, so they dominate. Their dot
#   product does not say how close two tokens are. The dot product of waves does. But plain numbers
#   are only three channels, without any parameter."
# - *2 points.* "They are not bounded, and the network cannot tell 3 from 4 well. Sines are better."
#   The answer has two disadvantages, but nothing that is simpler.
# - *0 to 1 point.* "The Transformer paper uses sines and they work best." The answer gives no
#   reason.

# %% [markdown] course={"exercise": "why_strides", "minutes": 12, "difficulty": 3}
# ## 2.9 In words: numbered tokens
#
# Someone does not use centers, but numbers the boxes of each tube: 0, 1, 2, ... on each axis,
# whatever the stride is. The sines and cosines are computed from these numbers. Answer in four to
# six sentences: Two tokens of different tubes lie at the same place in the video. Which positions
# do they get? Two tokens of different tubes have the same number. Which positions do they get?
# Which part of the model suffers? Would the problem also occur with only one kind of tube?

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "why_strides", "grade": true, "solution": true, "locked": false, "task": false, "points": 4}
# Two boxes around the same place get different numbers, because their strides differ. So they look
# far apart. Box 1 of a tube with stride 8 and box 1 of a tube with stride 18 get the same position,
# although one begins at pixel 8 and the other at pixel 18. Attention compares tokens of all tubes,
# and finds neighbors by the dot product of their positions: now it finds false neighbors. With only
# one kind of tube, the numbers are places measured in strides. So a larger distance still has a
# larger number, and little is lost as long as the stride stays the same.

# %% [markdown] tags=["rubric"]
# **2.9, numbered tokens (4 points).** One point each for: tokens at the same place get different
# positions; tokens with the same number get the same position, although their places differ;
# attention between tubes suffers; with one kind of tube there is little harm.
#
# - *4 points.* "Tokens at the same spot get different codes, and tokens with equal index get equal
#   codes though they are far apart. Attention across tubes then cannot find what belongs together.
#   With one tube type the index is just the place divided by the stride, so it is fine."
# - *2 points.* "Positions of different tubes no longer fit, so the model does not know what is
#   near." Correct, but it does not say which tokens are confused, and leaves out the case of one
#   tube.
# - *0 to 1 point.* "Accuracy drops, as Table 7a shows."
