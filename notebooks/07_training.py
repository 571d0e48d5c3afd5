# %% [markdown]
# # 7. Training, and the same run in tinygrad
#
# Lesson 6 gave the gradient of the loss by every number of the model. Training is a loop around it:
# look at some clips, take the gradient, move every number a little against it, and again. This
# lesson trains a small model from nothing in a few seconds, and then does the same steps in the
# other package, `tubevit_tg`, which finds its gradients by itself: the losses must agree.

# %%
from dataclasses import replace

import lesson
import numpy as np
from IPython.display import clear_output

import tubevit_np as tv
from tubevit_np.data.batch import Batch
from tubevit_np.data.generated.clips import VERBS, make_clips, make_pools
from tubevit_np.plots.lesson_plots.frames import draw_film

lesson.overview("training")

# %% [markdown]
# ## What is to be learned
#
# Generated clips, here of 16 frames of 24 x 24 pixels: an object moves left, right, up or down,
# comes closer, goes away, spins or rests. The model has to say which of these eight *verbs* it is.
# A single frame does not tell. Each row below is a clip; every second frame is shown.

# %%
pools = make_pools(np.random.default_rng(0), size=24, canvases=16, sprites=16)


def batch(step, count=32):
    x, labels = make_clips(pools, count, np.random.default_rng([7, step]))
    return Batch(x, {"verb": labels["verb"]})


first = batch(0)
lesson.shapes(x=first.x, verb=first.labels["verb"])

# %%
figure, axes = lesson.axes(900, 620, rows=4)
for ax, verb in zip(axes, ("right", "up", "approach", "spin"), strict=True):
    k = np.flatnonzero(first.labels["verb"] == VERBS.index(verb))[0]
    draw_film(ax, first.x[k], every=2)
    ax.set(ylabel=verb, xlabel="")
lesson.show(figure, "Four generated clips as rows of frames, with their verbs at the left.")

# %% [markdown]
# The model is small: 2D patches and one tube, `D` = 48 channels, one block, and one head for the
# verb. The demo of this project has 4 tubes, 96 channels and two blocks.

# %%
cfg = replace(tv.PRESETS["demo"], dim=48, depth=1, mlp_dim=96, classes={"verb": 8},
              tubes=(tv.Tube((1, 8, 8), (16, 8, 8)), tv.Tube((8, 8, 8), (8, 8, 8))))
params = tv.init(cfg, np.random.default_rng(0))
flat = tv.flatten(params)  # the same arrays, by their full names
logits, out = tv.forward(params, first.x, cfg, "verb")
lesson.shapes(tokens=out["tokens"], logits=logits)
print(f"{sum(w.size for w in flat.values())} numbers to learn")

# %% [markdown]
# ## How far to move: AdamW
#
# The simplest rule is *gradient descent*: `w -= rate * g`, with `g` the gradient of the loss by
# `w`. One rate serves all numbers badly: where gradients are large it jumps to and fro, where they
# are small it hardly moves. *AdamW* keeps two running means for every number: `m` of its gradient,
# and `v` of its square. It moves by `m / sqrt(v)`: about one `rate` where gradients agree from step
# to step, less where they contradict each other, however large they are. Both means begin at 0, and
# dividing by `1 - beta**t` at step `t` makes up for that. *Weight decay* draws matrices a little
# towards 0.

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
# A loss shaped like a narrow valley shows the difference: 50 times steeper across than along,
# lowest at 0, 0. Both rules make 40 steps.

# %%
steep, paths = np.array([[1.0, 50.0]]), {}
for rule in ("gradient descent", "AdamW"):
    tree = {"w": np.array([[-2.0, 0.6]])}
    state, path = tv.adamw_state(tree), [tree["w"][0].copy()]
    for t in range(1, 41):
        g = steep * tree["w"]  # of the loss (x**2 + 50 y**2) / 2
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
lesson.show(figure, "In a narrow valley gradient descent jumps across, AdamW goes along it.")

# %% [markdown]
# Three more things belong to the rule:
#
# * The rate is not constant: it grows over the first steps (*warm-up*), while the running means are
#   still poor, and then falls to 0 along a cosine, so that the end is calm.
# * If all gradients together, as one long vector, are longer than 1, they are scaled to length 1
#   (*clipping*): one strange batch cannot throw the model far away.
# * Kernels of tubes have rates of their own, and are moved by their waves and not by their voxels:
#   that is `adamw_by_waves`. `training/cosine_basis.py` gives the reason. The model is the same;
#   only its training is faster.

# %%
steps = 120
rates = [tv.learning_rate(step, steps, peak=1e-2, warmup=10) for step in range(steps)]
figure, ax = lesson.axes(900, 320)
ax.plot(rates, color="#0072B2")
ax.set(xlabel="step", ylabel="learning rate")
lesson.show(figure, "The learning rate: up along a line in ten steps, then down along a cosine.")

# %% [markdown]
# ## One step, and a hundred and twenty
#
# `gradients` goes forward and backward through the model, as in lesson 6, with the functions of
# `tubevit_np/fast`. All steps together take some seconds; the picture grows with them. A model that
# guesses has a loss of log 8 = 2.08.

# %%
from tubevit_np.training.cosine_basis import kernel_rates
from tubevit_np.training.step import gradients

moments, rate_of = tv.adamw_state(flat), kernel_rates(flat)


def step_once(t, lr, batch):
    """t counts from 1."""
    loss, right, grads = gradients(params, batch, cfg)
    norm = tv.clip_grad_norm(grads, 1.0)
    tv.adamw_by_waves(flat, grads, moments, t, lr, rates=rate_of)
    return {"step": t, "loss": float(loss), "train/verb": right["verb"], "norm": norm}


# %%
from tubevit_np.plots.style import page, place
from tubevit_np.plots.training_plots import curves


def draw(records, steps, chance):
    figure = page(1440, 540)
    for left, panel, given in ((90, curves.draw_loss, ()), (660, curves.draw_accuracy, (chance,))):
        ax = place(figure, left, 60, 480, 390)
        panel(ax, records, *given)
        ax.set(xlim=(0, steps))
    return figure


# %%
records, before = [], tv.nest({name: w.copy() for name, w in flat.items()})
for step in range(steps):
    records.append(step_once(step + 1, rates[step], batch(step)))
    if (step + 1) % 10 == 0:
        clear_output(wait=True)
        lesson.show(draw(records, steps, {"verb": 1 / 8}),
                    "The loss falls; the accuracy rises far above chance, dotted.")

# %% [markdown]
# Has it learned to see motion, or learned these clips by heart? It never saw a clip twice, but
# sprites and backgrounds come again and again. So it is asked about 512 clips made of others.

# %%
others = make_pools(np.random.default_rng(1), size=24, canvases=16, sprites=16)
x, labels = make_clips(others, 512, np.random.default_rng(2))
shares = {}
for when, tree in ("before training", before), ("after 120 steps", params):
    logits, _ = tv.fast.forward(tree, x, cfg, "verb")
    hit = logits.argmax(-1) == labels["verb"]
    shares[when] = [hit[labels["verb"] == verb].mean() for verb in range(8)]

# %%
figure, ax = lesson.axes(1200, 420)
for k, (when, share) in enumerate(shares.items()):
    ax.bar(np.arange(8) + 0.4 * k, share, 0.38, label=when, color=("#c9c9c9", "#0072B2")[k])
ax.axhline(1 / 8, linestyle=":", color="black")
ax.set(ylabel="share that is right", ylim=(0, 1), xticks=np.arange(8) + 0.2, xticklabels=VERBS)
ax.legend(frameon=False, ncols=2, loc="upper left", bbox_to_anchor=(0, 1.2))
lesson.show(figure, "Share of fresh clips whose verb is named, by verb, before and after training.")

# %% [markdown]
# Before training it gives nearly all clips the same answer, which is right once in eight. After it,
# most verbs are named well above chance. Not all come equally soon: a thing that spins stays where
# it is, and looks to few kernels as if it moved.
#
# ## The same steps in tinygrad
#
# `tubevit_tg` is the same text with Tensors in place of arrays, for GPUs. It has no gradients by
# hand: tinygrad derives them from the forward pass (*autograd*). From the same parameters and the
# same batches it must get the same losses, but for the last digits, since it adds in another order.
# That tests the forward pass, every gradient and the optimizer of both packages at once.

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
# What one waits for in the next cell, ten seconds or so, is not the arithmetic. tinygrad first
# writes a program for each array that is to be computed, and translates it for this machine. The
# second step is recorded, and from the third on the recording is played, which is fast. `NOOPT=1`
# asks for plain loops, which are soonest written; a long run goes without it.

# %%
for step in range(6):
    given = batch(step)
    with Context(NOOPT=1):
        loss = step_in_tinygrad(*(tg.to_tensors(a) for a in (
            float(step + 1), rates[step], given.x, given.labels["verb"]))).item()
    by_hand = records[step]["loss"]
    print(f"step {step + 1}: NumPy {by_hand:.5f}, tinygrad {loss:.5f}, the same to a millionth: "
          f"{abs(loss / by_hand - 1) < 1e-6}")

# %% [markdown]
# ## The real thing
#
# `python -m tubevit_np train --out runs/demo` is this loop with 48 x 48 pixels, images beside the
# clips, two heads and 3200 steps: five minutes on two cores. It writes checkpoints, so that a run
# that was cut off goes on with `--resume`, looks at held-out clips now and then, and draws its
# curves and kernels. `python -m tubevit_tg train` is the same on a GPU. These are the curves of the
# model that the next lessons look at:

# %%
from tubevit_np.runs.run_folder import read_metrics

run = read_metrics(lesson.TOP / "figures/demo/metrics.jsonl")
chance = {"verb": 1 / 8, "noun": 1 / 9, "image noun": 1 / 9, "both": 1 / 72}
lesson.show(draw(run, run[-1]["step"], chance), "Loss and accuracy of the demo's training: nouns "
            "rise first, verbs follow, both right at once last.")

# %% [markdown]
# Thin lines are accuracies on the batches it trained on, thick ones with points those on held-out
# clips, dotted ones what guessing would get; *both* counts clips whose verb and noun are right.
# What a thing is, its color and texture, is learned first. How it moves comes later: the kernels
# of the tubes must find edges that travel before anything behind them can use that. The [next
# lesson](08_kernels.ipynb) looks at these kernels.
#
# ## Exercises
#
# 1. Train with `peak=1e-1`, ten times the rate, and with `1e-3`. What does the loss do?
# 2. Give the model one frame of each clip, 16 times over: `np.repeat(x[:, :1], 16, axis=1)` in
#    `batch`. How often can it be right, and why?
# 3. In `step_in_tinygrad` leave out the clipping. From which step on do the losses differ, and why
#    not earlier?
#
# <details><summary>Answers</summary>
#
# 1. With ten times the rate the loss jumps and stays near log 8; with a tenth it falls more slowly
#    and ends higher.
# 2. About as often as by guessing, 1 in 8: the clips are made so that a single frame, taken at
#    random, does not tell how it moves. (The *first* frame does tell a little of approach and
#    recede: what comes closer begins small.)
# 3. From the third on. The first loss is taken before anything moves. The first move of AdamW is
#    `m / sqrt(v)` with one gradient in both: it does not depend on its length. Only when gradients
#    of different steps are mixed does it matter how long each was.
#
# </details>
