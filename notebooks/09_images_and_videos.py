# %% [markdown]
# # 9. Images and videos, one model
#
# Pictures are everywhere, labeled videos are rare and heavy. TubeViT learns from both at once,
# with the same weights: an image is simply a video of one frame, of which fewer tubes fit. This
# lesson looks at what is shared, takes one joint step, and then asks what the trained model has
# learned from which: it knows *what* a thing is from a single frame, but *how it moves* from time
# alone.

# %%
import lesson
import numpy as np

import tubevit_np as tv
from tubevit_np.data.generated.clips import REVERSED, VERBS, make_clips, make_images
from tubevit_np.plots.model_plots.sampling import draw_grid

lesson.overview("video", "heads", "training")

# %% [markdown]
# ## The same weights at work
#
# Each generated clip has a *verb*, how the object moves, and a *noun*, what it is: red, green or
# blue, with stripes, dots or clouds. An image is one frame of such a clip; it has a noun alone. The
# model has a head for each.

# %%
params, cfg, notes = lesson.model()
pools = lesson.pools(seed=1)  # sprites and backgrounds that the model was not trained on
clips, labels = make_clips(pools, 200, np.random.default_rng(0))
images, image_labels = make_images(pools, 200, np.random.default_rng(1))
_, of_clips = tv.forward(params, clips[:8], cfg, ("verb", "noun"))
_, of_images = tv.forward(params, images[:8], cfg, "noun")
lesson.shapes(clips=of_clips["tokens"], images=of_images["tokens"])

# %% [markdown]
# Lesson 5 told why an image has 36 tokens and a clip 102: a tube gives a token wherever it fits,
# and into a single frame only the 2D patches fit. They are, with their positions, those of the
# first frame of a clip.

# %%
figure, axes = lesson.axes(1300, 460, columns=2, widths=(16, 3))
for ax, frames, title in zip(axes, (16, 1), ("a clip, from the side", "an image"), strict=True):
    draw_grid(ax, cfg, (frames, 48, 48), view=(1, 0))
    ax.set(title=title, xticks=range(0, frames + 1, min(4, frames)))
lesson.show(figure, "Places of the tubes over time and rows: of a clip all four, of an image only "
            "the patches, in frame 0.")

# %%
_, of_first = tv.forward(params, clips[:8, 0], cfg, "noun")
assert np.allclose(of_first["with_position"], of_clips["with_position"][:, :36], atol=1e-5)

# %% [markdown]
# ## One joint step
#
# A step takes a batch of clips and a batch of images. Each has its loss: the clips two, of verb and
# noun, the images one. The losses are added, and the gradient of a sum is the sum of the gradients:
# so we may take one batch after the other and add.

# %%
from tubevit_np.data.batch import Batch
from tubevit_np.training.step import gradients, joint_gradients

video_batch = Batch(clips[:16], {head: y[:16] for head, y in labels.items()})
image_batch = Batch(images[:16], {"noun": image_labels["noun"][:16]})
video_loss, _, by_videos = gradients(params, video_batch, cfg)
image_loss, _, by_images = gradients(params, image_batch, cfg)
loss, _, both = joint_gradients(params, [video_batch, image_batch], cfg, weights=(1, 1))
assert np.isclose(loss, video_loss + image_loss, rtol=1e-5)

# %%
added = {name: by_videos[name] + by_images.get(name, 0) for name in by_videos}
assert added.keys() == both.keys()
assert all(np.allclose(added[name], both[name], atol=1e-5) for name in both)
print(f"{len(by_videos)} arrays have a gradient by the videos, {len(by_images)} by the images")

# %% [markdown]
# Which parts does an image teach? The picture shows how large the gradient of each part is, by the
# videos and by the images. Empty is: no part in it. The tubes and the head of the verb learn from
# videos alone; the patches, the whole encoder, the pooling and the noun's head learn from both.

# %%
def size(grads, part):
    squares = [np.vdot(g, g) for name, g in grads.items() if name.startswith(part)]
    return np.sqrt(sum(squares)) if squares else np.nan


parts = {"patches": "tubes.0", "8x8x8": "tubes.1", "16x4x4": "tubes.2", "4x12x12": "tubes.3",
         "block 0": "blocks.0", "block 1": "blocks.1", "pooling": "pool",
         "verb head": "heads.verb", "noun head": "heads.noun"}
sizes = np.array([[size(grads, part) for part in parts.values()]
                  for grads in (by_videos, by_images)])

# %%
figure, ax = lesson.axes(1200, 300)
ax.imshow(sizes, cmap="Blues", vmin=0, aspect="auto")
for (row, column), value in np.ndenumerate(sizes):
    ax.text(column, row, f"{value:.2f}" if value > 0 else "", ha="center", va="center",
            color="white" if value > 0.6 * np.nanmax(sizes) else "black")
ax.set_xticks(range(len(parts)), parts)
ax.set_yticks(range(2), ["videos", "images"])
lesson.show(figure, "Sizes of gradients by part: videos reach all, images neither the three tubes "
            "nor the verb head.")

# %% [markdown]
# ## The same frames, the opposite answer
#
# Lesson 5 played one clip backwards, and the model said *right* for *left*. Is it so for all? Who
# looks at single frames must give the same answer as before, since all frames are the same. Who
# sees motion must say the opposite, *recede* for *approach* too.

# %%
def answers(x):
    return tv.fast.forward(params, x, cfg, "verb")[0].argmax(-1)


forward, backward = answers(clips), answers(clips[:, ::-1])
swapped = REVERSED[labels["verb"]]  # left for right, up for down, approach for recede
print(", ".join(f"{verb} -> {VERBS[other]}" for verb, other in zip(VERBS, REVERSED, strict=True)))

# %% [markdown]
# Each row is what is true of a clip as it was made, each column what the model says.

# %%
from tubevit_np.plots.training_plots.confusion_matrix import draw_shares

figure, axes = lesson.axes(1400, 640, columns=2)
for ax, predicted, title in zip(axes, (forward, backward), ("as they are", "played backwards"),
                                strict=True):
    table = np.zeros((8, 8))
    np.add.at(table, (labels["verb"], predicted), 1)
    draw_shares(ax, table, VERBS)
    ax.set(title=title, xlabel="predicted", ylabel="true of the clip as it is")
lesson.show(figure, "Confusions: as they are, on the diagonal; backwards, left and right, up and "
            "down, approach and recede are exchanged.")

# %% [markdown]
# ## Taking things away
#
# Three more ways to spoil a clip, each with a question:
#
# * frames in random order: is it enough that things are elsewhere in different frames?
# * the first frame, sixteen times: what is said of a thing that does not move?
# * colors replaced by their mean, gray: what of the noun is color?

# %%
rng = np.random.default_rng(2)
mixed = np.stack([clip[rng.permutation(16)] for clip in clips])
stopped = np.repeat(clips[:, :1], 16, axis=1)
gray = np.repeat(clips.mean(-1, keepdims=True), 3, -1).astype(np.uint8)

# %%
verb, back = labels["verb"], clips[:, ::-1]
rows = {"as it is": (clips, verb), "backwards": (back, verb),
        "backwards, verbs swapped": (back, swapped), "frames mixed": (mixed, verb),
        "first frame alone": (stopped, verb), "gray": (gray, verb)}

# %%
shares = []
for x, right in rows.values():
    logits, _ = tv.fast.forward(params, x, cfg, ("verb", "noun"))
    shares.append([tv.accuracy(logits["verb"], right), tv.accuracy(logits["noun"], labels["noun"])])
shares = np.array(shares)  # (rows, 2)

# %%
figure, ax = lesson.axes(1200, 520)
for k, (head, shade, chance) in enumerate((("verb", "#0072B2", 1 / 8), ("noun", "#E69F00", 1 / 9))):
    ax.barh(np.arange(len(rows)) + 0.4 * k, shares[:, k], 0.38, color=shade, label=head)
    ax.axvline(chance, color=shade, linestyle=":")
ax.set(yticks=np.arange(len(rows)) + 0.2, yticklabels=rows, xlim=(0, 1), xlabel="share right")
ax.invert_yaxis()
ax.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
lesson.show(figure, "Share of right verbs and nouns: backwards the verbs fall, swapped they are as "
            "good as before; mixed or stopped they fall near chance; gray spoils the nouns.")

# %% [markdown]
# (Dotted: what guessing gets.) Backwards, a quarter of the verbs is still right: *spin* and *still*
# are their own reverse. With the verbs swapped, all is as before: **the same frames, the opposite
# answer**. Of mixed frames, and of one frame, the verb is little better than guessed, but the noun
# hardly suffers: it is in every frame. Gray takes the noun away, whose name begins with a color,
# and leaves the motion.
#
# So what was learned from images, and through patches, is what things are; how they move is in the
# tubes that last. Both meet in one encoder.
#
# The [next lesson](10_small_to_large.ipynb) puts these tubes into a larger model.
#
# ## Exercises
#
# 1. Ask for the verb of an image: `tv.forward(params, images, cfg, "verb")`. Nothing forbids it.
#    What does the model say most often, and what is that answer worth?
# 2. Leave the images out of the joint step. Which of the 45 arrays get no gradient? And without the
#    clips?
# 3. Shift each clip by 5 pixels, `np.roll(clips, 5, axis=3)`. The world of these clips is a torus:
#    what leaves at the right comes back at the left. Do the answers change? Why not quite never?
#
# <details><summary>Answers</summary>
#
# 1. It says *still* of nearly every image, as it does of a clip of sixteen equal frames. That is
#    right once in eight, for those that were still. A sound guess, but the head of the verb was
#    never trained on the tokens of an image; nobody can rely on it.
# 2. None: the clips reach all 45. Without the clips the 8 arrays of the three tubes and of the
#    verb's head get none.
# 3. About nine in ten stay. But the places of the tubes are fixed, and a shift by 5 pixels moves
#    the object against them; no kernel and no position is the same as before.
#
# </details>
