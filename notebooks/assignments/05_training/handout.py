# %% [markdown]
# # 5. Training, and an experiment of your own
#
# Gradients say in which direction to change the parameters. Training also needs a step size, and
# batches to learn from. In the first half you write the parts of a training step. In the second
# half you study a trained model: does it use the *order* of the frames, or only their content? You
# play clips backward. Then you plan, run and report your own experiment.
#
# **You will be able to**
#
# - write a learning rate with warmup and decay, gradient clipping, and a step of AdamW;
# - add the losses of a batch of videos and a batch of images, and say what each gradient is divided
#   by;
# - use clips played backward to find out whether a model sees motion, and say what the correct
#   answer is for such a clip;
# - report a fraction with its standard error, predict before you measure, and choose a control.
#
# Time: two hours. You need NumPy. The second half uses the trained model of this project. It needs
# no GPU: 200 clips take a few seconds.
#
# **How it works.** As in the assignments before: write your code where it says `YOUR CODE HERE`,
# run that cell, then run the cell below it and read its output. When you submit, the grader also
# tries cases that you cannot see. They are worth half of the points. In cells that you add, the
# grader runs only imports, functions and plain constants.
#
# **To read**
#
# - Lessons 7 and 9 of this project, `notebooks/07_training.ipynb` and `09_images_and_videos.ipynb`.
# - D. Kingma and J. Ba, *Adam: a method for stochastic optimization*, ICLR 2015, sections 2 and 3.
# - I. Loshchilov and F. Hutter, *Decoupled weight decay regularization*, ICLR 2019, section 2.
# - L. Pickup and others, *Seeing the arrow of time*, CVPR 2014, section 1: what in a video shows
#   its direction in time.
# - Piergiovanni, Kuo and Angelova, *Rethinking Video ViTs*, CVPR 2023, section 3.5: joint training.

# %% nbgrader={"schema_version": 3, "grade_id": "given_start", "grade": false, "solution": false, "locked": true, "task": false}
import math

import numpy as np
from course import check

# %% [markdown] course={"exercise": "learning_rate", "minutes": 10, "difficulty": 1}
# ## 5.1 The learning rate
#
# Write `learning_rate(step, steps, peak, warmup)`, for steps 0 to `steps - 1`.
#
# - In the first `warmup` steps, the rate grows linearly. It is `peak / warmup` in step 0 and `peak`
#   in step `warmup - 1`.
# - From step `warmup` on, the rate falls along half a period of a cosine. It is still `peak` in
#   step `warmup`, and would be 0 in step `steps`, which is never run.
# - `warmup` may be 0. Then there is no linear part, and step 0 has the rate `peak`.
#
# <details><summary>Hint</summary>
#
# Which fraction of the falling part has passed? It is 0 in step `warmup`, and would be 1 in step
# `steps`. The cosine of this fraction times $\pi$ falls from 1 to -1. The rate must fall from
# `peak` to 0.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "learning_rate", "grade": false, "solution": true, "locked": false, "task": false}
def learning_rate(step, steps, peak, warmup):
    ### BEGIN SOLUTION
    if step < warmup:
        return peak * (step + 1) / warmup
    share = (step - warmup) / (steps - warmup)
    return peak * (1 + math.cos(math.pi * share)) / 2
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_learning_rate", "grade": true, "solution": false, "locked": true, "task": false, "points": 2}
check("learning_rate")

# %% [markdown] tags=["solution"]
# A step with rate 0 would be wasted, so the linear part begins at `peak / warmup`, not at 0.
# Warmup helps because the running means of AdamW are still inaccurate in the first steps. The end
# of the cosine is flat, so that the model can settle.

# %% [markdown] course={"exercise": "clip", "minutes": 10, "difficulty": 2}
# ## 5.2 Clipping
#
# One unusual batch may have a gradient so large that a single step moves the model far away. Write
# `clip(grads, most)`, where `grads` is `{name: array}`. Treat the numbers of all arrays together as
# one long vector. If the length of this vector is above `most`, scale the vector to the length
# `most`. Otherwise leave it unchanged. Return the length *before* scaling, and the new dict.
#
# <details><summary>Hint</summary>
#
# The length of a vector is the square root of the sum of all squares. The direction of the gradient
# must not change, so there is one factor for all arrays.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "clip", "grade": false, "solution": true, "locked": false, "task": false}
def clip(grads, most):
    """The norm of all arrays together, and the arrays scaled so that it is at most `most`."""
    ### BEGIN SOLUTION
    norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
    scale = min(1, most / norm)
    return norm, {name: scale * g for name, g in grads.items()}
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_clip", "grade": true, "solution": false, "locked": true, "task": false, "points": 2}
check("clip")

# %% [markdown] tags=["solution"]
# Scaling each array alone, or limiting single numbers, would change the direction of the gradient:
# the step would no longer follow the steepest descent. It is useful to log the length before
# scaling in every training run, because it shows when gradients are clipped.

# %% [markdown] course={"exercise": "adamw", "minutes": 20, "difficulty": 3}
# ## 5.3 A step of AdamW
#
# Write one step for one parameter: `adamw(w, g, m, v, t, lr, weight_decay)` returns the new
# `w, m, v`. `g` is the gradient, `m` and `v` are the running means before this step, and `t` counts
# steps from 1.
#
# - The running means: $m \leftarrow 0.9\, m + 0.1\, g$ and $v \leftarrow 0.95\, v + 0.05\, g^2$.
# - Both begin at 0, so they are too small at first. The corrected means are
#   $\hat m = m / (1 - 0.9^t)$ and $\hat v = v / (1 - 0.95^t)$. Return `m` and `v` without this
#   correction.
# - The step: subtract $\text{lr} \cdot \hat m / (\sqrt{\hat v} + 10^{-8})$ from $w$. The $10^{-8}$
#   is added to the root.
# - Weight decay is *decoupled*: also subtract $\text{lr} \cdot \text{weight\_decay} \cdot w$, and
#   do not add the decay to `g`. It applies only to arrays with more than one axis, not to biases
#   and gains.
#
# <details><summary>Hint</summary>
#
# Use different names for the corrected means and for the means that you return. `w.ndim` is the
# number of axes.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "adamw", "grade": false, "solution": true, "locked": false, "task": false}
def adamw(w, g, m, v, t, lr, weight_decay):
    ### BEGIN SOLUTION
    m = 0.9 * m + 0.1 * g
    v = 0.95 * v + 0.05 * g**2
    mean, square = m / (1 - 0.9**t), v / (1 - 0.95**t)
    decay = weight_decay * w if w.ndim > 1 else 0
    return w - lr * (mean / (np.sqrt(square) + 1e-8) + decay), m, v
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_adamw", "grade": true, "solution": false, "locked": true, "task": false, "points": 4}
check("adamw")

# %% [markdown] tags=["solution"]
# If you added the decay to `g`, it would be divided by $\sqrt{\hat v}$ too, and numbers with large
# gradients would hardly decay. With decoupled decay, all numbers decay at the same rate. In step 1
# the corrected means are $g$ and $g^2$, so every number moves by about `lr`, no matter how large
# its gradient is.

# %% [markdown] course={"exercise": "joint_loss", "minutes": 15, "difficulty": 3}
# ## 5.4 Two batches, one step
#
# TubeViT learns from videos and images in the same step: the loss is the mean loss of the videos
# plus `weight` times the mean loss of the images. The two batches may have different sizes, and
# their classification heads may have different numbers of classes. Write
# `joint_loss(video_logits, video_labels, image_logits, image_labels, weight)`, which returns
# `loss, d_video, d_image`: the loss and its gradients with respect to both logits. Logits are
# `(B, K)`, labels are integers `(B,)`.
#
# <details><summary>Hint</summary>
#
# For one batch, the gradient of the mean loss with respect to the logits is probability minus
# target, divided by the size of *this* batch. What happens to the gradient of a loss that is
# multiplied by `weight`?
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "given_loss", "grade": false, "solution": false, "locked": true, "task": false}
def softmax(x):
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


def cross_entropy(logits, labels):
    """The mean of -log(probability of the label) over the batch."""
    return -np.log(softmax(logits)[np.arange(len(labels)), labels]).mean()

# %% nbgrader={"schema_version": 3, "grade_id": "joint_loss", "grade": false, "solution": true, "locked": false, "task": false}
def joint_loss(video_logits, video_labels, image_logits, image_labels, weight):
    """loss, d_video, d_image;  logits (B, K), labels (B,); B and K may differ between batches."""
    ### BEGIN SOLUTION
    def gradient(logits, labels):
        return (softmax(logits) - np.eye(logits.shape[1])[labels]) / len(labels)

    of_videos = cross_entropy(video_logits, video_labels)
    of_images = cross_entropy(image_logits, image_labels)
    d_video = gradient(video_logits, video_labels)
    d_image = weight * gradient(image_logits, image_labels)
    return of_videos + weight * of_images, d_video, d_image
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_joint_loss", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("joint_loss")

# %% [markdown] tags=["solution"]
# The gradient of a sum is the sum of the gradients. So you can process the two batches one after
# the other and add up their gradients for the shared parameters. With one mean over both batches
# together, the larger batch would count more. A change of a batch size would then change the
# balance of the tasks.

# %% [markdown] course={"exercise": "reverse", "minutes": 10, "difficulty": 1}
# ## 5.5 The same frames, backward
#
# In each clip of the generated set *scenes*, a camera moves over a picture in one of eight ways,
# called *verbs*: for example pan left, zoom in, or still (no motion). Played backward, a clip has
# exactly the same frames, but its verb may be different. Write `reverse(clips, verbs)`: `clips` is
# `(B, T, H, W, C)`, and `verbs` is `(B,)`, indices into `VERBS`. Return the clips played backward,
# and the verbs that these clips show.
#
# <details><summary>Hint</summary>
#
# A slice with step -1 reverses an axis. Make an array of eight numbers, with the new verb for each
# old verb, and index it with `verbs`. What does a camera that turns do when the clip is played
# backward? The verb does not say in which direction it turns.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "given_verbs", "grade": false, "solution": false, "locked": true, "task": false}
VERBS = ("pan left", "pan right", "pan up", "pan down", "zoom in", "zoom out", "turn", "still")

# %% nbgrader={"schema_version": 3, "grade_id": "reverse", "grade": false, "solution": true, "locked": false, "task": false}
def reverse(clips, verbs):
    ### BEGIN SOLUTION
    opposite = np.array([1, 0, 3, 2, 5, 4, 6, 7])
    return clips[:, ::-1], opposite[verbs]
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_reverse", "grade": true, "solution": false, "locked": true, "task": false, "points": 2}
check("reverse")

# %% [markdown] tags=["solution"]
# Left and right, up and down, in and out are swapped. *turn* and *still* stay the same. Mirroring a
# clip also turns *pan left* into *pan right*, but it changes every frame, and it leaves *pan up*
# and *zoom in* as they are. So mirroring tests something else.

# %% [markdown] course={"exercise": "mixed_frames", "minutes": 10, "difficulty": 2}
# ## 5.6 A control: the same frames in random order
#
# A clip played backward still has an order. As a control, write `mixed_frames(clips, rng)`: it
# puts the frames of each clip into a random order, a different order for each clip. Each clip keeps
# all its frames, each exactly once. `rng` is a NumPy generator and the only source of randomness,
# so the same seed gives the same result. `clips` itself must not change.
#
# <details><summary>Hint</summary>
#
# `rng.permutation(T)` is one random order. How do you get one for each clip? `rng.shuffle` changes
# its argument. Check along which axis it works.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "mixed_frames", "grade": false, "solution": true, "locked": false, "task": false}
def mixed_frames(clips, rng):
    """clips (B, T, H, W, C), the frames of each clip in a different random order."""
    ### BEGIN SOLUTION
    return np.stack([clip[rng.permutation(len(clip))] for clip in clips])
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_mixed_frames", "grade": true, "solution": false, "locked": true, "task": false, "points": 2}
check("mixed_frames")

# %% [markdown] tags=["solution"]
# If all clips had the same new order, a model could be lucky with this one order. With repeated
# frames, other frames would be missing, so more than the order would change.

# %% [markdown] course={"exercise": "order_in_time", "minutes": 15, "difficulty": 2}
# ## 5.7 How often, and how certain
#
# `forwards` and `backwards` are the logits `(n, 8)` of a model for the same `n` clips: `forwards`
# for the unchanged clips, `backwards` for the clips played backward. `verbs` `(n,)` are the verbs
# of the unchanged clips, and `opposite` `(n,)` are the verbs of the clips played backward. Write
# `order_in_time(forwards, backwards, verbs, opposite)`, which returns a dict of three fractions:
#
# - `"forwards"`: how often the prediction for the unchanged clip is correct;
# - `"unmapped"`: how often the prediction for the clip played backward is the verb of the
#   unchanged clip;
# - `"mapped"`: how often the prediction for the clip played backward is correct for that clip.
#
# Each entry is a tuple: the fraction $p$, from 0 to 1, and its *standard error*
# $\sqrt{p (1 - p) / n}$ for $n$ clips. With other clips, the fraction would typically differ by
# about one standard error.
#
# <details><summary>Hint</summary>
#
# The prediction is the class with the largest logit. The mean of an array of True and False is a
# fraction. The three entries differ only in their arguments, so a function inside your function
# saves work.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "order_in_time", "grade": false, "solution": true, "locked": false, "task": false}
def order_in_time(forwards, backwards, verbs, opposite):
    """{"forwards", "unmapped", "mapped": (fraction, standard error)}."""
    ### BEGIN SOLUTION
    def share(logits, right):
        p = (logits.argmax(-1) == right).mean()
        return p, np.sqrt(p * (1 - p) / len(right))

    return {"forwards": share(forwards, verbs), "unmapped": share(backwards, verbs),
            "mapped": share(backwards, opposite)}
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_order_in_time", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("order_in_time")

# %% [markdown] tags=["solution"]
# A model that uses only single frames predicts the same in both directions, so *unmapped* is as
# high as *forwards*. A model that sees motion is as good in *mapped* as in *forwards*. Its
# predictions for clips played backward are the verb of the unchanged clip only for turn and still,
# so *unmapped* is about a quarter.

# %% [markdown]
# ## The trained model
#
# The next cells use the demo model of this project. If this notebook is not inside the project's
# folder, write the path of that folder in place of `None` in the next cell.

# %%
from course import MODEL, find_project

PROJECT = None  # or "/path/to/the/project"
PROJECT = find_project(PROJECT)

# %%
import tubevit_np as tv
from tubevit_np.data.generated.scenes import make_clips, make_pools

params, cfg, _ = tv.load(PROJECT / MODEL)
pools = make_pools(np.random.default_rng(1), pictures=64)
clips, labels = make_clips(pools, 200, np.random.default_rng(0))
verbs = labels["verb"]

# %%
def answers(clips):
    """Logits (n, 8) of the verb;  clips: uint8, 0 to 255."""
    if clips.dtype != np.uint8:  # the model does not scale floats correctly
        raise TypeError(f"clips are {clips.dtype}, expected uint8: use "
                        "np.round(clips).clip(0, 255).astype(np.uint8)")
    return tv.fast.forward(params, clips, cfg, "verb")[0]  # tv.forward, but faster


def table(shares):
    for name, (share, error) in shares.items():
        print(f"{name:10} {share:6.1%} +- {error:.1%}")

# %%
# Run this when 5.5 to 5.7 are correct:
back, opposite = reverse(clips, verbs)
mixed = answers(mixed_frames(clips, np.random.default_rng(0)))
table(order_in_time(answers(clips), answers(back), verbs, opposite))
table({"mixed": order_in_time(mixed, mixed, verbs, opposite)["forwards"]})

# %% [markdown]
# ## An experiment of your own
#
# What does this model see? Change the clips in one way, and let the model predict again. Some
# ideas: show every second frame twice (half the frames, the same duration); show only the first
# half, stretched to the full duration; mirror the clips from left to right, and change the verbs to
# match; remove the color; invert the brightness; make one quarter of the picture gray; shift the
# picture by some pixels; add noise of growing strength. A good experiment has a question whose
# answer you do not know, changes one thing, and compares with a control.
#
# The model takes clips as `uint8`, integers from 0 to 255, like the given clips. If you compute
# with floats, round the result, clip it to 0 to 255, and convert it to `uint8`.

# %% [markdown] course={"exercise": "plan", "minutes": 8, "difficulty": 2}
# ## 5.8 Before you measure
#
# Write down, *before* you run anything: your question; what you change and what stays the same;
# what you expect, as a number with a reason; which result would show that your idea is wrong; and
# what you compare with (a control). Do not change this text afterward. (About 100 words.)

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "plan", "grade": true, "solution": true, "locked": false, "task": false, "points": 3}
# Question: does the model need to see smooth motion? I keep every second frame and show each of
# them twice. The camera is as fast as before on average, but it jumps. Duration, pixels and colors
# stay the same. I expect 70 % correct verbs (97 % for unchanged clips). Patches see single frames
# and lose nothing. But tubes of 8 and 16 frames respond to edges that travel smoothly, and an edge
# that rests and then jumps is a different pattern. If the result stays above 93 %, about three
# standard errors below the unchanged clips, smoothness matters little. Control: the first half of
# the clip with each frame twice. It also has doubled frames, but everything moves at half the
# speed. If doubled frames do harm, the control must lose as much.

# %% [markdown] tags=["rubric"]
# **plan**, 3 points: one for a question with a single change, one for an expected number with a
# reason that comes from how the model works, one for a result that would refute the idea, together
# with a control.
#
# - *3 points.* "Does color help to see motion? I replace all three channels by their mean.
#   Brightness and motion stay. Lesson 8 shows motion kernels that are mostly gray, so I expect
#   95 %, 2 % less than in color. Below 90 % (more than three standard errors away) I would be
#   wrong. Control: I swap red and blue. This changes as many pixels, but the clips keep colors."
# - *2 points.* "I show clips in gray and expect a little less, because the model was trained on
#   color. I compare with the clips in color." The plan has one change and a comparison, but no
#   number, and no result that could refute it.
# - *0 points.* "I will try gray, mirrored and noisy clips and see what happens."

# %%
# Your experiment: a function that changes clips, and the model's predictions for the new clips.

# %% [markdown] course={"exercise": "report", "minutes": 17, "difficulty": 4}
# ## 5.9 What you found
#
# Report: the numbers with their standard errors and the number of clips; a comparison with what you
# expected; another possible explanation of the result, and how you would exclude it. If the result
# is not what you expected, say so: such a result is welcome. Give the code of your change in a line
# or two. (About 150 words.)

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "report", "grade": true, "solution": true, "locked": false, "task": false, "points": 6}
# `jerky = np.repeat(clips[:, ::2], 2, axis=1)`, control
# `slow = np.repeat(clips[:, :8], 2, axis=1)`. Of 200 clips, the model predicts the verb correctly
# for 97.0 % +- 1.2 % of the unchanged clips, for 96.5 % +- 1.3 % of the jerky clips, and for 79.0 %
# +- 2.9 % of the slow clips. I expected 70 % for the jerky clips, so I was wrong: the model does
# not need smooth motion. I used the same clips each time, so I could also compare clip by clip: the
# jerky clips lost 1 correct prediction and gained 0, the slow clips lost 39 and gained 3. So
# doubled frames alone do no harm. The lower speed does.
#
# Of the 42 wrong predictions for slow clips, 21 are for *turn*. I had not predicted this, so I draw
# no conclusion from it. Another explanation is that the jumps are small. A pan moves the picture by
# at most 2 pixels per frame, so a jump is at most 4 pixels. A tube sees 8 x 8 pixels at once. With
# larger jumps, smoothness may matter. I would show every fourth frame four times, and find the size
# of jump at which the fraction of correct verbs begins to fall. In addition, the camera moves only
# half as far in the slow clips. Clips made at half the speed would separate these two effects.

# %% [markdown] tags=["rubric"]
# **report**, 6 points: two for numbers with standard errors and the number of clips; one for an
# honest comparison with the plan; two for another explanation that the result does not exclude,
# with a way to test it; one for claiming no more than was measured. Whether the numbers are correct
# depends on the student's code: run it if in doubt. Do not take off points for an idea that failed.
#
# - *6 points.* "97.0 % +- 1.2 % in color, 95.0 % +- 1.5 % in gray, 200 clips. I expected 95 %, and
#   planned to give up my idea below 90 %. So the result agrees with my idea. The difference of 2 %
#   is about one standard error. I used the same clips twice, so I can compare clip by clip, which
#   is more precise: 4 correct predictions were lost and 0 gained. With so few changes I cannot say
#   whether color matters at all. If it does, contrast may be the reason: gray clips have less of
#   it. To test this, I would use 2000 clips, and scale gray clips up to the old contrast."
# - *3 points.* "The fraction fell from 97.0 % to 95.0 %, for 200 clips. So color is used for
#   motion, as I expected. Perhaps contrast matters too." The report has numbers, and it mentions
#   another explanation. But there are no standard errors, and the conclusion does not follow.
# - *1 point.* "Gray was worse, so the model needs color." The report has only the direction of one
#   change.

# %% [markdown]
# ## How to go on
#
# `python -m tubevit_np train --out runs/mine` trains this model in a few minutes on a laptop. As
# another experiment, play half of the training clips backward, train a model on them, and repeat
# 5.7 with this model.
