# %% [markdown]
# # 2. Positions
#
# A transformer treats its tokens as a set. So each token is given a vector that tells where its
# tube was. You compute the middle of every tube, turn it into sines and cosines, and find out what
# such vectors can do that plain numbers cannot.
#
# **You will be able to**
#
# - compute the center of every tube from kernel, stride and offset;
# - turn three numbers into `D` channels with sines and cosines of many frequencies;
# - show that the dot product of two positions depends on their distance alone, and write a test
#   that notices where it does not;
# - explain why tokens of different tubes must share one system of places.
#
# About two hours. You need NumPy, broadcasting and `sin² + cos² = 1`.
#
# **How it works.** As in assignment 1: write where it says `YOUR CODE HERE`, run that cell, then
# the one below it, and `python -m pytest` judges the saved notebook. Half of the points are for
# cases that you cannot see. Of cells that you add, imports, functions and plain constants count.
#
# **To read**
#
# - Lesson 3 of this project, `notebooks/03_positions.ipynb`.
# - Piergiovanni, Kuo and Angelova, *Rethinking Video ViTs*, CVPR 2023, section 3.3.
# - Vaswani and others, *Attention Is All You Need*, NeurIPS 2017, section 3.5.

# %% nbgrader={"schema_version": 3, "grade_id": "given_start", "grade": false, "solution": false, "locked": true, "task": false}
import numpy as np
from course import check, data, show

waves = data("waves")  # positions of 48 points along one axis, 96 channels
show(np.uint8(127.5 * (waves[:, ::6] + 1)), "One sine for each of 16 frequencies, at 48 points, "
     "one below the other: bands that are thin on the left, grow taller towards the right, and end "
     "in even gray.", scale=8)

# %% [markdown] course={"exercise": "middles", "minutes": 8, "difficulty": 1}
# ## 2.1 The middle of a box, on one axis
#
# A kernel that begins at `s` covers the places `s`, `s + 1`, ..., `s + kernel - 1`. Its middle is
# their mean. Return the middles of all boxes on one axis, an array of floats, in order. Boxes begin
# at `offset` and go on by `stride`, and all of a box lies inside. If none fits, the array is empty.
#
# <details><summary>Hint</summary>
#
# What is the mean of 0, 1, 2, 3? It is no whole number.
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
# The mean of `s` to `s + k - 1` is `s + (k - 1) / 2`. With `k / 2` all centers would be half a
# voxel too far, and a patch, whose kernel is one frame long, would lie between two frames.

# %% [markdown] course={"exercise": "centers", "minutes": 12, "difficulty": 2}
# ## 2.2 The center of every tube
#
# The same for three axes: return `(N, 3)`, for each box its middle in t, h, w, time slowest,
# columns fastest. All arguments are triples.
#
# <details><summary>Hint</summary>
#
# `np.meshgrid` with `indexing="ij"`, or three loops. If there is no box, the shape is `(0, 3)`.
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
# Without `indexing="ij"` NumPy exchanges the first two axes, as if one were drawing: then rows
# would be slowest. If tokens and positions are in different orders, every token gets the place of
# another.

# %% [markdown] course={"exercise": "frequencies", "minutes": 8, "difficulty": 1}
# ## 2.3 Fast and slow hands
#
# Return `count` frequencies, an array: number `j` is `tau ** (-j / count)`, from 1 for `j = 0` down
# to almost `1 / tau`.
#
# <details><summary>Hint</summary>
#
# An array can be an exponent. What is `np.arange(count)`?
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
# Each frequency is the same factor slower than the one before, like the hands of a clock. The paper
# prints the exponent without its sign and divisor; then all but the first hands would spin so fast
# that neighbors have nothing in common.

# %% [markdown] course={"exercise": "sincos", "minutes": 20, "difficulty": 3}
# ## 2.4 From three numbers to D channels
#
# `at` is `(N, 3)`: t, h, w of each token. Return `(N, dim)`. With `n = dim // 6` frequencies,
# channels `6 j` to `6 j + 5` are for frequency `j`: sin t, cos t, sin h, cos h, sin w, cos w, each
# of the place times the frequency. Channels that do not make a full six are zero.
#
# <details><summary>Hint</summary>
#
# First the angles, `(N, n, 3)`, by broadcasting. Then stack sine and cosine on a new last axis, and
# look which order `reshape` gives.
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
# The stacked array is `(N, n, 3, 2)`: frequency, axis, sine or cosine; `reshape` keeps that order.
# Widths such as 1024 are no multiple of six, so 4 channels are left at zero.

# %% [markdown] course={"exercise": "moved", "minutes": 12, "difficulty": 3}
# ## 2.5 A step is a rotation
#
# You get sine and cosine of an angle, `pair` of shape `(N, 2)`, but not the angle. Return the pair
# after a step of `step` places with the given frequency: sine and cosine of `angle + frequency *
# step`. No `arcsin` or `arctan2`.
#
# <details><summary>Hint</summary>
#
# `sin(a + b) = sin a cos b + cos a sin b`. And the cosine?
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
# The new pair is the old one times a matrix that depends on the step alone. So one linear layer can
# learn "three columns to the right", wherever a token is. A plain number has this for free, but no
# bounds: with sines every channel stays between -1 and 1.

# %% [markdown] course={"exercise": "all_positions", "minutes": 12, "difficulty": 2}
# ## 2.6 All tubes of a video
#
# `tubes` is a list of `(kernel, stride, offset)`. Return the positions of all tokens, `(N, dim)`,
# tube by tube. A tube that does not fit into the video gives none.
#
# <details><summary>Hint</summary>
#
# What shapes do `centers` and `sincos` give where there is no box? `np.concatenate` takes such
# arrays, too.
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
# `sincos` of `(0, 3)` is `(0, dim)`, so a tube that does not fit needs no special case. That is how
# an image, a video of one frame, gets the positions of its patches and nothing else.

# %% [markdown] course={"exercise": "keeps_distances", "minutes": 15, "difficulty": 4}
# ## 2.7 Write a test
#
# The dot product of two of your positions depends on how far apart they are, not on where. Write
# the test for that: `encode` is some function from `(N, 3)` to `(N, D)`. Return `True` if the dot
# product of any two positions stays the same, up to rounding, when both places are moved by the
# same step, and `False` if not. Your test is tried on good encodings and on ones that fail on a
# single axis, so choose your places well. Use fixed places or `np.random.default_rng(0)`.
#
# <details><summary>Hint</summary>
#
# Encode places, encode the same places plus a step, and compare the two matrices of all dot
# products. Is the step zero on some axis? Is it a number that an axis might not notice?
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
# `sin a sin b + cos a cos b = cos(a - b)`, summed over frequencies and axes. A test that moves
# along one axis only cannot see an error on another. One that looks at the length of single
# positions sees too little: with sines alone lengths change, but encodings with wrong pairs can
# keep them.

# %% [markdown] course={"exercise": "why_waves", "minutes": 10, "difficulty": 2}
# ## 2.8 In words: why not plain numbers?
#
# One could give each token three more channels with t, h and w as they are. In three to six
# sentences: name two things that are worse about that than sines and cosines of many frequencies,
# and one that is simpler.

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "why_waves", "grade": true, "solution": true, "locked": false, "task": false, "points": 3}
# Plain numbers have no bounds: column 200 would outshout the other channels, and dividing by the
# size of the video would make the same distance look different in each video. A dot product of
# plain numbers grows with the place, so attention could not easily find what is near; with waves it
# is largest for equal places and depends on the distance. Waves of many frequencies also tell
# neighbors apart and left from right at once. Plain numbers are simpler: three channels, and no
# choice of tau.

# %% [markdown] tags=["rubric"]
# **2.8, why not plain numbers (3 points).** One point for each of two faults, with a reason; one
# for what is simpler.
#
# - *3 points.* "Numbers like 200 are much larger than token values, so they dominate. Their dot
#   product does not say how close two tokens are, that of waves does. But it would be three
#   channels without any parameter."
# - *2 points.* "They are not bounded, and the network cannot tell 3 from 4 well. Sines are better."
#   Two faults, nothing that is simpler.
# - *0 to 1 point.* "The Transformer paper uses sines and they work best." No reason.

# %% [markdown] course={"exercise": "why_strides", "minutes": 12, "difficulty": 3}
# ## 2.9 In words: numbered tokens
#
# Someone numbers the boxes of each tube instead: 0, 1, 2 on each axis, whatever the stride. Their
# positions go through the same sines. What do two tokens at the same place in the video, but of
# different tubes, get now, and what do two with the same number get? Which part of the model
# suffers? Would it also happen with a single kind of tube? Four to six sentences.

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "why_strides", "grade": true, "solution": true, "locked": false, "task": false, "points": 4}
# Two boxes around the same place get different numbers, because strides differ: they look far
# apart. Box 1 of a tube with stride 8 and box 1 of one with stride 18 get the same position,
# although they are 10 pixels apart or more. Attention compares tokens of all tubes, and finds
# neighbors by the dot product of their positions: now these are false neighbors. With a single
# kind of tube the numbers are places in another unit, so distances still agree with each other and
# little is lost, as long as the stride stays the same.

# %% [markdown] tags=["rubric"]
# **2.9, numbered tokens (4 points).** One point each for: same place, different position; same
# number, different place; attention between tubes; harmless for one kind of tube.
#
# - *4 points.* "Tokens at the same spot get different codes, and tokens with equal index get equal
#   codes though they are far apart. Attention across tubes then cannot find what belongs together.
#   With one tube type the index is just the place divided by the stride, so it is fine."
# - *2 points.* "Positions of different tubes no longer fit, so the model does not know what is
#   near." Right, but which tokens are confused is not said, nor the case of one tube.
# - *0 to 1 point.* "Accuracy drops, as Table 7a shows."
