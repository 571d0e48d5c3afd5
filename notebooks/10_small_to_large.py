# %% [markdown]
# # 10. From a small model to a large one
#
# A large model is better, but training it on videos is expensive. Large *image* models already
# exist, trained by others. The paper (Sec. 3.6) uses them in three steps: train a small video
# model, put its tubes into a large image model, and train only the last blocks. Two methods make
# this work. *Space-to-depth* makes the narrow tubes wide enough without new weights. A *gate* adds
# the tokens of the tubes gradually. Both need only a few lines of code. Each new term is in bold
# and in the [glossary](GLOSSARY.md).

# %%
from dataclasses import replace

import lesson
import numpy as np

import tubevit_np as tv

lesson.overview("tubes", "encoder")

# %% [markdown]
# ## Why not train the large model directly?
#
# `cost.training_flops` counts the **FLOPs** (additions and multiplications) of the forward and
# backward pass of one clip, here of 32 × 224 × 224 voxels. Ti, S, B, L and H are model sizes from
# the TubeViT paper and from the ViT papers.

# %%
from tubevit_np.cost import count as cost

sizes = ("Ti", "S", "B", "L", "H")
giga = [sum(cost.training_flops(tv.PRESETS[name], (32, 224, 224)).values()) / 1e9 for name in sizes]
millions = [sum(cost.parameters(tv.PRESETS[name]).values()) / 1e6 for name in sizes]
for name, operations, numbers in zip(sizes, giga, millions, strict=True):
    print(f"{name:4}{numbers:8.0f} M parameters{operations:8.0f} GFLOPs per training clip")

# %%
figure, ax = lesson.axes(900, 360)
ax.bar(sizes, giga, color="#0072B2")
ax.set(ylabel="GFLOPs per training clip")
lesson.show(figure, "FLOPs for one training clip. The bar of Ti is hardly visible. H needs more "
                    "than eighty times the FLOPs of Ti.")

# %% [markdown]
# ## Two models
#
# The *small* model is our demo, trained on clips and images, with $D = 96$. The *large* model has
# $D = 192$ and four blocks, and takes only images: its only tube is a 2D patch. These lessons
# include no trained image model, so the weights of the large model are random. The equalities that
# this lesson checks are true for any weights.

# %%
small, small_cfg, _ = lesson.model()
large_cfg = replace(tv.PRESETS["demo-large"], tubes=small_cfg.tubes[:1],
                    classes=small_cfg.classes)
large = tv.init(large_cfg, np.random.default_rng(10), kernel_norm=1.0)
clips, labels = lesson.clips(4, seed=10)
lesson.shapes(small_patch=small["tubes"]["0"]["w"], small_8x8x8=small["tubes"]["1"]["w"],
              large_patch=large["tubes"]["0"]["w"], clips=clips)

# %% [markdown]
# ## Wide enough without new weights
#
# The kernels of the small 8×8×8 tube give 96 channels, but the tokens of the large model have 192.
# Random new channels would add noise to the learned ones. Instead each token gets *two* boxes. The
# same kernel is applied twice: to the original box, and to a second box half a stride away. The two
# outputs of 96 channels form one token of 192 channels. This is the space-to-depth of lesson 2:
# places (space or time) become channels (depth). The number of tokens stays the same.

# %%
from tubevit_np.transfer.small_to_large import widen_tube

narrow = small_cfg.tubes[1]
wide = widen_tube(narrow, 96, 192, (16, 48, 48))
for tube in narrow, wide:
    print(f"{tube.name}, stride {tube.stride}, s2d {tube.s2d}: "
          f"{np.prod(tv.grid(tube, (16, 48, 48)))} tokens")

# %% [markdown]
# `s2d` (2, 1, 1) means that the second box begins 4 frames later, which is half of the stride. We
# compute one token in a loop over its boxes, then all tokens at once.

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
lesson.shapes(one_box=parts[0], token=token, tokens=tokens)

# %% [markdown]
# The next picture shows the boxes from the side, with time to the right. The boxes of the wide tube
# overlap. The last boxes extend past the end of the clip. There the missing frames are read as
# zeros.

# %%
from tubevit_np.plots.model_plots.sampling import draw_grid

figure, axes = lesson.axes(1300, 420, columns=2)
titles = "96 channels: one box in a token", "192 channels: two boxes"
for ax, tube, title in zip(axes, (narrow, wide), titles, strict=True):
    draw_grid(ax, replace(small_cfg, tubes=(small_cfg.tubes[0], tube)), (16, 48, 48), view=(1, 0))
    ax.set(title=title, xlim=(0, 20), xticks=range(0, 21, 4))
    ax.axvline(16, color="black", linewidth=1)
lesson.show(figure, "Boxes of the 8x8x8 tube over time and rows. Left: narrow, one box in a "
                    "token. Right: wide, each token has a second box four frames later. The black "
                    "line is the end of the clip.")

# %% [markdown]
# `scale_up` does this for every video tube. It takes everything else from the large model: its
# patch, blocks, pooling and classification heads. Only one parameter is new: the number `alpha` of
# the gate.

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
# The large model was never trained with tokens of tubes. The **gate** helps it to use them. Let
# $z^0$ be the tokens that enter the first block. After one block, here block 2 of the blocks 0 to
# 3, the gate adds $z^0$ once more (Eq. 8):
#
# $$z \leftarrow z + \tanh(\alpha) \, z^0$$
#
# So the later blocks get the tokens of the tubes directly. Without the gate, these tokens reach the
# later blocks only through the earlier blocks, which were not trained for them. The parameter
# $\alpha$ is one number and begins at 0. Since $\tanh(0) = 0$, nothing is added at first. The slope
# of $\tanh$ at 0 is 1, so $\alpha$ has a gradient, and training can open the gate if this helps.

# %%
z, z0 = np.random.default_rng(0).standard_normal((2, 1, 102, 192))
alpha, everywhere = 0.5, np.ones(102, bool)  # which tokens are added: here all
added = np.zeros_like(z)
for n, d in np.ndindex(102, 192):
    added[0, n, d] = z[0, n, d] + np.tanh(alpha) * z0[0, n, d]
assert np.allclose(added, tv.gate(z, z0, alpha, everywhere))
assert np.array_equal(z, tv.gate(z, z0, 0.0, everywhere))  # closed: equal to the last bit

# %% [markdown]
# Does a closed gate leave the results of the whole model unchanged? We compare logits, to the last
# bit. For an image, the new model must give the logits of the large model. For a clip, it must give
# the logits of the same model without a gate. (Multiplying by 0 and adding 0 causes no rounding.)

# %%
def logits(params, x, cfg):
    return tv.fast.forward(params, x, cfg, "noun")[0]



# %%
without, plain_cfg = scale_up(small, small_cfg, large, large_cfg, (16, 48, 48))
images = clips[:, 0]
print("images: ", np.array_equal(logits(params, images, cfg), logits(large, images, large_cfg)))
print("clips:  ", np.array_equal(logits(params, clips, cfg), logits(without, clips, plain_cfg)))

# %% [markdown]
# Now we open the gate. How much do the logits of clips change, relative to their size?

# %%
def changed(alpha, cfg):
    opened = params | {"gate": {"alpha": np.float32(alpha)}}
    return np.linalg.norm(logits(opened, clips, cfg) - start) / np.linalg.norm(start)


start, alphas = logits(params, clips, cfg), np.linspace(-2, 2, 21)
tubes_alone = replace(cfg, gate_tokens="tubes")
changes = {"all tokens": [changed(a, cfg) for a in alphas],
           "tubes' tokens alone": [changed(a, tubes_alone) for a in alphas]}

# %%
figure, axes = lesson.axes(1300, 400, columns=2)
axes[0].plot(alphas, np.tanh(alphas), color="black")
axes[0].set(title="the gate", xlabel="alpha", ylabel="tanh(alpha)")
for (name, change), shade in zip(changes.items(), ("#0072B2", "#E69F00"), strict=True):
    axes[1].plot(alphas, change, "o-", color=shade, markersize=3, label=name)
axes[1].set(title="the logits", xlabel="alpha", ylabel="relative change", ylim=(0, None))
axes[1].legend(frameon=False)
lesson.show(figure, "Left: the gate. Right: relative change of the logits. The change is zero at "
                    "alpha = 0 and grows on both sides.")

# %% [markdown]
# The change is gradual, so training can find the best $\alpha$ step by step. A negative $\alpha$
# changes the logits more than a positive one. The reason is that the residual connections carry
# $z^0$ through all blocks. So the tokens already contain $z^0$ when the gate adds it again. A
# positive $\alpha$ makes this part larger, and the next layer norm partly removes the change. A
# negative $\alpha$ removes a part that the next blocks need. (The paper does not say whether $z^0$
# means all tokens or only the tokens of the tubes. This project supports both.)
#
# ## Which parameters train, and what this saves
#
# With `num_frozen_blocks` = 2, the first two blocks are **frozen**: training does not change their
# weights. All tubes are frozen too, because the backward pass stops at the first block that is
# trained. No gradients are computed for frozen parameters, and AdamW keeps no optimizer state for
# them.

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
# The backward pass of a matrix product needs two products of the same size (lesson 6). So with
# fewer blocks to train, a step is cheaper and needs less memory.

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
axes[0].set(xlabel="frozen blocks, of 4", ylabel="fraction of parameters that train", ylim=(0, 1))
axes[1].bar(range(5), costs, color="#0072B2")
axes[1].axhline(sum(ahead.values()) / 1e9, color="black", linestyle=":")
axes[1].set(xlabel="frozen blocks, of 4", ylabel="GFLOPs per training clip")
lesson.show(figure, "Left: with more frozen blocks, a smaller fraction of the parameters trains. "
                    "Right: a step needs fewer FLOPs. Dotted: the forward pass alone, which is "
                    "always needed.")

# %% [markdown]
# ## How good is the result?
#
# The paper (Table 6) puts the tubes of a small model into an image model of 32 blocks and trains
# the result on Kinetics-600, a data set with 600 kinds of human actions. If only the classification
# head or the last blocks train, the accuracy is much lower than if everything trains. The gate
# closes more than half of this gap.

# %%
from tubevit_np.ablation.studies import STUDIES

printed = [variant.paper for variant in STUDIES["scaling"].values() if variant.paper]
figure, ax = lesson.axes(1000, 300)
ax.plot(printed, range(5), "o", color="#0072B2")
for row, share in enumerate(printed):
    ax.text(share + 0.3, row, f"{share}", va="center")
ax.set_yticks(range(5), ("head alone", "last 4 of 32 blocks", "last 8 blocks",
                         "last 8 and gate", "all"))
ax.set(xlim=(80, 95), ylim=(4.5, -0.5), xlabel="accuracy on Kinetics-600, percent (paper)")
lesson.show(figure, "Accuracy in the paper. Training the classification head alone: 85.6 percent; "
                    "the last 4 blocks: 86.3; the last 8: 86.8; the last 8 with the gate: 89.7; "
                    "everything: 91.8.")

# %% [markdown]
# `python -m tubevit_np ablate scaling` repeats this experiment with small models on the generated
# set *something-moves*, in which an object moves. There the order of the results is different
# (`figures/ablations/README.md`). The accuracy of nouns is high, and it grows when more blocks are
# trained. A single frame does not show verbs. Of the five variants above, training only the
# classification head gives the best accuracy for verbs, but this difference is not reliable: runs
# with different random seeds differ even more. To scale your own model: `python -m tubevit_np scale
# SMALL LARGE --gate 2 --out FILE`, then `train --start FILE --frozen 2`.
#
# The [last lesson](11_cost.ipynb) counts what the tubes themselves save.
#
# ## Exercises
#
# 1. Go from Ti (192 channels) to B (768). How many boxes must each token of the three video tubes
#    in `tv.TUBE_SETS["main"]` contain? In Ti, the first tube already has two boxes in each token,
#    and the second has four. So their kernels have 96 and 48 channels, and the kernel of the third
#    tube has 192. Check with `widen_tube(tube, channels, 768, (32, 224, 224))`.
# 2. Set `alpha` to 0 and measure its gradient with central differences of the loss, as in lesson 6.
#    Why is the gradient not 0, although the gate adds nothing?
# 3. With the gate closed and `alpha` frozen at 0, which gradient do the tubes get *through the
#    gate*?
#
# <details><summary>Answers</summary>
#
# 1. $768 / 96 = 8$, $768 / 48 = 16$ and $768 / 192 = 4$. `widen_tube` gives `s2d` (2, 2, 2), (1, 4,
#    4) and (4, 1, 1).
# 2. The slope of $\tanh$ at 0 is 1. If $\alpha$ grew by a small $h$, the gate would add about
#    $h z^0$, and the loss would change. The gradient measures this change. A gate $\alpha^2$ would
#    have slope 0 and would never open.
# 3. None: the gradient through the gate is multiplied by $\tanh(0) = 0$. The tubes still get a
#    gradient along the other path, through the blocks, unless the blocks are frozen.
#
# </details>
