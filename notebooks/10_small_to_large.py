# %% [markdown]
# # 10. From small to large
#
# A large model is better, and dear to train on videos. But large *image* models are there already,
# trained by others. The paper's recipe (Sec. 3.6): train a small video model, put its tubes into a
# large image model, and train only the last blocks. Two things make this work: *space-to-depth*
# makes narrow tubes wide without new weights, and a *gate* lets them in gently. Both are a few
# lines.

# %%
from dataclasses import replace

import lesson
import numpy as np

import tubevit_np as tv

lesson.overview("tubes", "encoder")

# %% [markdown]
# ## Why not train the large one at once?
#
# `cost.training_flops` counts the additions and multiplications of one clip there and back, on 32 x
# 224 x 224 pixels, for the sizes that the paper and the ViT papers use.

# %%
from tubevit_np.cost import count as cost

sizes = ("Ti", "S", "B", "L", "H")
giga = [sum(cost.training_flops(tv.PRESETS[name], (32, 224, 224)).values()) / 1e9 for name in sizes]
millions = [sum(cost.parameters(tv.PRESETS[name]).values()) / 1e6 for name in sizes]
for name, operations, numbers in zip(sizes, giga, millions, strict=True):
    print(f"{name:4}{numbers:8.0f} M parameters{operations:8.0f} GFLOPs a clip, to train")

# %%
figure, ax = lesson.axes(900, 360)
ax.bar(sizes, giga, color="#0072B2")
ax.set(ylabel="GFLOPs to train, a clip")
lesson.show(figure, "Operations for one training clip: hardly visible for Ti, eighty times as "
            "many for H.")

# %% [markdown]
# ## Two models
#
# The *small* one is our demo, trained on clips and images, `D` = 96. The *large* one has `D` = 192
# and four blocks and knows images alone: its only tube is a 2D patch. No trained image model comes
# with these lessons, so its weights are drawn at random; what this lesson shows holds for any
# weights.

# %%
small, small_cfg, _ = lesson.model()
large_cfg = replace(tv.PRESETS["demo-large"], tubes=small_cfg.tubes[:1])
large = tv.init(large_cfg, np.random.default_rng(10), kernel_norm=1.0)
clips, labels = lesson.clips(4, seed=10)
lesson.shapes(small_patch=small["tubes"]["0"]["w"], small_8x8x8=small["tubes"]["1"]["w"],
              large_patch=large["tubes"]["0"]["w"], clips=clips)

# %% [markdown]
# ## Wide enough without new weights
#
# The kernels of the small 8x8x8 tube give 96 channels, the large model's tokens have 192. New
# channels at random would spoil what was learned. Instead each token takes *two* places: the kernel
# is applied at its own place and once more half a stride further on, and the two answers, 96
# channels each, are laid one behind the other. This is the space-to-depth of lesson 2: places
# (space or time) become channels (depth). The number of tokens stays.

# %%
from tubevit_np.transfer.small_to_large import widen_tube

narrow = small_cfg.tubes[1]
wide = widen_tube(narrow, 96, 192, (16, 48, 48))
for tube in narrow, wide:
    print(f"{tube.name}, stride {tube.stride}, s2d {tube.s2d}: "
          f"{np.prod(tv.grid(tube, (16, 48, 48)))} tokens")

# %% [markdown]
# `s2d` (2, 1, 1): the second place is later in time, by half of the stride of 8 frames. First as a
# loop over the places of one token, then for all tokens.

# %%
_, out = tv.forward(small, clips, small_cfg, "verb")
video, w, b = out["video"], small["tubes"]["1"]["w"], small["tubes"]["1"]["b"]
parts = []
for later in (0, 4):
    box = video[0, later:later + 8, 2:10, 2:10]  # the tube's offset is (0, 2, 2)
    parts.append(np.einsum("thwc,thwcd->d", box, w) + b)
token = np.concatenate(parts)

# %%
tokens = tv.tube_tokens(video, w, b, wide)
assert np.allclose(token, tokens[0, 0], atol=1e-4)
lesson.shapes(one_place=parts[0], token=token, tokens=tokens)

# %% [markdown]
# From the side, time to the right: left the places of the narrow tube, right those of the wide one,
# which overlap. Those of the second half of the clip reach beyond its end; what is not there reads
# as zero.

# %%
from tubevit_np.plots.model_plots.sampling import draw_grid

figure, axes = lesson.axes(1300, 420, columns=2)
titles = "96 channels: one place in a token", "192 channels: two places"
for ax, tube, title in zip(axes, (narrow, wide), titles, strict=True):
    draw_grid(ax, replace(small_cfg, tubes=(small_cfg.tubes[0], tube)), (16, 48, 48), view=(1, 0))
    ax.set(title=title, xlim=(0, 20), xticks=range(0, 21, 4))
    ax.axvline(16, color="black", linewidth=1)
lesson.show(figure, "Places of the 8x8x8 tube over time and rows, before and after: after, each "
            "token has a second place four frames later.")

# %% [markdown]
# `scale_up` does this for every video tube and takes all else from the large model: its own patch,
# blocks, pooling and heads. Only one number is new: `alpha`, the gate, which comes next.

# %%
from tubevit_np.transfer.small_to_large import scale_up

params, cfg = scale_up(small, small_cfg, large, large_cfg, (16, 48, 48), gate_layer=2)
flat, old = tv.flatten(params), tv.flatten(large)
names = {"large": [name for name, w in flat.items() if w is old.get(name)], "new": ["gate.alpha"]}
names["small"] = [name for name in flat if name not in names["large"] + names["new"]]
for origin, arrays in names.items():
    size = sum(flat[name].size for name in arrays)
    print(f"{origin:6}{size:9,} numbers, {len(arrays):2} arrays: "
          f"{', '.join(arrays[:3])}{' ...' * (len(arrays) > 3)}")

# %% [markdown]
# ## The gate
#
# The large model has never seen a tube's token. Behind one of its blocks, here block 2 of 0 to 3,
# the tokens as they were at the very beginning, `z0`, are added once more, times `tanh(alpha)` (Eq.
# 8): what comes behind can see the tubes fresh, and not as changed by blocks that do not know them.
# `alpha` is one number and begins at 0. `tanh` is 0 there, so at first nothing is added; its slope
# is 1, so `alpha` has a gradient and can open the gate when that helps.

# %%
z, z0 = np.random.default_rng(0).standard_normal((2, 1, 102, 192))
alpha, everywhere = 0.5, np.ones(102, bool)  # which tokens are added: here all
added = np.zeros_like(z)
for n, d in np.ndindex(102, 192):
    added[0, n, d] = z[0, n, d] + np.tanh(alpha) * z0[0, n, d]
assert np.allclose(added, tv.gate(z, z0, alpha, everywhere))
assert np.array_equal(z, tv.gate(z, z0, 0.0, everywhere))  # closed: equal to the last bit

# %% [markdown]
# Is it so for the whole model? An image must get from the new model what the large one gives, and a
# clip must get the same with the gate closed as without any gate: not nearly, but to the last bit.
# (Multiplying by 0 and adding 0 rounds nothing.)

# %%
def logits(params, x, cfg):
    return tv.fast.forward(params, x, cfg, "noun")[0]


# %%
without, plain_cfg = scale_up(small, small_cfg, large, large_cfg, (16, 48, 48))
images = clips[:, 0]
print("images: ", np.array_equal(logits(params, images, cfg), logits(large, images, large_cfg)))
print("clips:  ", np.array_equal(logits(params, clips, cfg), logits(without, clips, plain_cfg)))

# %% [markdown]
# Now open it. How far do the answers of clips move from where they were, as a share of their size?

# %%
def changed(alpha, cfg):
    opened = params | {"gate": {"alpha": np.float32(alpha)}}
    return np.linalg.norm(logits(opened, clips, cfg) - start) / np.linalg.norm(start)


start, alphas = logits(params, clips, cfg), np.linspace(-2, 2, 21)
tubes_alone = replace(cfg, gate_tokens="tubes")
moved = {"all tokens": [changed(a, cfg) for a in alphas],
         "tubes' tokens alone": [changed(a, tubes_alone) for a in alphas]}

# %%
figure, axes = lesson.axes(1300, 400, columns=2)
axes[0].plot(alphas, np.tanh(alphas), color="black")
axes[0].set(title="the gate", xlabel="alpha", ylabel="tanh(alpha)")
for (name, change), shade in zip(moved.items(), ("#0072B2", "#E69F00"), strict=True):
    axes[1].plot(alphas, change, "o-", color=shade, markersize=3, label=name)
axes[1].set(title="the answers", xlabel="alpha", ylabel="relative change", ylim=(0, None))
axes[1].legend(frameon=False)
lesson.show(figure, "Left tanh of alpha; right the change of the answers: none at alpha = 0, "
            "growing to both sides.")

# %% [markdown]
# Nothing jumps: training finds how far to open, step by step. The two sides differ, for the
# residual sums have carried `z0` along all the way: adding more of it changes its share a little,
# which the next layer norm partly takes off, while subtracting it takes away what the blocks have
# built on. (The paper leaves open whether `z0` means all tokens or the tubes' alone; the project
# has both.)
#
# ## What trains, and what that saves
#
# With `num_frozen_blocks` = 2 the first two blocks stay as they are, and so do all tubes: the way
# back ends behind them. Their gradients are not computed, and AdamW keeps no moments for them.

# %%
from tubevit_np.training.frozen import is_trainable, trainable_params

lesson.source(is_trainable)

# %%
from tubevit_np.data.batch import Batch
from tubevit_np.training.step import gradients

_, _, grads = gradients(params, Batch(clips, labels), cfg, num_frozen_blocks=2)
learning = trainable_params(params, num_frozen_blocks=2)
assert grads.keys() == learning.keys()
before = {name: w.copy() for name, w in flat.items()}
tv.adamw(learning, grads, tv.adamw_state(learning), 1, lr=1e-3)
same = [name for name in flat if np.array_equal(flat[name], before[name])]
print(f"{len(learning)} of {len(flat)} arrays train; {len(same)} are unchanged after a step")
print("the gate has begun to open:", bool(flat["gate.alpha"] != 0))

# %% [markdown]
# The way back through a product costs two products of its size (lesson 6). So the fewer blocks
# train, the cheaper is a step, and the less must be kept in memory.

# %%
ahead = cost.flops(cfg, (16, 48, 48))
numbers = {name: int(np.prod(shape)) for name, shape in tv.shapes(cfg).items()}
shares, costs = [], []
for frozen in range(5):
    share = sum(many for name, many in numbers.items() if is_trainable(name, frozen))
    back = 2 * ahead["encoder"] * (4 - frozen) / 4 + 2 * ahead["pooling"] + 2 * ahead["heads"]
    shares.append(share / sum(numbers.values()))
    costs.append((sum(ahead.values()) + back + (0 if frozen else ahead["tubes"])) / 1e9)
assert np.isclose(1e9 * costs[0], sum(cost.training_flops(cfg, (16, 48, 48)).values()))

# %%
figure, axes = lesson.axes(1200, 380, columns=2)
axes[0].bar(range(5), shares, color="#0072B2")
axes[0].set(xlabel="frozen blocks, of 4", ylabel="share of numbers that train", ylim=(0, 1))
axes[1].bar(range(5), costs, color="#0072B2")
axes[1].axhline(sum(ahead.values()) / 1e9, color="black", linestyle=":")
axes[1].set(xlabel="frozen blocks, of 4", ylabel="GFLOPs to train, a clip")
lesson.show(figure, "The more blocks are frozen, the fewer numbers train and the cheaper is a "
            "step; dotted: the way forward alone, which remains.")

# %% [markdown]
# ## Is it any good?
#
# The paper's answer (Table 6): the tubes of a small model in an image model of 32 blocks, trained
# on Kinetics-600. The head alone, or the last blocks, stay far from what training everything gives;
# with the gate most of the gap closes.

# %%
from tubevit_np.ablation.studies import STUDIES

printed = [variant.paper for variant in STUDIES["scaling"].values() if variant.paper]
figure, ax = lesson.axes(1000, 300)
ax.plot(printed, range(5), "o", color="#0072B2")
for row, share in enumerate(printed):
    ax.text(share + 0.3, row, f"{share}", va="center")
ax.set_yticks(range(5), ("head alone", "last 4 of 32 blocks", "last 8 of them",
                         "last 8 and the gate", "all"))
ax.set(xlim=(80, 95), ylim=(4.5, -0.5), xlabel="right on Kinetics-600, percent (the paper)")
lesson.show(figure, "What trains, and accuracy in the paper: head 85.6, last 4 blocks 86.3, last 8 "
            "86.8, with the gate 89.7, all 91.8 percent.")

# %% [markdown]
# `python -m tubevit_np ablate scaling` repeats this in small, on generated clips, and sees another
# order (`figures/ablations/README.md`): nouns carry over, and get better the more is tuned, but
# verbs, of which a single frame tells nothing, come in best with the head alone, and seeds differ
# more than rows. To scale your own:
# `python -m tubevit_np scale SMALL LARGE --gate 2 --out FILE`, then
# `train --start FILE --frozen 2`.
#
# The [last lesson](11_cost.ipynb) counts what the tubes themselves save.
#
# ## Exercises
#
# 1. From Ti (192 channels) to B (768): how many places must each token of `tv.TUBE_SETS["main"]`
#    stack? The first of these tubes stacks two already, the second four, so that their kernels have
#    96 and 48 channels. Check with `widen_tube(tube, channels, 768, (32, 224, 224))`.
# 2. Set `alpha` to 0 and compute its gradient by differences of the loss, as in lesson 6. Why is it
#    not 0, although the gate lets nothing through?
# 3. With the gate closed and `alpha` frozen at 0, what gradient do the tubes get *through the
#    gate*?
#
# <details><summary>Answers</summary>
#
# 1. 768 / 96 = 8, 768 / 48 = 16 and 768 / 192 = 4. `widen_tube` gives `s2d` (2, 2, 2), (1, 4, 4)
#    and (4, 1, 1).
# 2. The slope of `tanh` at 0 is 1: if `alpha` grew by `h`, `h * z0` would be added, and the loss
#    would change. That is what the gradient tells. A gate `alpha ** 2` would have slope 0 and never
#    open.
# 3. None: what comes back through the gate is multiplied by `tanh(0)` = 0. They still get a
#    gradient along the other way, through the blocks, unless these are frozen.
#
# </details>
