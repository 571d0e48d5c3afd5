# %% [markdown]
# # 6. Kernels, and a port
#
# What has a model learned? The kernels of its tubes are small films, and one can look at them: as
# pictures, and as sums of waves that tell which motion they are tuned to. Then you change sides:
# you write one operation of TubeViT again, in tinygrad, and have the conformance suite of this
# project judge whether your port is right, forward and backward.
#
# **You will be able to**
#
# - draw a kernel so that the picture shows nothing that is not there;
# - read a speed and a direction off a spectrum in space and time;
# - resize a kernel, so that one serves tubes of all shapes;
# - tell a finding from chance by a control;
# - port an operation to another library, write an adapter for it, and have it checked.
#
# Two hours. You need NumPy, and for 6.6 and 6.7 tinygrad, which is small and computes on any
# laptop: `pip install tinygrad==0.13.0`. Kernels are `(kt, kh, kw, C)`, frames, rows, columns,
# colors; all kernels of a tube are `(kt, kh, kw, C, D)`.
#
# **How it works.** As in the assignments before: write your code where it says `YOUR CODE HERE`,
# run that cell, then the one below it, and read what it says. When you hand in, cases that you
# cannot see are tried as well; they are worth half of the points. Of cells that you add, imports,
# functions and plain constants count.
#
# **To read**
#
# - Lesson 8 of this project, `notebooks/08_kernels.ipynb`.
# - E. Adelson and J. Bergen, *Spatiotemporal energy models for the perception of motion*, Journal
#   of the Optical Society of America A, 1985, sections 1 to 3: motion is a slant in space and time.
# - Piergiovanni, Kuo and Angelova, *Rethinking Video ViTs*, CVPR 2023, section 3.4 and figure 5.
# - `tubevit_np/conformance/README.md` of this project: what the suite asks of a port.
# - The quick start of tinygrad's documentation.

# %% nbgrader={"schema_version": 3, "grade_id": "given_start", "grade": false, "solution": false, "locked": true, "task": false}
import numpy as np
from course import check

# %% [markdown] course={"exercise": "picture", "minutes": 8, "difficulty": 1}
# ## 6.1 A kernel as a picture
#
# Write `picture(kernel)`: the values of a kernel as brightness, 0 (black) to 1 (white), of the same
# shape. Zero becomes mid gray, 0.5. The value of the largest *size*, of whatever sign, becomes 0 or
# 1. There is one gain for the whole kernel, for all its frames and colors. A kernel that is all
# zero is all gray.
#
# <details><summary>Hint</summary>
#
# Which number must every value be divided by, so that all lie between -0.5 and 0.5?
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "picture", "grade": false, "solution": true, "locked": false, "task": false}
def picture(kernel):
    """kernel (kt, kh, kw, C) as brightness 0 to 1; zero is 0.5."""
    ### BEGIN SOLUTION
    most = np.abs(kernel).max()
    return 0.5 + kernel / (2 * most) if most > 0 else np.full(kernel.shape, 0.5)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_picture", "grade": true, "solution": false, "locked": true, "task": false, "points": 2}
check("picture")

# %% [markdown] tags=["solution"]
# With a gain for each frame a kernel that fades out would seem to last. With a gain for each color
# a gray kernel would get colors. From the least to the largest value, zero would be no fixed gray:
# one could not see what a kernel leaves out.

# %% [markdown] course={"exercise": "power", "minutes": 12, "difficulty": 2}
# ## 6.2 Its waves
#
# Write `power(kernel, size)`: how much of each wave is in a kernel. Pad each of the axes t, h, w
# with zeros to `size` (finer steps of frequency, nothing else), take the Fourier transform over
# these three axes, and the square of its absolute value. Do this for each color, *then* add the
# colors. The result is `(size, size, size)`, in the order of `np.fft.fftfreq(size)`.
#
# <details><summary>Hint</summary>
#
# `np.fft.fftn` has an argument for the sizes to pad to and one for the axes.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "power", "grade": false, "solution": true, "locked": false, "task": false}
def power(kernel, size):
    """(size, size, size) of frequencies ft, fh, fw;  kernel (kt, kh, kw, C)."""
    ### BEGIN SOLUTION
    waves = np.fft.fftn(kernel, (size, size, size), axes=(0, 1, 2))
    return (np.abs(waves) ** 2).sum(-1)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_power", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("power")

# %% [markdown] tags=["solution"]
# A kernel that compares red with green has colors of opposite sign: added up before the transform
# they would cancel, and the kernel would look silent. Power has no sign.

# %% [markdown] course={"exercise": "velocity", "minutes": 15, "difficulty": 4}
# ## 6.3 Which motion a kernel is tuned to
#
# A wave in space and time with frequencies `ft` (cycles per frame), `fh` and `fw` (cycles per
# pixel) is `cos(2 pi (ft t + fh h + fw w))`. Its stripes move across themselves, along `(fh, fw)`,
# with the velocity `-ft * (fh, fw) / (fh**2 + fw**2)`, in pixels per frame, rows first. Write
# `velocity(power)`, from a spectrum `(nt, nh, nw)` in the order of `np.fft.fftfreq`: the velocity
# of its strongest wave, an array of two numbers. Leave out what does not vary in space, `fh` and
# `fw` both 0: that is flicker of the whole picture, and has no velocity.
#
# <details><summary>Hint</summary>
#
# Do not change the array you are given. `argmax` of an array counts through all axes;
# `np.unravel_index` turns that into one index for each axis.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "velocity", "grade": false, "solution": true, "locked": false, "task": false}
def velocity(power):
    """(rows, columns) in pixels per frame of the strongest wave;  power (nt, nh, nw)."""
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
# Follow a crest: `ft t + fh h + fw w` stays the same. In one frame it must move by `-ft` along
# `(fh, fw)`, counted in cycles, and a cycle is `1 / hypot(fh, fw)` pixels long. Of the two peaks at
# `f` and `-f` either will do: both signs change. What moves along the stripes cannot be seen; that
# is why only the motion across them counts.

# %% [markdown] course={"exercise": "direction_selectivity", "minutes": 12, "difficulty": 3}
# ## 6.4 One way or both?
#
# A kernel that flickers holds waves to the right and to the left alike; a detector of motion holds
# more of one. Write `direction_selectivity(power)`, of a spectrum as in 6.3: the power of all waves
# that go right, less that of all that go left, divided by the sum of these two. A wave goes right
# (columns grow) if `ft` and `fw` have opposite signs. Waves with `ft` or `fw` 0 go neither way, and
# nor do those with `ft` or `fw` -1/2: that frequency is the same as 1/2, so it has no sign. The
# result is between -1 and 1.
#
# <details><summary>Hint</summary>
#
# `np.sign` of the frequencies, with that of -1/2 put to 0. The product of the signs of `ft` and
# `fw`, as an array that fits the spectrum, says which way each wave goes.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "direction_selectivity", "grade": false, "solution": true, "locked": false, "task": false}
def direction_selectivity(power):
    """How much more power goes right than left, -1 to 1;  power (nt, nh, nw)."""
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
# 1 is a wave that goes right only, -1 one that goes left, 0 a flicker in place: the sum of both.
# The power that goes neither way is left out, so that a bright mean does not make a detector look
# weak.

# %% [markdown] course={"exercise": "resize_kernel", "minutes": 18, "difficulty": 3}
# ## 6.5 One kernel for all tubes
#
# TubeViT can use one kernel for tubes of all shapes: it is resized. Write `resize_kernel(w, size)`,
# from `w (kt, kh, kw, C, D)` to `(*size, C, D)`, linearly along each of the three axes.
#
# Along an axis from `n_in` to `n_out` values: pixel `i` of the result has its middle, in pixels of
# the input, at `(i + 1/2) * n_in / n_out - 1/2`. Where this lies outside of 0 to `n_in - 1`, it is
# moved to the nearest end. The value there is a mean of the two neighbors, the nearer counting
# more: at a distance `a` from one, and `1 - a` from the other, `1 - a` and `a`. Values are not
# rescaled.
#
# <details><summary>Hint</summary>
#
# For each axis make a matrix `(n_out, n_in)` of the shares: `1 - |distance|`, where that is
# positive. Then `np.einsum` applies all three; or apply them one after the other with
# `np.tensordot` or a loop.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "resize_kernel", "grade": false, "solution": true, "locked": false, "task": false}
def resize_kernel(w, size):
    """w (kt, kh, kw, C, D) to (*size, C, D): linear, half-pixel centers, ends repeated."""
    ### BEGIN SOLUTION
    def taps(n_in, n_out):
        at = (np.arange(n_out) + 0.5) * n_in / n_out - 0.5
        at = np.clip(at, 0, n_in - 1)
        return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(n_in)))

    t, h, x = (taps(*pair) for pair in zip(w.shape[:3], size))
    return np.einsum("it,jh,kw,thwcd->ijkcd", t, h, x, w)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_resize_kernel", "grade": true, "solution": false, "locked": true, "task": false, "points": 4}
check("resize_kernel")

# %% [markdown] tags=["solution"]
# With corners on corners instead of half-pixel centers a kernel would be stretched a little
# differently at each size. Without the clamp the outermost values would fade. Each row of the
# matrices sums to 1, so a kernel that is constant stays what it is; a larger one then sums more
# voxels and answers more loudly, and the paper does not say that this is made up for.

# %% [markdown]
# ## Look at the trained kernels
#
# If this notebook does not lie inside the project's folder, write that folder into the next cell,
# into the line that begins with `PROJECT`.

# %%
from course import MODEL, find_project

PROJECT = None  # or "/where/it/lies"
PROJECT = find_project(PROJECT)

# %%
import tubevit_np as tv
from course import film

params, cfg, _ = tv.load(PROJECT / MODEL)
learned = params["tubes"]["1"]["w"]  # (8, 8, 8, 3, 96)

# %%
# When 6.1 to 6.4 are right: the four kernels that tell right from left best, as films.
values = np.array([direction_selectivity(power(learned[..., d], 32)) for d in range(96)])
for d in np.argsort(-abs(values))[:4]:
    rows, columns = velocity(power(learned[..., d], 32))
    words = f"Kernel {d}: selectivity {values[d]:.2f}, {rows:z.2f} down, {columns:z.2f} right"
    print(words)
    film(np.round(255 * picture(learned[..., d])).astype(np.uint8), words, scale=8)

# %% [markdown] course={"exercise": "layer_norm", "minutes": 15, "difficulty": 3}
# ## 6.6 A port: layer norm
#
# Now tinygrad. Its Tensors look like NumPy's arrays, but nothing is computed until somebody asks,
# for instance by `.numpy()`; from what was written down it also derives gradients. Write
# `layer_norm(x, g, b, eps)` on Tensors: take the mean off the last axis, divide by the root of
# variance plus `eps`, multiply by `g`, add `b`. The variance is the mean of the squares, over `D`
# numbers. Keep the precision: float64 in, float64 out. It must be possible to take the gradient by
# `x`, `g` and `b`.
#
# <details><summary>Hint</summary>
#
# `x.mean(-1, keepdim=True)` is the mean; `.sqrt()` and `.rsqrt()` are there. Look at what `x.var`
# divides by if nobody tells it otherwise. Whatever goes through `.numpy()` has lost its gradient.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "given_device", "grade": false, "solution": false, "locked": true, "task": false}
import course.tinygrad_device  # noqa: F401 - before tinygrad: one that needs no compiler

# %% nbgrader={"schema_version": 3, "grade_id": "given_tinygrad", "grade": false, "solution": false, "locked": true, "task": false}
from tinygrad import Tensor

# %% nbgrader={"schema_version": 3, "grade_id": "layer_norm", "grade": false, "solution": true, "locked": false, "task": false}
def layer_norm(x, g, b, eps):
    """Layer norm over the last axis, on tinygrad's Tensors: x (..., D), g and b (D,)."""
    ### BEGIN SOLUTION
    x = x - x.mean(-1, keepdim=True)
    variance = (x * x).mean(-1, keepdim=True)
    return x * (variance + eps).rsqrt() * g + b
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_layer_norm", "grade": true, "solution": false, "locked": true, "task": false, "points": 4}
check("layer_norm")

# %% [markdown] tags=["solution"]
# Nearly the text of `tubevit_np`, and that is the point of a port: the same steps under the same
# names. What goes wrong is in the defaults: tinygrad's `layernorm` takes an `eps` of 1e-5, its
# `var` divides by `D - 1`. On usual inputs neither shows in four digits; the cases here have a
# variance of about `eps`.

# %% [markdown] course={"exercise": "vjp", "minutes": 12, "difficulty": 4}
# ## 6.7 Its adapter: gradients
#
# The conformance suite speaks NumPy. It asks for gradients by a function `vjp(op, inputs,
# attributes, cotangents, by)`: `op` is the name of the operation, here always `"layer_norm"`;
# `inputs` are its arrays by name, `{"x": ..., "g": ..., "b": ...}`, `attributes` its other
# arguments, `{"eps": ...}`. `cotangents` is `{"out": ct}`, an array of the shape of the answer.
# Return `{name: gradient}`, as NumPy arrays, of the *sum of answer times cotangent*, by the inputs
# named in the list `by`, in the precision of the inputs.
#
# <details><summary>Hint</summary>
#
# `Tensor(array)` makes a Tensor. `total.gradient(a, b)` gives a list of the gradients of a Tensor
# of one number by the Tensors `a` and `b`. They must be the very Tensors that went into the answer.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "vjp", "grade": false, "solution": true, "locked": false, "task": false}
def vjp(op, inputs, attributes, cotangents, by):
    """{name: gradient} of the sum of answer times cotangent, by the inputs named in `by`."""
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
# A cotangent plays the part of `d_y` in assignment 4. With random numbers in it, one call checks a
# weighted sum of all slopes, and no error can cancel, as it might in a plain sum: the gradient of a
# plain sum of layer norm by `x` is nearly 0, whatever one does.

# %% [markdown]
# ## Ask the suite
#
# With both right, the next cell asks the suite of this project about your port: all its cases of
# layer norm, answers and gradients, in float64 and float32. For a whole port one writes an adapter
# as a module and runs `python -m tubevit_np.conformance my_port.adapter`.

# %%
from types import SimpleNamespace

from tubevit_np.conformance.suite import checks, judge
from tubevit_np.conformance.vectors import vectors

mine = SimpleNamespace(vjp=vjp, layer_norm=lambda x, g, b, eps: layer_norm(
    Tensor(x), Tensor(g), Tensor(b), eps).numpy())

# %%
for dtype in "float64", "float32":
    for one in checks([v for v in vectors() if v.op == "layer_norm"], dtype):
        verdict = judge(one, mine, dtype)
        print(f"{dtype} {verdict.status:8} {one.id:34} {verdict.difference.units:9.2g} of "
              f"{one.tolerance(dtype):.2g} units")

# %% [markdown] course={"exercise": "ported", "minutes": 8, "difficulty": 3}
# ## 6.8 What the suite sees
#
# Run the two cells above with `eps` fixed to `1e-5`, whatever the suite passes. Do that in `mine`,
# which stands between the suite and your port; leave 6.6 and 6.7 as they are, for they are graded.
# Which checks fail, in which precision, and which pass all the same? Explain by the sizes of `eps`,
# of the variance and of the rounding. Then name an error of a port that no check of a single
# operation can see. (About 100 words.)
#
# <details><summary>Hint</summary>
#
# In `mine`, `layer_norm` may hand on `1e-5` in place of `eps`, and `vjp` may be a `lambda` that
# hands on `{"eps": 1e-5}` in place of `attributes`.
#
# </details>

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "ported", "grade": true, "solution": true, "locked": false, "task": false, "points": 3}
# In float64 all four cases fail: the suite allows 1e-9 of the answer's size, and at a variance of 1
# another `eps` changes the answer by half of 9e-6, some 4.5e-6 or more. In float32, where a unit of
# rounding is 2^-23 or 1.2e-7, that is tens of units: the tolerance of `usual` is 18 units, so it
# fails by a factor of five, while `far` passes, since with a mean far from 0 even an honest port
# errs much and 390 units are allowed. `faint`, whose variance is about `eps`, and `large-eps`,
# where `eps` is 0.25, fail by millions of units. A port tested on usual inputs with a tolerance of
# 1e-3 would never know.
#
# No check of one operation sees how operations are joined: a layer norm after the block in place of
# before it, or a residual sum left out. The suite has checks of a block and of the whole model for
# that.

# %% [markdown] tags=["rubric"]
# **ported**, 3 points: one for which checks fail (really run), one for an explanation by sizes, one
# for an error between operations.
#
# - *3 points.* "float64: all fail, since a change of 5e-6 is far above 1e-9. float32: `faint` and
#   `large-eps` fail by a lot, because there the variance is no larger than eps; `usual` by a
#   little; `far` passes, its rounding is larger than the change. A model that normalizes in the
#   wrong place has only right operations."
# - *1 point.* "`faint` fails because its variance is small." Right, but only one precision was
#   looked at, and the last question is not answered.
# - *0 points.* "They pass because eps is too small to matter."

# %% [markdown] course={"exercise": "chance", "minutes": 8, "difficulty": 3}
# ## 6.9 More than chance?
#
# Back to the films of kernels behind 6.5: they are the best four of 96. Somebody shows only these
# and writes: "The model has learned detectors of motion." Write what is missing: which two controls
# you would run with the same code, what each of them can show that the other cannot, and what
# number you would report instead of four films. Run one of them, and give its result. (About 120
# words.)

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "chance", "grade": true, "solution": true, "locked": false, "task": false, "points": 4}
# The best of many look good even in noise, so the films prove nothing alone. Control 1: the same
# measure on the kernels as they were before training. It shows what any random kernel of this size
# gives. But learned kernels are smooth, and smooth noise looks more like motion than white noise
# does. Control 2: the learned kernels with their frames in random order (for each kernel another).
# It keeps all pictures, their colors and their sizes, and takes away only the order in time.
# Instead of four films I would report, of all 96 kernels, how many lie above the value that 95 % of
# the control stay below; by chance it would be 5 %. I would show all 96, or a random choice,
# sorted. I ran control 2: the median of the sizes was smaller with mixed frames than as learned.

# %% [markdown] tags=["rubric"]
# **chance**, 4 points: one for selection (the best of 96), one for each of two controls that differ
# in what they keep, one for a number over all kernels with a result that was really measured.
#
# - *4 points.* "They were picked. Untrained kernels tell what chance gives; mixed frames tell
#   whether it is the order in time or only smooth pictures. I give the share of all kernels above
#   the 95th percentile of the mixed ones, and I measured it: ... of 96, where 5 would be chance."
# - *2 points.* "Compare with random kernels, and give the mean of all 96." One control, a number
#   over all, nothing measured; it does not see that smoothness alone may do it.
# - *0 points.* "One should show more kernels."

# %% [markdown]
# ## How to go on
#
# The other operations of the suite, one at a time: `softmax`, `gelu`, `tube_tokens`, up to
# `forward`. `python -m tubevit_np.conformance --list` names all checks. That would be a port of
# TubeViT.
