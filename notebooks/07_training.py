# %% [markdown]
# # 7. Training, and the same steps in tinygrad
#
# Lesson 6 computed the gradient of the loss for every parameter of the model. Training repeats four
# steps: take some clips, run the forward pass, compute the gradients, and move every parameter a
# little against its gradient. This lesson trains a small model **from scratch**, that is from
# random weights, in a few seconds. Then it repeats the first training steps with the second package
# of this project, `tubevit_tg`, which computes gradients automatically. The losses of both packages
# must agree. Each new term is in bold and in the [glossary](GLOSSARY.md).

# %%
from dataclasses import replace

import lesson
import numpy as np
from IPython.display import clear_output

import tubevit_np as tv
from tubevit_np.data.batch import Batch
from tubevit_np.data.generated.scenes import VERBS, make_clips, make_pools
from tubevit_np.plots.lesson_plots.frames import draw_film

lesson.overview("training")

# %% [markdown]
# ## The task
#
# The data are generated clips, here of 16 frames of 24×24 pixels. A camera moves over a picture of
# dead leaves: it pans left, right, up or down, zooms in or out, turns or stays still. The model
# predicts which of these eight verbs the clip shows. A single frame is not enough for this.

# %%
pools = make_pools(np.random.default_rng(0), size=24, pictures=64)


def batch(step, count=32):
    x, labels = make_clips(pools, count, np.random.default_rng([7, step]))
    return Batch(x, {"verb": labels["verb"]})


first = batch(0)
lesson.shapes(x=first.x, verb=first.labels["verb"])

# %%
figure, axes = lesson.axes(900, 620, rows=4)
for ax, verb in zip(axes, ("pan right", "pan up", "zoom in", "turn"), strict=True):
    k = np.flatnonzero(first.labels["verb"] == VERBS.index(verb))[0]
    draw_film(ax, first.x[k], every=2)
    ax.set(ylabel=verb, xlabel="")
lesson.show(figure, "Four generated clips, one in each row, every second frame. The verb is on "
                    "the left.")

# %% [markdown]
# The model is small: 2D patches and one tube, $D = 48$ channels, one block, and one classification
# head for the verb. The demo model of this project has 4 tubes, 96 channels and two blocks.

# %%
cfg = replace(tv.PRESETS["demo"], dim=48, depth=1, mlp_dim=96, classes={"verb": 8},
              tubes=(tv.Tube((1, 8, 8), (16, 8, 8)), tv.Tube((8, 8, 8), (8, 8, 8))))
params = tv.init(cfg, np.random.default_rng(0))
flat = tv.flatten(params)  # the same arrays, by their full names
logits, out = tv.forward(params, first.x, cfg, "verb")
lesson.shapes(tokens=out["tokens"], logits=logits)
print(f"{sum(w.size for w in flat.values())} parameters")

# %% [markdown]
# ## How far to move: AdamW
#
# The simplest update rule is **gradient descent**. It moves each weight $w$ against its gradient
# $g$, with a **learning rate** $\eta$:
#
# $$w \leftarrow w - \eta \, g$$
#
# One learning rate does not fit all weights. A weight with large gradients jumps back and forth. A
# weight with small gradients hardly moves.
#
# **AdamW** keeps two running means for each weight: $m$ of the gradient and $v$ of its square. Step
# $t$ updates these two means and then the weight, with $\beta_1 = 0.9$, $\beta_2 = 0.95$ and
# $\epsilon = 10^{-8}$:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1) \, g$$
#
# $$v \leftarrow \beta_2 v + (1 - \beta_2) \, g^2$$
#
# $$w \leftarrow w - \eta \, \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}$$
#
# If the gradients of several steps agree, the weight moves by about $\eta$ in each step, whether
# the gradients are large or small. If their signs change from step to step, the weight moves less.
# Both means begin at 0, and the divisions by $1 - \beta^t$ correct for this start. Before each
# step, **weight decay** moves the matrices a little toward 0: $w \leftarrow w - \eta \lambda w$,
# with a small number $\lambda$, here 0.05. The small number $\epsilon$ prevents a division by zero.
# The running means of all weights are the **optimizer state**.

# %%
rng = np.random.default_rng(1)
w, m, v = 0.5, 0.0, 0.0
tree = {"w": np.array([[0.5]])}
state = tv.adamw_state(tree)
for t in range(1, 6):
    g = rng.standard_normal()
    m, v = 0.9 * m + 0.1 * g, 0.95 * v + 0.05 * g**2
    w -= 0.01 * 0.05 * w  # weight decay
    w -= 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.95**t)) + 1e-8)
    tv.adamw(tree, {"w": np.array([[g]])}, state, t, lr=0.01, weight_decay=0.05)
    assert np.isclose(tree["w"][0, 0], w)
print(f"after five steps w is {w:.6f}")

# %% [markdown]
# A loss with the shape of a narrow valley shows the difference between the two rules. The loss is
# 50 times steeper across the valley than along it. The minimum of the loss is at $(0, 0)$. Both
# rules make 40 steps.

# %%
steep, paths = np.array([[1.0, 50.0]]), {}
for rule in ("gradient descent", "AdamW"):
    tree = {"w": np.array([[-2.0, 0.6]])}
    state, path = tv.adamw_state(tree), [tree["w"][0].copy()]
    for t in range(1, 41):
        g = steep * tree["w"]  # gradient of the loss (x**2 + 50 y**2) / 2
        if rule == "AdamW":
            tv.adamw(tree, {"w": g}, state, t, lr=0.15, weight_decay=0)
        else:
            tree["w"] -= 0.036 * g
        path.append(tree["w"][0].copy())
    paths[rule] = np.array(path)

# %%
figure, axes = lesson.axes(1400, 420, columns=2)
y, x = np.mgrid[-0.9:0.9:80j, -2.3:0.8:80j]
for ax, (rule, path) in zip(axes, paths.items(), strict=True):
    ax.contour(x, y, (x**2 + 50 * y**2) / 2, 12, colors="#c9c9c9", linewidths=0.8)
    ax.plot(*path.T, "o-", color="#0072B2", markersize=3, linewidth=1)
    ax.set(title=rule, xlabel="along the valley", ylabel="across")
lesson.show(figure, "The paths of both rules in a narrow valley. Left: gradient descent jumps "
                    "across the valley. Right: AdamW moves along it.")

# %% [markdown]
# Three more parts belong to the update:
#
# - The learning rate is not constant. It grows during the first steps (**warmup**), while the
#   running means are still inaccurate. Then it falls to 0 along a cosine.
# - Take all gradients as one long vector. If its length is above 1, all gradients are scaled so
#   that the length is 1 (**gradient clipping**). So one unusual batch cannot move the model far.
# - The kernels of the tubes have their own learning rates. Also, the function `adamw_by_waves` does
#   not update the voxels of a kernel one by one. It updates the waves that add up to the kernel.
#   The model stays the same but trains faster. `tubevit_np/training/cosine_basis.py` explains why.

# %%
steps = 120
rates = [tv.learning_rate(step, steps, peak=1e-2, warmup=10) for step in range(steps)]
figure, ax = lesson.axes(900, 320)
ax.plot(rates, color="#0072B2")
ax.set(xlabel="step", ylabel="learning rate")
lesson.show(figure, "The learning rate grows linearly for ten steps, then falls along a cosine.")

# %% [markdown]
# ## One step, then 120 steps
#
# `gradients` runs the forward and backward pass of lesson 6, with the functions of
# `tubevit_np/fast`. All steps together take a few seconds, and the curves in the picture grow
# during training. A model that guesses has a loss of $\log 8 = 2.08$.

# %%
from tubevit_np.training.cosine_basis import kernel_rates
from tubevit_np.training.step import gradients

moments, rate_of = tv.adamw_state(flat), kernel_rates(flat)


def step_once(t, lr, batch):
    """t counts from 1."""
    loss, correct, grads = gradients(params, batch, cfg)
    norm = tv.clip_grad_norm(grads, 1.0)
    tv.adamw_by_waves(flat, grads, moments, t, lr, rates=rate_of)
    return {"step": t, "loss": float(loss), "train/verb": correct["verb"], "norm": norm}



# %%
from tubevit_np.plots.style import page, place
from tubevit_np.plots.training_plots import curves


def draw(records, steps, chance):
    figure = page(1440, 540)
    for left, panel, args in ((90, curves.draw_loss, ()), (660, curves.draw_accuracy, (chance,))):
        ax = place(figure, left, 60, 480, 390)
        panel(ax, records, *args)
        ax.set(xlim=(0, steps))
    return figure



# %%
records, before = [], tv.nest({name: w.copy() for name, w in flat.items()})
for step in range(steps):
    records.append(step_once(step + 1, rates[step], batch(step)))
    if (step + 1) % 10 == 0:
        clear_output(wait=True)
        lesson.show(draw(records, steps, {"verb": 1 / 8}),
                    "Left: the loss falls. Right: the accuracy rises far above chance (dotted).")

# %% [markdown]
# Did the model learn to detect motion, or did it memorize these clips? It never saw a clip twice,
# but the same 64 pictures were used many times. So we evaluate it on 512 **held-out** clips, made
# of new pictures.

# %%
others = make_pools(np.random.default_rng(1), size=24, pictures=64)
x, labels = make_clips(others, 512, np.random.default_rng(2))
shares = {}
for when, tree in ("before training", before), ("after 120 steps", params):
    logits, _ = tv.fast.forward(tree, x, cfg, "verb")
    correct = logits.argmax(-1) == labels["verb"]
    shares[when] = [correct[labels["verb"] == verb].mean() for verb in range(8)]

# %%
figure, ax = lesson.axes(1200, 420)
for k, (when, share) in enumerate(shares.items()):
    ax.bar(np.arange(8) + 0.4 * k, share, 0.38, label=when, color=("#c9c9c9", "#0072B2")[k])
ax.axhline(1 / 8, linestyle=":", color="black")
ax.set(ylabel="fraction correct", ylim=(0, 1), xticks=np.arange(8) + 0.2, xticklabels=VERBS)
ax.legend(frameon=False, ncols=2, loc="upper left", bbox_to_anchor=(0, 1.2))
lesson.show(figure, "Fraction of correct predictions for each verb on held-out clips, before and "
                    "after training. Dotted: chance.")

# %% [markdown]
# Before training, the model predicts the same verb for nearly all clips. This prediction is correct
# for about one clip in eight. Guessing would be correct equally often. This accuracy is called
# **chance**. After training, the accuracy of all verbs is far above chance. The model learns some
# verbs faster than others. In a pan, all parts of the picture move in the same direction. In a zoom
# they move in all directions, and in the center hardly at all. So the zooms are hardest.
#
# ## The same steps in tinygrad
#
# `tubevit_tg` is the same code with tinygrad's Tensors instead of arrays, for GPUs. It has no
# hand-written gradients: tinygrad derives them from the forward pass (**automatic
# differentiation**, or autograd). With the same parameters and the same batches it must compute the
# same losses. Only the last digits may differ, because tinygrad adds numbers in a different order.
# So this comparison tests three things at once: the forward pass, the gradients and the optimizer.

# %%
from tinygrad import Context, TinyJit

import tubevit_tg as tg
from tubevit_tg.training.step import batch_loss

tensors = tg.to_tensors(before)
flat_tensors = tg.flatten(tensors)
moments = tg.adamw_state(flat_tensors)

# %%
@TinyJit
def step_in_tinygrad(t, lr, x, verb):
    loss, _ = batch_loss(tensors, Batch(x, {"verb": verb}), cfg)
    grads = tg.autograd(flat_tensors, loss)
    tg.clip_grad_norm(grads, 1.0)
    tg.adamw_by_waves(flat_tensors, grads, moments, t, lr, rates=rate_of)
    return loss



# %% [markdown]
# The next cell takes about ten seconds. Most of this time is compilation: for each array that it
# computes, tinygrad generates a program and compiles it for this machine. `TinyJit` records these
# programs in the second step. From the third step on, it only replays the recording, which is fast.
# `NOOPT=1` selects plain loops. They compile fastest but run slowly, so a long training run does
# not use `NOOPT=1`.

# %%
for step in range(6):
    data = batch(step)
    with Context(NOOPT=1):
        loss = step_in_tinygrad(*(tg.to_tensors(a) for a in (
            float(step + 1), rates[step], data.x, data.labels["verb"]))).item()
    by_hand = records[step]["loss"]
    print(f"step {step + 1}: NumPy {by_hand:.5f}, tinygrad {loss:.5f}, equal to 1e-6: "
          f"{abs(loss / by_hand - 1) < 1e-6}")

# %% [markdown]
# ## Training the demo model
#
# `python -m tubevit_np train --out runs/demo` is this loop with 48×48 pixels, images in addition to
# clips, two classification heads and 1600 steps. It takes three to seven minutes on two CPU cores.
# It also saves a **checkpoint** from time to time, so that an interrupted **run** can continue with
# `--resume`. It evaluates the model on held-out clips and draws curves and kernels. `python -m
# tubevit_tg train` does the same on a GPU. The next lessons use this demo model. Here are the
# curves of its training.

# %%
from tubevit_np.runs.run_folder import read_metrics

run = read_metrics(lesson.TOP / "figures/demo/metrics.jsonl")
chance = {"verb": 1 / 8, "noun": 1 / 4, "image noun": 1 / 4, "both": 1 / 32}
lesson.show(draw(run, run[-1]["step"], chance),
            "Loss and accuracy while the demo model was trained. Thin lines: training batches. "
            "Thick lines with points: held-out clips. Dotted: chance. \"Both\" is the fraction of "
            "clips with correct verb and correct noun. The verb rises fastest.")

# %% [markdown]
# The model learns verbs a little faster than nouns. For a verb, any moving edge helps, and a
# picture of leaves has edges everywhere. For a noun, the model must find the leaves that have the
# texture among the others. The [next lesson](08_kernels.ipynb) shows the kernels that learned this.
#
# ## Exercises
#
# 1. Train with `peak=1e-1`, ten times the learning rate, and with `peak=1e-3`. How does the loss
#    change?
# 2. Give the model one frame of each clip, repeated 16 times: use `np.repeat(x[:, :1], 16, axis=1)`
#    in `batch`. How often can its prediction be correct, and why?
# 3. Remove the clipping from `step_in_tinygrad`. From which step on do the losses differ, and why
#    not earlier?
#
# <details><summary>Answers</summary>
#
# 1. With ten times the rate the loss jumps and stays near $\log 8$. With a tenth it falls more
#    slowly and ends higher.
# 2. About as often as by guessing, 1 in 8: a random single frame of these clips does not show what
#    the camera does. (The *first* frame gives a small hint for the zooms: a camera that zooms in
#    begins with a large view, so the leaves are small.)
# 3. From the third step on. The first loss is computed before any update. The first update of AdamW
#    divides the gradient by the square root of its own square, so the length of the gradient does
#    not matter. The length matters only after gradients of several steps are combined.
#
# </details>
