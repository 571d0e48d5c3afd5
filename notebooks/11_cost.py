# %% [markdown]
# # 11. What sparse sampling saves
#
# A long video can give many tokens. A transformer computes something for every token and, in
# attention, for every *pair* of tokens. TubeViT keeps the number of tokens small: it reads a few
# sparse tubes. Other models cut the video into dense boxes or read every frame. This lesson counts
# the tokens, operations and memory of each model. These counts are exact and need no training. At
# the end it compares the accuracy of the models on generated clips. Each new term is in bold and
# in the [glossary](GLOSSARY.md).

# %%
import lesson
import numpy as np

import tubevit_np as tv
from tubevit_np.cost import count as cost
from tubevit_np.plots.model_plots.sampling import draw_grid

lesson.overview("tubes", "tokens", "encoder")

# %% [markdown]
# ## Tokens
#
# Here are four ways to read a video of 32 frames of 224×224 pixels. The last three are
# **baselines**, methods to compare with:
#
# - *TubeViT*: the sparse tubes of the paper, called `main` (lesson 1);
# - **dense tubelets**: boxes of 2×16×16 without gaps, as in ViViT, plus patches of one frame, so
#   that images give tokens too;
# - *every frame*: patches of 16×16 in each frame, as in TimeSformer;
# - *some frames*: patches in every 16th frame only. These patches are too far apart in time to show
#   motion.
#
# The number of boxes on an axis is again $\lfloor (L - o - k) / s \rfloor + 1$.

# %%
shape = (32, 224, 224)
sets = {"TubeViT": "main", "dense tubelets": "dense", "every frame": "frames",
        "some frames": "patches"}
for name, tubes in sets.items():
    total = 0
    for tube in tv.TUBE_SETS[tubes]:
        fits = [(length - offset - kernel) // stride + 1 for length, offset, kernel, stride
                in zip(shape, tube.offset, tube.kernel, tube.stride, strict=True)]
        total += np.prod(fits)
    assert total == sum(cost.tokens(tv.with_tubes(tv.PRESETS["B"], tubes), shape))
    print(f"{name:16}{total:6} tokens")

# %%
figure, axes = lesson.axes(1400, 420, columns=4)
for ax, (name, tubes) in zip(axes, sets.items(), strict=True):
    draw_grid(ax, tv.with_tubes(tv.PRESETS["B"], tubes), shape, view=(1, 0))
    ax.set_title(name)
lesson.show(figure, "The places where each method reads the video, seen from the side, with time "
                    "to the right. TubeViT leaves gaps. \"Dense tubelets\" and \"every frame\" "
                    "read everything. \"Some frames\" reads only two frames.")

# %% [markdown]
# ## Operations of a block
#
# Nearly all work is in the matrix products of the blocks. A product of an $(n, k)$ matrix with a
# $(k, m)$ matrix needs $nkm$ multiplications and $nkm$ additions, $2nkm$ FLOPs in total. One block,
# for $N$ tokens of $D$ channels and an MLP of $M = 4D$ channels, needs:
#
# | product | FLOPs | grows with |
# | --- | --- | --- |
# | queries, keys, values | $2 N D \cdot 3D$ | $N$ |
# | scores, each query with each key | $2 N^2 D$ | $N^2$ |
# | weighted mean of the values | $2 N^2 D$ | $N^2$ |
# | `out` | $2 N D^2$ | $N$ |
# | MLP, up and down | $2 \cdot 2 N D M$ | $N$ |
#
# (The channels are divided among the attention heads. So all heads together need the same FLOPs as
# one head with all channels.)

# %%
def block(n, d):
    """Operations of one block that grow with N, and with N squared."""
    return 2 * n * d * 3 * d + 2 * n * d * d + 2 * 2 * n * d * 4 * d, 2 * 2 * n * n * d



# %%
base = tv.PRESETS["B"]
linear, square = block(539, base.dim)
assert base.depth * (linear + square) == cost.flops(base, shape)["encoder"]
print(f"ViT-B, 539 tokens: {12 * linear / 1e9:.1f} + {12 * square / 1e9:.1f} GFLOPs in 12 blocks")

# %% [markdown]
# For few tokens, the part that grows with $N^2$ is small. It is larger than the other part only for
# more than $N = 6D$ tokens, which is 4608 tokens for ViT-B. TubeViT has far fewer tokens.

# %%
n = np.arange(0, 7001, 50)
linear, square = (12 * part / 1e9 for part in block(n, base.dim))

# %%
figure, ax = lesson.axes(1200, 520)
ax.fill_between(n, linear, color="#56B4E9", label="grows with N: q, k, v, out, MLP")
ax.fill_between(n, linear, linear + square, color="#D55E00", label="with N squared: attention")
for name, many in ("TubeViT", 539), ("dense tubelets", 3332), ("every frame", 6272):
    at = 12 * sum(block(many, base.dim)) / 1e9
    ax.plot(many, at, "o", color="black", markersize=4)
    ax.text(many - 60, at + 120, f"{name}, {many}", ha="center" if many < 600 else "right")
ax.set(xlabel="tokens N", ylabel="GFLOPs of the encoder", xlim=(0, 7000), ylim=(0, None))
ax.legend(frameon=False, loc="center left")
lesson.show(figure, "FLOPs of the encoder against the number of tokens: a part that grows with N "
                    "and a part that grows with N squared. TubeViT, at 539 tokens, is low on the "
                    "left. Every frame, at 6272 tokens, is high on the right.")

# %% [markdown]
# ## Divided attention
#
# With *every frame* there are 6272 tokens, and attention among all of them is expensive. In
# **divided attention** (TimeSformer), each token first attends to the tokens at the same place in
# all frames, and then to all tokens in its own frame. These are $32 + 196$ tokens instead of 6272.
# No part of the work grows with $N^2$ any more. But each block now needs two attention layers, and
# the number of tokens is still 6272.

# %%
frames = tv.with_tubes(base, "frames")
print("each token attends to", cost.tokens_attended(frames, shape), "tokens, with global attention",
      "to", cost.tokens_attended(tv.variant(frames, attention="global"), shape)[0])
for attention in ("global", "divided"):
    cfg = tv.variant(frames, attention=attention)
    print(f"{attention:8}{sum(cost.flops(cfg, shape).values()) / 1e9:8.0f} GFLOPs, "
          f"{sum(cost.parameters(cfg).values()) / 1e6:.0f} M parameters")

# %% [markdown]
# ## All sizes
#
# The table shows GFLOPs for one clip and the whole model, for the sizes Ti, S, B, L and H and each
# way of reading. (ViT-B with the main tubes needs 104. The paper prints other numbers. No count of
# the operations of its model gives these numbers. `python -m tubevit_np info --all` explains this.)

# %%
sizes = ("Ti", "S", "B", "L", "H")
table = np.array([[sum(cost.flops(tv.with_tubes(tv.PRESETS[size], tubes), shape).values()) / 1e9
                   for size in sizes] for tubes in sets.values()])  # (ways, sizes)
print(f"{'':16}" + "".join(f"{size:>8}" for size in sizes))
for name, row in zip(sets, table, strict=True):
    print(f"{name:16}" + "".join(f"{value:8.0f}" for value in row))

# %%
shades = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
figure, ax = lesson.axes(1200, 460)
for name, row, shade in zip(sets, table, shades, strict=True):
    ax.semilogy(sizes, row, "o-", color=shade)
    ax.text(4.1, row[-1], name, color=shade, va="top" if name == "some frames" else "bottom")
ax.set(ylabel="GFLOPs per clip (logarithmic)", xlim=(-0.2, 5))
ax.yaxis.set_major_formatter("{x:g}")
lesson.show(figure, "Operations for five sizes of the model. Dense tubelets and every frame need 8 "
                    "to 16 times the operations of TubeViT.")

# %% [markdown]
# ## Longer videos
#
# What changes for longer clips? The strides in time stay the same, so the number of tokens grows
# with the number of frames in all four cases. But TubeViT has few tokens: for 128 frames it needs
# fewer operations than dense tubelets or every frame for 32 frames.

# %%
lengths = np.arange(16, 129, 16)
figure, axes = lesson.axes(1400, 460, columns=2)
for ax, count in zip(axes, (cost.flops, cost.training_memory), strict=True):
    for (name, tubes), shade in zip(sets.items(), shades, strict=True):
        cfg = tv.with_tubes(base, tubes)
        giga = [sum(count(cfg, (t, 224, 224)).values()) / 1e9 for t in lengths]
        ax.plot(lengths, giga, "o-", color=shade, markersize=3, label=name)
axes[0].set(title="operations", xlabel="frames", ylabel="GFLOPs", ylim=(0, 5000))
axes[1].set(title="memory to train one clip", xlabel="frames", ylabel="gigabytes", ylim=(0, 40))
axes[0].legend(frameon=False)
lesson.show(figure, "Operations and memory for different numbers of frames. The curve of dense "
                    "tubelets bends upward and leaves the picture. The curve of every frame is a "
                    "straight line. The curve of TubeViT stays near the bottom.")

# %% [markdown]
# The right panel counts the arrays that training keeps for the backward pass of one clip. Global
# attention keeps $A \cdot N^2$ weights in each block, for $A$ attention heads. With several clips
# in a batch, even the 80 gigabytes of a large GPU are soon full.
#
# ## Accuracy
#
# Low cost alone is easy to reach: *some frames* costs even less than TubeViT. So we also compare
# the accuracy of seven models. Each model is trained three times, with different random seeds
# (`python -m tubevit_np ablate baselines`). The clips are not those of the other lessons, but the
# generated set **something-moves**: an object moves, grows, shrinks, spins or stays still, and the
# noun is its color and texture. The number of steps and examples is the same for all models. *core
# tubes* has 2D patches and 8×8×8 tubes without gaps (Sec. 3.4). *shared kernel* has one 8×8×8
# kernel, which is resized for every tube. The column *spread* is the standard deviation of *both*
# between seeds.

# %%
import csv

with open(lesson.TOP / "figures/ablations/baselines.csv", encoding="utf-8") as file:
    rows = [{name: value if name == "variant" else float(value or "nan")
             for name, value in row.items()} for row in csv.DictReader(file)]
print(f"{'':22}{'tokens':>7}{'GFLOPs':>8}{'verb':>7}{'noun':>7}{'both':>7}{'spread':>8}")
for row in rows:
    print(f"{row['variant']:22}{row['tokens']:7.0f}{row['GFLOPs']:8.3f}{row['verb']:7.0%}"
          f"{row['noun']:7.0%}{row['both']:7.0%}{row['spread']:8.0%}")

# %%
from tubevit_np.plots.training_plots.ablation import draw_ablation

figure = draw_ablation(rows, "Accuracy against cost")
lesson.show(figure, "Fraction of clips with correct verb and correct noun for seven models. Left: "
                    "accuracy against operations. Right: accuracy against seconds of training.")

# %% [markdown]
# What these numbers show, and what they do not show:
#
# - The model with only 2D patches of a few frames is cheap. It predicts nouns about as well as the
#   other models. But its accuracy for verbs is close to chance, 1 in 8, because it cannot detect
#   motion.
# - The training runs are short. In this time, most models with 8×8×8 tubes learn motion better than
#   dense tubelets and divided attention, and they need far fewer operations. A kernel of 8 frames
#   can detect motion by itself. With a kernel of one or two frames, the encoder must detect motion,
#   and needs longer to learn this.
# - The *spread* between seeds is large. A difference that is smaller than the spread means nothing.
#   Also, the models are small, the training runs are short, and the clips are generated. Real
#   videos are different: one frame often shows the verb. In the paper, 2D patches alone reach 87.6
#   percent on Kinetics-600, nearly as much as dense tubelets with 88.4 percent.
#
# ## Exercises
#
# 1. Dense tubelets give 3332 tokens for 32 frames. For how many frames does TubeViT give the same
#    number of tokens? Find out with `cost.tokens`.
# 2. Halve the strides in space of the `main` tubes (`dataclasses.replace(tube, stride=...)`). How
#    many tokens are there, and what fraction of the encoder's FLOPs is the part that grows with
#    $N^2$ now?
# 3. Why does *every frame* need less memory than *dense tubelets* in the picture above, although it
#    has twice as many tokens?
#
# <details><summary>Answers</summary>
#
# 1. For 161 frames, so for a clip that is five times as long. (The answer is the same for 162 and
#    163 frames, because the number of boxes grows in steps.)
# 2. 2047 tokens, almost four times as many. The part that grows with $N^2$ is the fraction
#    $N / (N + 6D)$ of the encoder's FLOPs: 31 percent instead of 10 percent.
# 3. *Every frame* uses divided attention. Training keeps $32 + 196$ attention weights for each
#    token and attention head. For dense tubelets it keeps 3332.
#
# </details>
