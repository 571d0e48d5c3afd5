# %% [markdown]
# # 9. One model for images and videos
#
# Images are easy to find. Labeled videos are rare, and they need much storage and time. TubeViT
# learns from both at once, with the same weights: an image is a video of one frame, and fewer tubes
# fit into it. This lesson shows which parts of the model images and videos share. It makes one
# training step with both, and tests what the trained model learned from each kind of data. The
# result: the model recognizes the *texture* of the leaves from a single frame, but it needs several
# frames to recognize *what the camera does*. The last part shows how pictures alone, without any
# video, teach motion. Each new term is in bold and in the [glossary](GLOSSARY.md).

# %%
import lesson
import numpy as np

import tubevit_np as tv
from tubevit_np.data.generated.scenes import REVERSED, VERBS, make_clips, make_images
from tubevit_np.plots.model_plots.sampling import draw_grid

lesson.overview("video", "heads", "training")

# %% [markdown]
# ## The same weights for clips and images
#
# Each generated clip has a verb, which says what the camera does, and a noun, the texture of most
# leaves: plain, stripes, checks or zigzag. An image is one frame of such a clip, and has only a
# noun. The model has two classification heads, one for the verb and one for the noun.

# %%
params, cfg, notes = lesson.model()
pools = lesson.pools(seed=1)  # pictures that the model was not trained on
clips, labels = make_clips(pools, 200, np.random.default_rng(0))
images, image_labels = make_images(pools, 200, np.random.default_rng(1))
_, of_clips = tv.forward(params, clips[:8], cfg, ("verb", "noun"))
_, of_images = tv.forward(params, images[:8], cfg, "noun")
lesson.shapes(clips=of_clips["tokens"], images=of_images["tokens"])

# %% [markdown]
# Lesson 5 explained why an image has 36 tokens and a clip 102: a tube gives tokens only where it
# fits, and only the 2D patches fit into one frame. After positions are added, the 36 tokens of an
# image are equal to the first 36 tokens of a clip that begins with this image.

# %%
figure, axes = lesson.axes(1300, 460, columns=2, widths=(16, 3))
for ax, frames, title in zip(axes, (16, 1), ("a clip, from the side", "an image"), strict=True):
    draw_grid(ax, cfg, (frames, 48, 48), view=(1, 0))
    ax.set(title=title, xticks=range(0, frames + 1, min(4, frames)))
lesson.show(figure, "Boxes over time and rows. Left: a clip has all four tubes. Right: an image "
                    "has only the patches, in frame 0.")

# %%
_, of_first = tv.forward(params, clips[:8, 0], cfg, "noun")
assert np.allclose(of_first["with_position"], of_clips["with_position"][:, :36], atol=1e-5)

# %% [markdown]
# ## One joint step
#
# A **joint step** takes one batch of clips and one batch of images. The clips have two losses, for
# verb and noun, and the images have one. The total loss is the sum:
#
# $$\text{loss} = \text{loss}_{\text{videos}} + \text{loss}_{\text{images}}$$
#
# The gradient of a sum is the sum of the gradients. So we can process one batch after the other and
# add the gradients.

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
print(f"{len(by_videos)} arrays get a gradient from the videos, {len(by_images)} from the images")

# %% [markdown]
# Which parts of the model learn from images? The picture shows the size of the gradient of each
# part, once for the videos and once for the images. An empty field means no gradient.

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
lesson.show(figure, "Size of the gradient of each part. The videos give a gradient to all parts. "
                    "The images give a gradient to the patches, the encoder, the pooling and the "
                    "noun head, but not to the three tubes and the verb head.")

# %% [markdown]
# ## The same frames, the opposite prediction
#
# Lesson 5 played one clip backward, and the model predicted *pan right* instead of *pan left*. Does
# this happen for all clips? The frames are the same, so a model that only uses single frames must
# predict the same verb. A model that uses motion must predict the opposite verb: *pan right* for
# *pan left*, or *zoom out* for *zoom in*.

# %%
def predicted_verbs(x):
    return tv.fast.forward(params, x, cfg, "verb")[0].argmax(-1)


forward, backward = predicted_verbs(clips), predicted_verbs(clips[:, ::-1])
swapped = REVERSED[labels["verb"]]  # the verbs of the clips played backward
print(", ".join(f"{verb} -> {VERBS[other]}" for verb, other in zip(VERBS, REVERSED, strict=True)))

# %% [markdown]
# In the next picture each row is the correct verb of the original clip, and each column is the
# predicted verb.

# %%
from tubevit_np.plots.training_plots.confusion_matrix import draw_shares

figure, axes = lesson.axes(1200, 560, columns=2)
for ax, predicted, title in zip(axes, (forward, backward), ("original", "played backward"),
                                strict=True):
    table = np.zeros((8, 8))
    np.add.at(table, (labels["verb"], predicted), 1)
    draw_shares(ax, table, VERBS)
    ax.set(title=title, xlabel="predicted", ylabel="verb of the original clip")
lesson.show(figure, "Left: for original clips, most predictions are on the diagonal, so they are "
                    "correct. Right: for clips played backward, the model exchanges pan left "
                    "and pan right, pan up and pan down, zoom in and zoom out.")

# %% [markdown]
# ## Removing information
#
# We change the clips in three more ways. Each change answers a question:
#
# - Frames in random order: can the model recognize the verb without the order of the frames?
# - The first frame, repeated sixteen times: which verb does the model predict if nothing moves?
# - Gray: each pixel gets the mean of its three color channels. How much do the predictions depend
#   on color?

# %%
rng = np.random.default_rng(2)
mixed = np.stack([clip[rng.permutation(16)] for clip in clips])
stopped = np.repeat(clips[:, :1], 16, axis=1)
gray = np.repeat(clips.mean(-1, keepdims=True), 3, -1).astype(np.uint8)

# %%
verb, back = labels["verb"], clips[:, ::-1]
rows = {"original": (clips, verb), "backward": (back, verb),
        "backward, verbs swapped": (back, swapped), "frames mixed": (mixed, verb),
        "first frame alone": (stopped, verb), "gray": (gray, verb)}

# %%
shares = []
for x, truth in rows.values():
    logits, _ = tv.fast.forward(params, x, cfg, ("verb", "noun"))
    shares.append([tv.accuracy(logits["verb"], truth), tv.accuracy(logits["noun"], labels["noun"])])
shares = np.array(shares)  # (rows, 2)

# %%
figure, ax = lesson.axes(1200, 520)
for k, (head, shade, chance) in enumerate((("verb", "#0072B2", 1 / 8), ("noun", "#E69F00", 1 / 4))):
    ax.barh(np.arange(len(rows)) + 0.4 * k, shares[:, k], 0.38, color=shade, label=head)
    ax.axvline(chance, color=shade, linestyle=":")
ax.set(yticks=np.arange(len(rows)) + 0.2, yticklabels=rows, xlim=(0, 1), xlabel="fraction correct")
ax.invert_yaxis()
ax.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
lesson.show(figure, "Fraction of correct verbs and nouns. Dotted: chance. For clips played "
                    "backward, most predicted verbs are wrong. If the opposite verb counts as "
                    "correct (verbs swapped), the accuracy is as before. With mixed frames or one "
                    "repeated frame, most verbs are wrong too. Without color, verbs and nouns are "
                    "as accurate as before.")

# %% [markdown]
# For clips played backward, about three in ten predicted verbs are still correct, because *turn*
# and *still* do not change when a clip is reversed. If we count the opposite verb as correct, the
# accuracy is as before: *the same frames, the opposite prediction*. With mixed frames, fewer than
# four in ten verbs are correct, most of them *turn* and *still*. With one repeated frame, the model
# predicts *still* for nearly all clips. In all these clips most nouns are still correct, because
# every frame shows the noun. Without color, nothing is lost: motion and texture are visible in
# gray, too.
#
# So images and patches teach the model what the leaves look like. The tubes with several frames
# teach it what the camera does. One encoder processes both.
#
# %% [markdown]
# ## Motion from one photograph
#
# Videos with labels are rare. But if a program moves the camera over a picture, it also sets the
# verb, so nobody has to write labels. Such **camera clips** can be made of any picture. Here is a
# photograph of Grace Hopper, a pioneer of computing. (The U.S. Navy took it. It is in the public
# domain, and Matplotlib includes it.) The training of the demo model had no photographs.

# %%
from matplotlib.cbook import get_sample_data
from PIL import Image

with get_sample_data("grace_hopper.jpg") as file:
    square = Image.open(file).convert("RGB").crop((0, 0, 512, 512))
photo = np.asarray(square.resize((96, 96)))  # twice the side of a clip
figure, ax = lesson.axes(340, 360)
ax.imshow(photo)
lesson.show(figure, "A woman in uniform with a cap, and a flag behind her, at 96x96 pixels.")

# %% [markdown]
# Each frame shows the part of the picture that is under the camera. Four numbers describe this
# part: column and row of its center, its size, and its angle. For a pan, one of them changes a
# little in each frame. The function `film` makes the frames.

# %%
from tubevit_np.data.camera.film import film

views = [(40 + 1.5 * t, 40, 1.0, 0.0) for t in range(16)]  # x, y, pixels per pixel, radians
hopper = film(photo, np.array(views), size=48)
assert np.array_equal(hopper[0], photo[16:64, 16:64])
lesson.play(hopper[::2], "The camera pans to the right over the photograph.", milliseconds=250)

# %% [markdown]
# For training, the function `draw_paths` draws a random path for each verb.

# %%
from tubevit_np.data.camera.motion import draw_paths, draw_verbs
from tubevit_np.data.camera.source import OVER_PICTURES
from tubevit_np.plots.lesson_plots.frames import draw_film

rng = np.random.default_rng(0)
films = OVER_PICTURES.film(np.stack([photo] * 8), draw_paths(np.arange(8), rng, 16), 48, rng)
figure, axes = lesson.axes(1040, 370, 2, 4)
for ax, clip, verb in zip(axes.flat, films, VERBS, strict=True):
    draw_film(ax, clip, every=15)
    ax.set(ylabel=verb, xlabel="")
lesson.show(figure, "Eight clips, one for each verb: the first and the last frame.")

# %% [markdown]
# Does a *single* frame show the verb? It must not, or a model could predict the verb without
# detecting motion. So each of the four numbers has the same distribution for all verbs. For a pan
# to the right, the column grows during the clip. For a zoom, it keeps one value for the whole clip.
# This value is chosen as the column of a random frame of a random pan. We compare both verbs. (0 is
# the middle of a pan, 1 is one side of a frame further right.)

# %%
figure, (left, right) = lesson.axes(960, 320, 1, 2)
for verb, shade in ("pan right", "#0072B2"), ("zoom in", "#E69F00"):
    x = draw_paths(np.full(5000, VERBS.index(verb)), rng, 16)[..., 0]  # (5000, 16)
    left.plot(x[:8].T, color=shade, linewidth=1)
    any_frame = x[np.arange(5000), rng.integers(16, size=5000)]
    right.hist(any_frame, 25, histtype="step", color=shade, label=verb)
left.set(xlabel="time (frames)", ylabel="column of center")
right.set(xlabel="column of center in a random frame", ylabel="clips")
right.legend(frameon=False)
lesson.show(figure, "Left: in eight clips of each verb, the column changes in every clip of pan "
                    "right (blue) and in no clip of zoom in (orange). Right: in a random frame, "
                    "both verbs have the same distribution.")

# %% [markdown]
# The demo model was trained on dead leaves. Does it recognize the verbs in 800 clips of this
# photograph?

# %%
verb = draw_verbs(800, rng)
x = OVER_PICTURES.film(np.stack([photo] * 800), draw_paths(verb, rng, 16), 48, rng)
correct = predicted_verbs(x) == verb
print(f"{correct.mean():.0%} of the verbs are correct, chance is {1 / 8:.1%}")
for k, name in enumerate(VERBS):
    print(f"{name:10}{correct[verb == k].mean():5.0%}")

# %% [markdown]
# The accuracy is far above chance. The kernels and blocks that learned motion from dead leaves also
# work for a photograph. The model recognizes all pans and still clips. Most errors are clips of
# *zoom in* for which it predicts *zoom out*: the zooms are hardest, as in lesson 7.
#
# Training works in the same way. With a folder of your own pictures, and no video at all, this
# command trains a model to recognize what the camera does. If the folder has classes, the model
# learns them, too:
#
# `python -m tubevit_np train --data camera:pictures/ --out runs/camera`
#
# The [next lesson](10_small_to_large.ipynb) puts these tubes into a larger model.
#
# ## Exercises
#
# 1. Predict the verb of an image: `tv.forward(params, images, cfg, "verb")`. The code allows it.
#    Which verb does the model predict most often, and can you trust this prediction?
# 2. Remove the images from the joint step. Which of the 45 arrays of parameters get no gradient?
#    Which get none if you remove the clips instead?
# 3. Rotate each clip by a quarter turn, `np.rot90(clips, axes=(2, 3))`. Leaves have all directions,
#    so this makes valid clips. Which verbs should change, and into which? For what fraction of the
#    clips do the predictions change in this way?
#
# <details><summary>Answers</summary>
#
# 1. *still* for nearly every image, as for a clip of sixteen equal frames. One image in eight comes
#    from a clip in which the camera is still, so this prediction is correct for one image in eight.
#    You cannot trust it: the verb head was never trained on the tokens of an image.
# 2. Without the images, all 45 arrays still get a gradient from the clips. Without the clips, the 8
#    arrays of the three tubes and of the verb head get no gradient.
# 3. `np.rot90` rotates to the left. So *pan right* becomes *pan up*, *pan up* becomes *pan left*,
#    *pan left* becomes *pan down*, and *pan down* becomes *pan right*. The other verbs stay the
#    same. About 95 percent of the predictions change in this way, including all pans.
#
# </details>
