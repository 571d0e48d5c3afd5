# %% [markdown]
# # 11. What sparse sampling saves
#
# A video is long, and a transformer does work for every token, in part for every *pair* of tokens.
# TubeViT reads a few sparse tubes. Other models cut the video into dense boxes or read every frame.
# This lesson counts tokens, operations and memory of each, first by hand. Then it compares their
# accuracy on the generated clips. The counts are exact and need no training. Each new term is in
# bold and in the [glossary](GLOSSARY.md).

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
# - *some frames*: patches in every 16th frame only, which cannot show motion.
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
lesson.show(figure, "Where each method reads the video, seen from the side, with time to the "
                    "right. TubeViT leaves gaps, dense tubelets and every frame read everything, "
                    "some frames reads two frames.")

# %% [markdown]
# ## Operations of a block
#
# Nearly all work is in the matrix products of the blocks. A product of an $(n, k)$ matrix with a
# $(k, m)$ matrix needs $nkm$ multiplications and as many additions, $2nkm$ FLOPs in total. One
# block, for $N$ tokens of $D$ channels and an MLP of $M = 4D$ channels, needs:
#
# | product | FLOPs | grows with |
# | --- | --- | --- |
# | queries, keys, values | $2 N D \cdot 3D$ | $N$ |
# | scores, each token with each | $2 N^2 D$ | $N^2$ |
# | mean of the values by the weights | $2 N^2 D$ | $N^2$ |
# | `out` | $2 N D^2$ | $N$ |
# | MLP, up and down | $2 \cdot 2 N D M$ | $N$ |
#
# (The attention heads share the channels. Together they need as many FLOPs as one head with all
# channels.)

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
# For few tokens the $N^2$ part is small. It exceeds the $N$ part above $N = 6D$, which is 4608
# tokens for ViT-B. TubeViT stays far below.

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
# Attention among all 6272 tokens of every frame is expensive. In **divided attention**
# (TimeSformer), each token first attends to the same place in all frames, and then to all places in
# its own frame. This is $32 + 196$ tokens in place of 6272. The $N^2$ part is gone, but a block now
# has two attentions, and every frame still gives tokens.

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
# way of reading. (ViT-B with the main tubes needs 104. The paper prints other numbers, but no count
# of its model gives them. `python -m tubevit_np info --all` explains this.)

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
lesson.show(figure, "Operations for five sizes of the model. The dense methods need about ten "
                    "times as many as TubeViT.")

# %% [markdown]
# ## Longer videos
#
# What changes for longer clips? The strides in time stay the same, so the number of tokens grows
# with the number of frames in all four cases. But TubeViT starts low: 128 frames cost it less than
# 32 frames cost the dense methods.

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
lesson.show(figure, "Operations and memory against the number of frames. The curve of dense "
                    "tubelets bends upward and leaves the picture, every frame grows in a "
                    "straight line, TubeViT stays near the bottom.")

# %% [markdown]
# The right panel counts the arrays that training keeps for the backward pass of one clip. Global
# attention keeps $A \cdot N^2$ weights in each block, for $A$ attention heads. With several clips
# in a batch, even the 80 gigabytes of a large GPU are soon full.
#
# ## Accuracy
#
# Low cost alone is easy: *some frames* costs even less. So we compare seven models. Each is trained
# on the generated clips with the same number of steps and examples, three times with different
# random numbers (`python -m tubevit_np ablate baselines`). *core* has 2D patches and 8×8×8 tubes
# without gaps (Sec. 3.4). *shared* has one 8×8×8 kernel, which is resized for every tube.

# %%
import csv

with open(lesson.TOP / "figures/ablations/baselines.csv") as file:
    rows = [{name: value if name == "variant" else float(value or "nan")
             for name, value in row.items()} for row in csv.DictReader(file)]
print(f"{'':22}{'tokens':>7}{'GFLOPs':>8}{'verb':>7}{'noun':>7}{'both':>7}{'spread':>8}")
for row in rows:
    print(f"{row['variant']:22}{row['tokens']:7.0f}{row['GFLOPs']:8.3f}{row['verb']:7.0%}"
          f"{row['noun']:7.0%}{row['both']:7.0%}{row['spread']:8.0%}")

# %%
from tubevit_np.plots.training_plots.ablation import draw_ablation

figure = draw_ablation(rows, "Accuracy against cost")
lesson.show(figure, "Fraction of clips with correct verb and noun for seven models, against "
                    "operations and against seconds of training.")

# %% [markdown]
# What these numbers show, and what they do not show:
#
# - With 2D patches of a few frames, the nouns are as good as with any other method, but the verbs
#   are at chance, 1 in 8. This is cheap, but motion is not detected.
# - With so few training steps, most models with 8×8×8 tubes learn motion sooner than dense tubelets
#   of 2 frames and than attention over frames, and they need far fewer operations. A kernel of 8
#   frames can detect motion by itself. A kernel of one or two frames leaves this to the encoder,
#   which needs longer to learn it.
# - The *spread* between seeds is large. A difference that is smaller than the spread means nothing.
#   Also, these are small models, short training runs, and generated clips. On Kinetics-600 the
#   paper's dense baseline reaches 88.4 percent and its 2D patches 87.6 percent: in real videos one
#   frame often shows the verb.
#
# ## Exercises
#
# 1. How many frames must a video have until TubeViT needs as many tokens as dense tubelets need for
#    32 frames? Find it with `cost.tokens`.
# 2. Halve the strides in space of the `main` tubes (`dataclasses.replace(tube, stride=...)`). How
#    many tokens are there, and what fraction of the encoder's work is the $N^2$ part now?
# 3. Why does *every frame* need less memory than *dense tubelets* in the picture above, although it
#    has twice as many tokens?
#
# <details><summary>Answers</summary>
#
# 1. About 170. With 160 frames it needs 3136 tokens: nearly as many, for a clip five times as long.
# 2. 2047 tokens, almost four times as many. The $N^2$ part is $N / (N + 6D)$ of the encoder's work:
#    31 percent in place of 10 percent.
# 3. Its attention is divided. It keeps $32 + 196$ weights for each token and attention head, dense
#    tubelets keep 3332.
#
# </details>
