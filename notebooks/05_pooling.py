# %% [markdown]
# # 5. One prediction, for a video and for an image
#
# The encoder returns one token for each input token. For a prediction we need one vector, for
# any number of tokens. From this vector we compute a score for each class. This lesson computes the
# vector and the scores, and applies the trained model to a clip. Then it applies the same model,
# with the same weights, to a single picture. Each new term is in bold and in the
# [glossary](GLOSSARY.md).

# %%
import lesson
import numpy as np

import tubevit_np as tv

lesson.overview("pooling", "heads")

# %%
params, cfg, notes = lesson.model()
clips, labels = lesson.clips(8, seed=3)
logits, out = tv.forward(params, clips[1:2], cfg, ("verb", "noun"))
x = out["norm"]
lesson.shapes(clip=clips[1:2], x=x, pooled=out["pooled"], **logits)

# %% [markdown]
# ## Attention pooling
#
# The simplest way to get one vector is the mean of all tokens. But some tokens say more than
# others: inside a plain leaf, nothing seems to move. **Attention pooling** uses a learned vector
# instead, the **probe**. A matrix turns the probe into a query, and another matrix turns the tokens
# into keys and values, as in [lesson 4](04_attention.ipynb). The output is the weighted mean of the
# values. The cell below computes one attention head in a loop.

# %%
pool = params["pool"]
q = tv.linear(pool["probe"][None], **pool["q"])  # (1, 96)
k, v = np.split(tv.linear(x[0], **pool["kv"]), 2, axis=-1)  # (102, 96) each
E = cfg.dim // cfg.heads
scores = np.array([sum(q[0, :E] * k[n, :E]) / E ** 0.5 for n in range(len(k))])
output = sum(share * v[n, :E] for n, share in enumerate(tv.softmax(scores)))
lesson.shapes(probe=pool["probe"], q=q, k=k, v=v, scores=scores, output=output)

# %% [markdown]
# The function `attention_pool` computes all attention heads at once. Attention pooling is the
# attention of lesson 4 with one query instead of 102. The output does not depend on the order of
# the tokens, and any number of tokens is possible.

# %%
pooled, cache = tv.attention_pool(x, **pool, heads=cfg.heads, eps=cfg.eps, form=cfg.gelu)
assert np.allclose(output, cache["mixed"][0, :E], atol=1e-4)
assert np.array_equal(pooled, out["pooled"])
lesson.shapes(weights=cache["weights"], mixed=cache["mixed"], pooled=pooled)
lesson.source(tv.attention_pool)

# %% [markdown]
# Which tokens get the most weight? The picture shows the mean over the attention heads for two
# clips.

# %%
from tubevit_np.plots.lesson_plots.frames import draw_weights, panels

_, all_out = tv.forward(params, clips, cfg, "verb")
figure, axes = lesson.axes(1200, 500, 2, panels(cfg, clips.shape[1:4]))
for row, n in zip(axes, (1, 7)):
    draw_weights(row, clips[n], cfg, all_out["pool.weights"][n].mean(axis=0)[0])
lesson.show(figure, "Weights of the tokens in pooling, one clip in each row. The stronger the "
                    "color, the more weight. A few patches and 8x8x8 boxes have most of the "
                    "weight, many of them on edges.")

# %% [markdown]
# ## Classification heads: from a vector to classes
#
# A **classification head** is one more matrix: from $D$ channels to a score for each of $K$
# **classes**. (It is not related to the attention heads. The field uses the word "head" for both.)
# This model has two classification heads. One predicts the **verb**, which says what the camera
# does. The other predicts the **noun**, the texture of most leaves. The scores are called
# **logits**. Softmax turns them into probabilities.

# %%
for name, scores in logits.items():
    w, b = params["heads"][name]["w"], params["heads"][name]["b"]
    slow = [sum(pooled[0] * w[:, c]) + b[c] for c in range(len(b))]
    assert np.allclose(slow, scores[0], atol=1e-4)
    lesson.shapes(pooled=pooled, w=w, b=b, logits=scores)

# %%
from tubevit_np.plots.lesson_plots.arrays import draw_scores

figure, axes = lesson.axes(1100, 380, 1, 2)
for ax, name in zip(axes, ("verb", "noun")):
    draw_scores(ax, notes["labels"][name], tv.softmax(logits[name])[0], labels[name][1], name)
lesson.play(clips[1], "The clip: the camera moves to the left over leaves with stripes.")
lesson.show(figure, "Probabilities of eight verbs and four nouns. The correct classes, pan left "
                    "and stripes, are red. They have the longest bars.")

# %% [markdown]
# ## Backward in time
#
# We play the clip backward. The frames are the same as before. But now the model predicts *pan
# right* instead of *pan left*, and the noun stays the same. So it was the order of the frames that
# decided between *pan left* and *pan right*. (The red bar is the correct class of the reversed
# clip.)

# %%
back, _ = tv.forward(params, clips[1:2, ::-1], cfg, ("verb", "noun"))
figure, axes = lesson.axes(1100, 380, 1, 2)
for ax, name, correct in zip(axes, ("verb", "noun"), (1, labels["noun"][1])):
    draw_scores(ax, notes["labels"][name], tv.softmax(back[name])[0], correct, name)
lesson.show(figure, "Probabilities for the clip played backward. The longest bar of the verbs is "
                    "now at \"pan right\". The longest bar of the nouns is still at \"stripes\".")

# %% [markdown]
# ## An image through the same weights
#
# An image is a clip of one frame. Only the 2D patches fit into one frame, so the other tubes give
# no tokens. Positions, blocks, pooling and classification heads work with any number of tokens. So
# only $N$ changes: 36 instead of 102.

# %%
frame = clips[1:2, 0]
image_logits, image_out = tv.forward(params, frame, cfg, "noun")
for name in ("tokens", "with_position", "blocks.1", "pooled"):
    print(f"{name:14} video {out[name].shape!s:14} image {image_out[name].shape}")
assert np.allclose(image_out["with_position"], out["with_position"][:, :36], atol=1e-5)

# %% [markdown]
# After positions are added, the first 36 tokens of a clip are equal to the 36 tokens of its first
# frame. The blocks make them different. In the clip, these tokens also attend to the tokens of the
# tubes. In the image, they only attend to each other. What does the model predict for the image?

# %%
from tubevit_np.plots.style import page, place

figure = page(1200, 420)
place(figure, 20, 60, 300, 300, title="frame 0", xticks=[], yticks=[]).imshow(frame[0])
draw_scores(place(figure, 540, 60, 600, 300), notes["labels"]["noun"],
            tv.softmax(image_logits)[0], labels["noun"][1], "noun")
lesson.show(figure, "Left: the first frame. Right: the probabilities of the four nouns. The "
                    "correct class, stripes, has the longest bar.")

# %% [markdown]
# ## How often is the model correct?
#
# One clip proves little. Here are 256 new clips, and the first frame of each. Guessing would be
# correct for one verb in eight and for one noun in four. (One frame does not show the verb, so we
# only predict its noun.) `tv.fast.forward` computes the same as `tv.forward`, but faster (lesson
# 4).

# %%
from tubevit_np.data.generated.scenes import REVERSED, make_clips

many, truth = make_clips(lesson.pools(seed=9), 256, np.random.default_rng(9))
scores, _ = tv.fast.forward(params, many, cfg, ("verb", "noun"))
stills, _ = tv.fast.forward(params, many[:, 0], cfg, "noun")
reverse, _ = tv.fast.forward(params, many[:, ::-1], cfg, "verb")

# %%
correct = [np.mean(scores["verb"].argmax(1) == truth["verb"]),
           np.mean(scores["noun"].argmax(1) == truth["noun"]),
           np.mean(stills.argmax(1) == truth["noun"]),
           np.mean(reverse.argmax(1) == REVERSED[truth["verb"]])]
figure, ax = lesson.axes(900, 260)
draw_scores(ax, ["verb", "noun", "noun of a frame", "verb backward"], correct)
lesson.show(figure, "Fraction of correct predictions: verb and noun of clips, noun of single "
                    "frames, and the opposite verb of reversed clips. All are far above guessing.")

# %% [markdown]
# The first five lessons cover the whole **forward pass**, from voxels to a prediction. The function
# `tv.forward` does little more than these steps. The next lessons show how the weights are trained.
#
# ## Exercises
#
# 1. Replace attention pooling by the mean of all tokens, `x.mean(axis=1)`, and use it as the input
#    of the verb head. Is *pan left* still predicted? Why is this not a fair comparison?
# 2. Give the model a clip of 32 frames: `np.concatenate([clips[1:2], clips[2:3]], axis=1)`. How
#    many tokens are there, and does anything in the model have to change?
# 3. Which parameters does an image use, and which not? Count them with `tv.flatten(params)`.
#
# <details><summary>Answers</summary>
#
# 1. No. Of the probabilities `tv.softmax(tv.linear(x.mean(axis=1), **params["heads"]["verb"]))`,
#    those of *still* and *pan right* are largest, and none is above 0.25. The classification head
#    was trained on the output of pooling, which is made of values, not of tokens. For a fair
#    comparison, a second model must be trained with the mean instead of attention pooling.
# 2. 204, because all tubes fit twice as often in time. Nothing has to change: positions are
#    computed for any place, and the number of weights does not depend on the number of tokens.
# 3. An image uses all parameters except two groups: those of the three video tubes, whose names
#    begin with `tubes.1`, `tubes.2` and `tubes.3`, and those of the verb head.
#
# </details>
