# %% [markdown]
# # 5. One answer, for a video and for an image
#
# The encoder leaves as many tokens as there were boxes. An answer needs one vector, whatever their
# number, and a score for each class. This lesson makes both, asks a trained model what it sees in a
# clip, and then shows the same model a single picture: no weight is changed for that.

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
# The simplest way to one vector is the mean of all tokens. But most of them show background. So the
# model asks a question instead: a learned vector, the **probe**, is turned into a query, and the
# tokens into keys and values, as in [lesson 4](04_attention.ipynb). The answer is a weighted mean
# of the values. Here is one head in a loop.

# %%
pool = params["pool"]
q = tv.linear(pool["probe"][None], **pool["q"])  # (1, 96)
k, v = np.split(tv.linear(x[0], **pool["kv"]), 2, axis=-1)  # (102, 96) each
E = cfg.dim // cfg.heads
scores = np.array([sum(q[0, :E] * k[n, :E]) / E ** 0.5 for n in range(len(k))])
answer = sum(share * v[n, :E] for n, share in enumerate(tv.softmax(scores)))
lesson.shapes(probe=pool["probe"], q=q, k=k, v=v, scores=scores, answer=answer)

# %% [markdown]
# And all heads at once. It is the attention of lesson 4 with one query in place of 102. The order
# of the tokens does not matter, nor does their number.

# %%
pooled, cache = tv.attention_pool(x, **pool, heads=cfg.heads, eps=cfg.eps, form=cfg.gelu)
assert np.allclose(answer, cache["mixed"][0, :E], atol=1e-4)
assert np.array_equal(pooled, out["pooled"])
lesson.shapes(weights=cache["weights"], mixed=cache["mixed"], pooled=pooled)
lesson.source(tv.attention_pool)

# %% [markdown]
# Which tokens does the model ask? The mean over the heads, for two clips. The fuller the color,
# the more weight; the largest of each clip is opaque.

# %%
from tubevit_np.plots.lesson_plots.frames import draw_weights, panels

_, all_out = tv.forward(params, clips, cfg, "verb")
figure, axes = lesson.axes(1200, 500, 2, panels(cfg, clips.shape[1:4]))
for row, n in zip(axes, (1, 7)):
    draw_weights(row, clips[n], cfg, all_out["pool.weights"][n].mean(axis=0)[0])
lesson.show(figure, "Two rows of six panels, a row for each clip. Tokens on the moving things and "
            "at their edges have most of the weight, background has little.")

# %% [markdown]
# ## Heads: from a vector to classes
#
# A **head** is one more matrix, from `D` numbers to a score for each of `K` classes. (It has
# nothing to do with the heads of attention; the field uses the word twice.) The model has two of
# them, one for what happens (verb), one for what it happens to (noun). Scores are called
# **logits**; softmax makes shares of them.

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
lesson.play(clips[1], "A disc with pink and black stripes that moves to the left.")
lesson.show(figure, "Bars for eight verbs and nine nouns; the right ones, left and red stripes, "
            "are red and the longest.")

# %% [markdown]
# ## Backwards
#
# Play the clip backwards: each frame is one that the model has seen, but left becomes right. The
# noun stays. So the verb is read from the order of frames, and from nothing else. (The red bar is
# the true answer for this film.)

# %%
back, _ = tv.forward(params, clips[1:2, ::-1], cfg, ("verb", "noun"))
figure, axes = lesson.axes(1100, 380, 1, 2)
for ax, name, right in zip(axes, ("verb", "noun"), (1, labels["noun"][1])):
    draw_scores(ax, notes["labels"][name], tv.softmax(back[name])[0], right, name)
lesson.show(figure, "The same bars for the clip played backwards: right is now the longest of the "
            "verbs, red stripes still that of the nouns.")

# %% [markdown]
# ## An image through the same weights
#
# An image is a clip of one frame. Only the 2D patches fit into one frame; the other tubes give no
# tokens. Positions, blocks, pooling and heads do not care how many tokens there are. So nothing
# changes but `N`: 36 in place of 102.

# %%
frame = clips[1:2, 0]
image_logits, image_out = tv.forward(params, frame, cfg, "noun")
for name in ("tokens", "with_position", "blocks.1", "pooled"):
    print(f"{name:14} video {out[name].shape!s:14} image {image_out[name].shape}")
assert np.allclose(image_out["with_position"], out["with_position"][:, :36], atol=1e-5)

# %% [markdown]
# The first 36 tokens of a clip are those of its first frame. From there on they differ: in the clip
# they look at the tubes' tokens, in the image only at each other. What does the model say?

# %%
from tubevit_np.plots.style import page, place

figure = page(1200, 420)
place(figure, 20, 60, 300, 300, title="frame 0", xticks=[], yticks=[]).imshow(frame[0])
draw_scores(place(figure, 540, 60, 600, 300), notes["labels"]["noun"],
            tv.softmax(image_logits)[0], labels["noun"][1], "noun")
lesson.show(figure, "Left the first frame, right the bars of nine nouns; red stripes is the "
            "longest.")

# %% [markdown]
# ## How often is it right?
#
# One clip proves little. Here are 256 new ones, and of each its first frame. Guessing would get one
# verb in eight and one noun in nine. (A verb cannot be told from one frame, so nobody asks for it.)
# `tv.fast.forward` computes what `tv.forward` does, tuned for a processor's caches (lesson 4).

# %%
from tubevit_np.data.generated.clips import REVERSED, make_clips

many, truth = make_clips(lesson.pools(seed=9), 256, np.random.default_rng(9))
scores, _ = tv.fast.forward(params, many, cfg, ("verb", "noun"))
stills, _ = tv.fast.forward(params, many[:, 0], cfg, "noun")
reverse, _ = tv.fast.forward(params, many[:, ::-1], cfg, "verb")

# %%
shares = [np.mean(scores["verb"].argmax(1) == truth["verb"]),
          np.mean(scores["noun"].argmax(1) == truth["noun"]),
          np.mean(stills.argmax(1) == truth["noun"]),
          np.mean(reverse.argmax(1) == REVERSED[truth["verb"]])]
figure, ax = lesson.axes(900, 260)
draw_scores(ax, ["verb", "noun", "noun of a frame", "verb backwards"], shares)
lesson.show(figure, "Four bars, far above chance: how often verb and noun of clips, the noun of "
            "single frames, and the opposite verb of reversed clips are right.")

# %% [markdown]
# These lessons now have the whole way from voxels to an answer, the forward pass, and `tv.forward`
# is little more than what you have seen. How the weights were found is the subject of the next
# ones.
#
# ## Exercises
#
# 1. Replace attention pooling by the mean of all tokens, `x.mean(axis=1)`, and give that to the
#    verb head. Does it still say left? Why is that no fair comparison?
# 2. Show the model a clip of 32 frames: `np.concatenate([clips[1:2], clips[2:3]], axis=1)`. How
#    many tokens are there, and does anything have to be changed?
# 3. Which of the parameters does an image use, and which not? Count them with `tv.flatten(params)`.
#
# <details><summary>Answers</summary>
#
# 1. No: the shares of `tv.softmax(tv.linear(x.mean(axis=1), **params["heads"]["verb"]))` are little
#    better than guessing. The head was trained on what pooling gives, which is made of values, not
#    of tokens; for a fair comparison a model has to be trained with the mean.
# 2. 204: all tubes fit twice as often in time. Nothing has to be changed: positions are computed,
#    and no weight depends on the number of tokens.
# 3. All but those of the three video tubes, whose names begin with `tubes.1`, `tubes.2` and
#    `tubes.3`, and the verb head.
#
# </details>
