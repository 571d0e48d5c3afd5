# %% [markdown]
# # 11. What sparse sampling saves
#
# A video is long, and a transformer pays for every token, in part with the *square* of their
# number. TubeViT looks at a few sparse tubes; others cut the video into dense boxes, or look at
# every frame. This lesson counts tokens, multiplications and memory of each, by hand first, and
# then puts beside them what they got right on the generated clips. Counting is exact and needs no
# training.

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
# Four ways to look at a video of 32 frames of 224 x 224 pixels:
#
# * *TubeViT*: the sparse tubes of the paper, `main` (lesson 1);
# * *dense tubelets*: boxes of 2 x 16 x 16 without gaps, as in ViViT (and patches of one frame
#   beside them, so that images give tokens too);
# * *every frame*: patches of 16 x 16 in each frame, as in TimeSformer;
# * *some frames*: patches of every 16th frame alone, which sees no motion.
#
# How often a box fits on an axis is `(length - offset - kernel) // stride + 1`.

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
lesson.show(figure, "Where each way reads the video, from the side, time to the right: TubeViT in "
            "rows with gaps, dense tubelets and every frame everywhere, some frames twice.")

# %% [markdown]
# ## Operations of a block
#
# Nearly all work is in the blocks, and there in matrix products. A product of `(n, k)` with
# `(k, m)` takes `n * k * m` multiplications and as many additions: `2 n k m` operations. One block,
# for `N` tokens of `D` channels and an MLP of `M` = 4 `D`:
#
# | product | operations | grows with |
# | --- | --- | --- |
# | q, k, v | 2 N D (3 D) | N |
# | scores, each token with each | 2 N N D | N squared |
# | mixing by the weights | 2 N N D | N squared |
# | out | 2 N D D | N |
# | MLP, up and down | 2 (2 N D M) | N |
#
# (The heads divide the channels among themselves; together they take as much as one head would.)

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
# For few tokens the square hardly counts; it takes over at `N` = 6 `D`, 4608 for ViT-B. TubeViT
# stays on the straight part.

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
lesson.show(figure, "Operations against tokens: a straight part and one that bends up; TubeViT "
            "at 539 tokens is low on the left, every frame at 6272 high on the right.")

# %% [markdown]
# ## Divided attention
#
# 6272 tokens that all look at each other are too many. *Divided attention* (TimeSformer) lets each
# token look first at the same place in all frames, then at all places of its own frame: at 32 + 196
# others in place of 6272. The square is gone, but a block now has two attentions, and every frame
# still gives its tokens.

# %%
frames = tv.with_tubes(base, "frames")
print("each token looks at", cost.tokens_attended(frames, shape), "others, with global attention",
      "at", cost.tokens_attended(tv.variant(frames, attention="global"), shape)[0])
for attention in ("global", "divided"):
    cfg = tv.variant(frames, attention=attention)
    print(f"{attention:8}{sum(cost.flops(cfg, shape).values()) / 1e9:8.0f} GFLOPs, "
          f"{sum(cost.parameters(cfg).values()) / 1e6:.0f} M parameters")

# %% [markdown]
# ## All sizes
#
# In GFLOPs for one clip, the whole model: Ti, S, B, L and H with each way of looking. (ViT-B with
# the main tubes: 104. The paper prints other numbers, which no count of its model gives;
# `python -m tubevit_np info --all` says more.)

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
ax.set(ylabel="GFLOPs of a clip, a tick is ten times more", xlim=(-0.2, 5))
ax.yaxis.set_major_formatter("{x:g}")
lesson.show(figure, "Operations of five sizes: the dense ways take ten times those of TubeViT.")

# %% [markdown]
# ## Longer videos
#
# What if the clip is longer? The tubes' strides in time stay, so tokens grow with frames for all of
# them. But TubeViT begins so low that 128 frames cost it less than 32 cost the dense ones.

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
lesson.show(figure, "Operations and memory against frames: dense tubelets bend upwards and leave "
            "the picture, every frame grows straight, TubeViT stays near the bottom.")

# %% [markdown]
# The memory is what training must keep of one clip for the way back; global attention keeps
# `heads * N * N` weights in each block. A GPU's 80 gigabytes are soon full.
#
# ## And what do they get right?
#
# Cheap is easy: some frames alone are cheaper still. So here are seven models, each trained on the
# generated clips with as many steps of as many examples, three times from other random numbers
# (`python -m tubevit_np ablate baselines`). *core* are 2D patches and 8x8x8 tubes without gaps
# (Sec. 3.4); *shared* has one 8x8x8 kernel, resized for every tube.

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

figure = draw_ablation(rows, "Right against cost")
lesson.show(figure, "Share of clips whose verb and noun are both right, against operations and "
            "against seconds of training, for seven models.")

# %% [markdown]
# What one may read from this, and what not:
#
# * 2D patches of a few frames know the nouns as well as any, and of the verbs no more than chance
#   gives, 1 in 8: cheap, but blind to motion.
# * In so few steps most models with 8x8x8 tubes learn motion sooner than dense tubelets of 2 frames
#   and than attention over frames, at a fraction of their operations. A kernel that lasts 8 frames
#   sees motion by itself; what sees two frames, or one, leaves that to the encoder, which takes
#   longer to learn it.
# * The *spread*, from seed to seed, is large: differences smaller than it mean nothing. And these
#   are small models, short runs, clips made of sprites. On Kinetics-600 the paper's dense baseline
#   gets 88.4 % and its 2D patches 87.6 %: real videos often tell their verb by a frame.
#
# ## Exercises
#
# 1. How many frames must a video have for TubeViT to take as many tokens as dense tubelets of 32
#    frames? Find it with `cost.tokens`.
# 2. Halve the strides in space of the `main` tubes (`dataclasses.replace(tube, stride=...)`). How
#    many tokens are there, and how much of the encoder's work is the square part now?
# 3. Why does *every frame* keep less memory than *dense tubelets* in the picture above, though it
#    has twice the tokens?
#
# <details><summary>Answers</summary>
#
# 1. About 170: with 160 frames it takes 3136 tokens, five times the length for nearly as many.
# 2. 2047, almost four times as many. The square part is `N / (N + 6 D)` of the encoder's work: 31 %
#    in place of 10 %.
# 3. Its attention is divided: it keeps 32 + 196 weights for each token and head, dense tubelets
#    3332.
#
# </details>
