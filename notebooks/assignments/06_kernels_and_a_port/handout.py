# %% [markdown]
# # 6. Kernels, and a port
#
# What has a model learned? The kernels of its tubes are small films. You can look at them as
# pictures. You can also take them apart into waves: the strongest wave shows to which motion a
# kernel responds most. In the second part you write a port: you implement one operation of TubeViT
# again, in tinygrad, a small deep learning library. This project has a conformance suite, a
# collection of tests for ports. It checks whether your port is correct, forward and backward.
#
# **You will be able to**
#
# - draw a kernel so that the picture shows only what is in the kernel;
# - read speed and direction from a spectrum in space and time;
# - resize a kernel, so that tubes of all shapes can share it;
# - use a control to separate a finding from chance;
# - port an operation to another library, write an adapter that connects it to the conformance
#   suite, and run the suite.
#
# Time: two hours. You need NumPy. For 6.6 and 6.7 you also need tinygrad, which runs on any laptop:
# `pip install tinygrad==0.13.0`. One kernel is `(kt, kh, kw, C)`: frames, rows, columns, colors.
# All kernels of a tube are `(kt, kh, kw, C, D)`.
#
# **How it works.** As in the assignments before: write your code where it says `YOUR CODE HERE`,
# run that cell, then run the cell below it and read its output. When you submit, the grader also
# tries cases that you cannot see. They are worth half of the points. In cells that you add, the
# grader runs only imports, functions and plain constants.
#
# **To read**
#
# - Lesson 8 of this project, `notebooks/08_kernels.ipynb`.
# - E. Adelson and J. Bergen, *Spatiotemporal energy models for the perception of motion*, Journal
#   of the Optical Society of America A, 1985, sections 1 to 3: motion is a slant in space and time.
# - Piergiovanni, Kuo and Angelova, *Rethinking Video ViTs*, CVPR 2023, section 3.4 and figure 5.
# - `tubevit_np/conformance/README.md` of this project: what the suite requires of a port.
# - The quick start of tinygrad's documentation.

# %% nbgrader={"schema_version": 3, "grade_id": "given_start", "grade": false, "solution": false, "locked": true, "task": false}
import numpy as np
from course import check

# %% [markdown] course={"exercise": "picture", "minutes": 8, "difficulty": 1}
# ## 6.1 A kernel as a picture
#
# Write `picture(kernel)`. It returns the values of a kernel as brightness, from 0 (black) to 1
# (white), with the same shape. Zero becomes mid gray, 0.5. The value that is furthest from zero
# becomes 0 if it is negative and 1 if it is positive. All frames and colors of the kernel are
# scaled by the same factor. A kernel that is zero everywhere becomes gray everywhere.
#
# <details><summary>Hint</summary>
#
# By which number must you divide all values, so that they lie between -0.5 and 0.5?
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "picture", "grade": false, "solution": true, "locked": false, "task": false}
def picture(kernel):
    """The brightness, 0 to 1, of a kernel (kt, kh, kw, C); zero becomes 0.5."""
    ### BEGIN SOLUTION
    most = np.abs(kernel).max()
    return 0.5 + kernel / (2 * most) if most > 0 else np.full(kernel.shape, 0.5)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_picture", "grade": true, "solution": false, "locked": true, "task": false, "points": 2}
check("picture")

# %% [markdown] tags=["solution"]
# With one factor per frame, a kernel that fades out would seem to keep its strength. With one
# factor per color, a weak color would look as strong as the others. If you scaled from the smallest
# to the largest value, zero would be a different gray in each kernel. Then one could not see which
# parts of the input a kernel ignores.

# %% [markdown] course={"exercise": "power", "minutes": 12, "difficulty": 2}
# ## 6.2 The waves in a kernel
#
# Write `power(kernel, size)`, which returns how much of each wave a kernel contains. Pad each of
# the axes t, h, w with zeros to the length `size`. (Padding only makes the steps between
# frequencies smaller.) Take the Fourier transform over these three axes, then the square of its
# absolute value. Do this for each color, and *then* add the colors. The result is
# `(size, size, size)`, in the order of `np.fft.fftfreq(size)`.
#
# <details><summary>Hint</summary>
#
# `np.fft.fftn` has one argument for the padded sizes and one for the axes.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "power", "grade": false, "solution": true, "locked": false, "task": false}
def power(kernel, size):
    """The power (size, size, size) at frequencies ft, fh, fw;  kernel (kt, kh, kw, C)."""
    ### BEGIN SOLUTION
    waves = np.fft.fftn(kernel, (size, size, size), axes=(0, 1, 2))
    return (np.abs(waves) ** 2).sum(-1)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_power", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("power")

# %% [markdown] tags=["solution"]
# A kernel that compares red with green has colors of opposite sign. If you added the colors before
# the transform, they would cancel, and the kernel would seem to contain nothing. Power has no sign.

# %% [markdown] course={"exercise": "velocity", "minutes": 15, "difficulty": 4}
# ## 6.3 Which motion a kernel is tuned to
#
# A wave in space and time with the frequencies $f_t$ (cycles per frame), $f_h$ and $f_w$ (cycles
# per pixel) is $\cos(2 \pi (f_t t + f_h h + f_w w))$. Its stripes move along the direction
# $(f_h, f_w)$, which is at right angles to the stripes, with the velocity
#
# $$-f_t \, \frac{(f_h, f_w)}{f_h^2 + f_w^2}$$
#
# in pixels per frame, rows first. Write `velocity(power)`. Its argument is a spectrum
# `(nt, nh, nw)` in the order of `np.fft.fftfreq`. It returns the velocity of the strongest wave, an
# array of two numbers. Leave out all waves that do not vary in space, with $f_h$ and $f_w$ both 0:
# they are flicker of the whole picture and have no velocity.
#
# <details><summary>Hint</summary>
#
# Do not change the array that you get. `argmax` of an array returns one number, which counts
# through all axes. `np.unravel_index` turns this number into one index for each axis.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "velocity", "grade": false, "solution": true, "locked": false, "task": false}
def velocity(power):
    """The velocity (rows, columns) of the strongest wave, pixels per frame;  power (nt, nh, nw)."""
    ### BEGIN SOLUTION
    power = power.copy()
    power[:, 0, 0] = 0
    at = np.unravel_index(power.argmax(), power.shape)
    ft, fh, fw = (np.fft.fftfreq(n)[i] for n, i in zip(power.shape, at))
    return -ft * np.array([fh, fw]) / (fh**2 + fw**2)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_velocity", "grade": true, "solution": false, "locked": true, "task": false, "points": 4}
check("velocity")

# %% [markdown] tags=["solution"]
# Follow a crest of the wave: $f_t t + f_h h + f_w w$ stays the same. In one frame the crest must
# move by $-f_t$ cycles along $(f_h, f_w)$, and one cycle is $1 / \sqrt{f_h^2 + f_w^2}$ pixels long.
# There are two equal peaks, at $f$ and at $-f$. Both give the same velocity, because both signs
# change. Motion along the stripes is invisible, so only the motion across them counts.

# %% [markdown] course={"exercise": "direction_selectivity", "minutes": 12, "difficulty": 3}
# ## 6.4 One way or both?
#
# A kernel that flickers contains waves that move right and waves that move left in equal parts. A
# motion detector contains more of one kind than of the other. Write `direction_selectivity(power)`
# for a spectrum as in 6.3: the power of all waves that move right, minus the power of all waves
# that move left, divided by the sum of both. A wave moves right (toward larger columns) if $f_t$
# and $f_w$ have opposite signs. Waves with $f_t$ or $f_w$ equal to 0 move neither way. Waves with
# $f_t$ or $f_w$ equal to $-1/2$ do not count either: this frequency is the same as $1/2$, so it has
# no sign. The result is between -1 and 1.
#
# <details><summary>Hint</summary>
#
# Use `np.sign` of the frequencies, and set the sign of -1/2 to 0. The product of the signs of `ft`
# and `fw`, as an array that fits the spectrum, says which way each wave moves.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "direction_selectivity", "grade": false, "solution": true, "locked": false, "task": false}
def direction_selectivity(power):
    """How much more power moves right than left, -1 to 1;  power (nt, nh, nw)."""
    ### BEGIN SOLUTION
    def signs(n):
        f = np.fft.fftfreq(n)
        return np.where(f == -0.5, 0, np.sign(f))

    to_right = -signs(power.shape[0])[:, None, None] * signs(power.shape[2])
    right, left = ((power * (to_right == way)).sum() for way in (1, -1))
    return (right - left) / (right + left)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_direction_selectivity", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("direction_selectivity")

# %% [markdown] tags=["solution"]
# The result is 1 for waves that move right only, -1 for waves that move left only, and 0 for
# flicker in place, which is the sum of both. Power that moves neither way is left out. So a kernel
# can be a strong detector even if its mean is far from zero.

# %% [markdown] course={"exercise": "resize_kernel", "minutes": 18, "difficulty": 3}
# ## 6.5 One kernel for all tubes
#
# TubeViT can use one kernel for tubes of all shapes, by resizing it. Write
# `resize_kernel(w, size)`, from `w (kt, kh, kw, C, D)` to `(*size, C, D)`, with linear
# interpolation along each of the three axes.
#
# Along an axis from `n_in` to `n_out` values, the center of pixel $i$ of the result lies at
#
# $$(i + 1/2) \, \frac{n_\text{in}}{n_\text{out}} - 1/2$$
#
# in pixels of the input. If this is outside of 0 to `n_in - 1`, move it to the nearest end. The
# value at this place is a weighted mean of the two neighboring input values. If the distance is $a$
# to one neighbor and $1 - a$ to the other, their weights are $1 - a$ and $a$, so the nearer one
# counts more. Do not rescale the results.
#
# <details><summary>Hint</summary>
#
# For each axis make a matrix `(n_out, n_in)` of the weights: `1 - |distance|` where this is
# positive, else 0. Then one `np.einsum` applies all three matrices. Or apply them one after the
# other with `np.tensordot` or a loop.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "resize_kernel", "grade": false, "solution": true, "locked": false, "task": false}
def resize_kernel(w, size):
    """Resize w (kt, kh, kw, C, D) to (*size, C, D): linear, half-pixel centers, ends repeated."""
    ### BEGIN SOLUTION
    def interpolation_matrix(n_in, n_out):
        at = (np.arange(n_out) + 0.5) * n_in / n_out - 0.5
        at = np.clip(at, 0, n_in - 1)
        return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(n_in)))

    t, h, x = (interpolation_matrix(*pair) for pair in zip(w.shape[:3], size))
    return np.einsum("it,jh,kw,thwcd->ijkcd", t, h, x, w)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_resize_kernel", "grade": true, "solution": false, "locked": true, "task": false, "points": 4}
check("resize_kernel")

# %% [markdown] tags=["solution"]
# Another convention, without half pixels, keeps the centers of the outermost pixels in place. Then
# a kernel would be stretched by a slightly different factor at each size. If places outside were
# not moved to the nearest end, the outermost values would be too small. Each row of the matrices
# sums to 1, so a constant kernel stays constant. A larger kernel then adds up more voxels and gives
# larger outputs. The paper does not mention a correction for this.

# %% [markdown]
# ## Look at the trained kernels
#
# If this notebook is not inside the project's folder, write the path of that folder in place of
# `None` in the next cell.

# %%
from course import MODEL, find_project

PROJECT = None  # or "/path/to/the/project"
PROJECT = find_project(PROJECT)

# %%
import tubevit_np as tv
from course import film

params, cfg, _ = tv.load(PROJECT / MODEL)
learned = params["tubes"]["1"]["w"]  # (8, 8, 8, 3, 96)

# %%
# Run this when 6.1 to 6.4 are correct: films of the four kernels with the largest selectivity.
values = np.array([direction_selectivity(power(learned[..., d], 32)) for d in range(96)])
for d in np.argsort(-abs(values))[:4]:
    rows, columns = velocity(power(learned[..., d], 32))
    words = f"Kernel {d}: selectivity {values[d]:.2f}, {rows:z.2f} down, {columns:z.2f} right"
    print(words)
    film(np.round(255 * picture(learned[..., d])).astype(np.uint8), words, scale=8)

# %% [markdown] course={"exercise": "layer_norm", "minutes": 15, "difficulty": 3}
# ## 6.6 A port: layer norm
#
# Now use tinygrad. Its Tensors look like NumPy arrays, but they are lazy: tinygrad records the
# operations, and computes them only when the numbers are needed, for example by `.numpy()`. It also
# derives gradients from this record. Write `layer_norm(x, g, b, eps)` on Tensors: subtract the mean
# over the last axis, divide by the square root of the sum of variance and `eps`, multiply by `g`,
# add `b`. The variance is the mean of the squares, over `D` numbers. Keep the precision: for
# float64 input, return float64. It must be possible to take the gradient with respect to `x`, `g`
# and `b`.
#
# <details><summary>Hint</summary>
#
# `x.mean(-1, keepdim=True)` is the mean. `.sqrt()` and `.rsqrt()` exist. Look up what `x.var`
# divides by as a default. After `.numpy()`, the gradient is lost.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "given_device", "grade": false, "solution": false, "locked": true, "task": false}
import course.tinygrad_device  # noqa: F401 - import before tinygrad: no compiler needed

# %% nbgrader={"schema_version": 3, "grade_id": "given_tinygrad", "grade": false, "solution": false, "locked": true, "task": false}
from tinygrad import Tensor

# %% nbgrader={"schema_version": 3, "grade_id": "layer_norm", "grade": false, "solution": true, "locked": false, "task": false}
def layer_norm(x, g, b, eps):
    """Layer norm over the last axis, on Tensors of tinygrad: x (..., D), g and b (D,)."""
    ### BEGIN SOLUTION
    x = x - x.mean(-1, keepdim=True)
    variance = (x * x).mean(-1, keepdim=True)
    return x * (variance + eps).rsqrt() * g + b
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_layer_norm", "grade": true, "solution": false, "locked": true, "task": false, "points": 4}
check("layer_norm")

# %% [markdown] tags=["solution"]
# This is nearly the same code as in `tubevit_np`. A port should have the same steps under the same
# names. Mistakes come from defaults: `layernorm` of tinygrad has an `eps` of 1e-5, and its `var`
# divides by `D - 1`. On usual inputs, a wrong `eps` does not change the first four digits. The
# cases here have a variance of about `eps`.

# %% [markdown] course={"exercise": "vjp", "minutes": 12, "difficulty": 4}
# ## 6.7 The adapter: gradients
#
# The conformance suite passes NumPy arrays and expects NumPy arrays. An adapter connects the suite
# to a port. To get gradients, the suite calls a function of the adapter,
# `vjp(op, inputs, attributes, cotangents, by)`. Keep the names of its arguments, because the suite
# passes them by name:
#
# - `op` is the name of the operation, here always `"layer_norm"`;
# - `inputs` are its arrays by name, `{"x": ..., "g": ..., "b": ...}`;
# - `attributes` are its other arguments, `{"eps": ...}`;
# - `cotangents` is `{"out": ct}`, where `ct` is an array of the shape of the output;
# - `by` is a list of names of inputs.
#
# Return `{name: gradient}`, as NumPy arrays. Each gradient is that of the *sum of output times
# cotangent*, with respect to one of the inputs named in `by`. It has the precision of the inputs.
#
# <details><summary>Hint</summary>
#
# `Tensor(array)` makes a Tensor. If `total` is a Tensor with one number, `total.gradient(a, b)`
# returns a list: the gradients of `total` with respect to the Tensors `a` and `b`. Here `a` and `b`
# must be the same Tensor objects from which the output was computed.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "vjp", "grade": false, "solution": true, "locked": false, "task": false}
def vjp(op, inputs, attributes, cotangents, by):
    """{name: gradient} of the sum of output times cotangent, for the inputs named in `by`."""
    ### BEGIN SOLUTION
    tensors = {name: Tensor(array) for name, array in inputs.items()}
    answer = layer_norm(**tensors, **attributes)
    total = (answer * Tensor(cotangents["out"])).sum()
    grads = total.gradient(*[tensors[name] for name in by])
    return {name: grad.numpy() for name, grad in zip(by, grads)}
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_vjp", "grade": true, "solution": false, "locked": true, "task": false, "points": 4}
check("vjp")

# %% [markdown] tags=["solution"]
# A cotangent has the role of `d_y` in assignment 4. If it contains random numbers, one call checks
# a weighted sum of all slopes. In a plain sum, errors might cancel. In a random weighted sum this
# hardly ever happens. For example, if all gains are equal, the plain sum of layer norm does not
# depend on `x` at all, so its gradient is 0.

# %% [markdown]
# ## Run the suite
#
# When both functions are correct, the next cells run the suite of this project on your port: all
# its cases of layer norm, outputs and gradients, in float64 and float32. For a complete port, you
# put the adapter into a module and run `python -m tubevit_np.conformance my_port.adapter`.

# %%
from types import SimpleNamespace

from tubevit_np.conformance.suite import checks, judge
from tubevit_np.conformance.vectors import vectors

mine = SimpleNamespace(vjp=vjp, layer_norm=lambda x, g, b, eps: layer_norm(
    Tensor(x), Tensor(g), Tensor(b), eps).numpy())

# %%
for dtype in "float64", "float32":
    for case in checks([v for v in vectors() if v.op == "layer_norm"], dtype):
        verdict = judge(case, mine, dtype)
        print(f"{dtype} {verdict.status:8} {case.id:34} {verdict.difference.units:9.2g} of "
              f"{case.tolerance(dtype):.2g} units")

# %% [markdown] course={"exercise": "ported", "minutes": 8, "difficulty": 3}
# ## 6.8 What the suite detects
#
# Run the two cells above with `eps` fixed to `1e-5`, no matter which value the suite passes. Do
# this in `mine`, which stands between the suite and your port. Leave 6.6 and 6.7 as they are,
# because they are graded. Which checks fail, in which precision, and which checks pass
# nevertheless? Explain this by the sizes of `eps`, of the variance and of the rounding. Then name
# an error in a port that no check of a single operation can detect. (About 100 words.)
#
# <details><summary>Hint</summary>
#
# In `mine`, `layer_norm` can pass on `1e-5` in place of `eps`, and `vjp` can be a `lambda` that
# passes on `{"eps": 1e-5}` in place of `attributes`. Give its parameters the same names as in 6.7.
#
# </details>

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "ported", "grade": true, "solution": true, "locked": false, "task": false, "points": 3}
# In float64 all four cases fail. The suite allows a difference of $10^{-9}$ of the size of the
# output. The wrong `eps` is larger by $9 \cdot 10^{-6}$. With a variance of 1 this changes the
# output by half as much, about $4.5 \cdot 10^{-6}$, and by more where the variance is smaller. In
# float32, one unit of rounding is $2^{-23}$, or $1.2 \cdot 10^{-7}$, so this change is tens of
# units. `usual` differs by 97 units and may differ by 18, so it fails by a factor of five. `far`
# passes: with a mean far from 0, even a correct port has large rounding errors, so 390 units are
# allowed. `faint`, whose variance is about `eps`, and `large-eps`, where `eps` is 0.25, fail by
# millions of units. A test on usual inputs with a tolerance of $10^{-3}$ would never detect this
# mistake.
#
# No check of one operation can detect that operations are connected in the wrong way, for example a
# layer norm after the block instead of before it, or a missing residual sum. To detect such errors,
# the suite has checks of a block and of the whole model.

# %% [markdown] tags=["rubric"]
# **ported**, 3 points: one for which checks fail (the student must have run them), one for an
# explanation by sizes, one for an error between operations.
#
# - *3 points.* "In float64 all fail, since a change of 5e-6 is far above 1e-9. In float32 `faint`
#   and `large-eps` fail by a lot, because there the variance is no larger than eps; `usual` fails
#   by less; `far` passes, because its rounding may be larger than the change. If a model normalizes
#   in the wrong place, each single operation is still correct."
# - *1 point.* "`faint` fails because its variance is small." Correct, but it covers only one
#   precision, and does not answer the last question.
# - *0 points.* "They pass because eps is too small to matter."

# %% [markdown] course={"exercise": "chance", "minutes": 8, "difficulty": 3}
# ## 6.9 More than chance?
#
# Look again at the films of kernels after 6.5: they show the best four of 96. Somebody shows only
# these four and writes: "The model has learned motion detectors." What is missing? Which two
# controls would you run with the same code, and what can each of them show that the other cannot?
# Which number would you report instead of four films? Run one of the controls, and give its result.
# (About 120 words.)

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "chance", "grade": true, "solution": true, "locked": false, "task": false, "points": 4}
# The best of many kernels look good even in noise, so the films alone prove nothing. Control 1: the
# same measure on the kernels before training. It shows the result for random kernels of this size.
# But learned kernels are smooth, and smooth noise looks more like motion than white noise does.
# Control 2: the learned kernels with their frames in random order, a different order for each
# kernel. It keeps all pictures, colors and sizes, and removes only the order in time. Instead of
# four films I would report how many of all 96 kernels lie above the 95th percentile of the control.
# By chance, 5 % of them would. I would show all 96 kernels, sorted, or a random choice. I ran
# control 2: the median of the absolute selectivity was smaller with mixed frames than for the
# learned kernels.

# %% [markdown] tags=["rubric"]
# **chance**, 4 points: one for the selection (the best of 96), one for each of two controls (each
# must keep something that the other changes), one for a number over all kernels with a result that
# was really measured.
#
# - *4 points.* "The four films were picked. Untrained kernels show what chance gives. Mixed frames
#   show whether the order in time matters or only smooth pictures. I report how many kernels are
#   above the 95th percentile of the mixed kernels. I measured it: ... of 96, where 5 would be
#   chance."
# - *2 points.* "Compare with random kernels, and give the mean of all 96." One control and a number
#   over all kernels, but nothing was measured, and the answer misses that smoothness alone may be
#   the cause.
# - *0 points.* "One should show more kernels."

# %% [markdown]
# ## How to go on
#
# Port the other operations of the suite, one at a time: `softmax`, `gelu`, `tube_tokens`, up to
# `forward`. `python -m tubevit_np.conformance --list` lists all checks. At the end you have a
# complete port of TubeViT.
