# %% [markdown]
# # 4. Attention, blocks, encoder
#
# A token knows one box of the clip. To tell that a disc moves to the left, tokens must be compared:
# each has to look at the others. That is **attention**. With a layer that works on each token alone
# it makes a **block**, and a few blocks on top of each other are the **encoder**. This lesson
# builds a block from nothing but sums and products, and ends with what the trained model looks at.

# %%
import lesson
import numpy as np

import tubevit_np as tv

lesson.overview("encoder")

# %%
params, cfg, notes = lesson.model()
clips, labels = lesson.clips(8, seed=3)
_, out = tv.forward(params, clips[1:2], cfg, "verb")
weights = params["blocks"]["0"]
z = out["with_position"]
lesson.shapes(clip=clips[1:2], z=z)

# %% [markdown]
# ## Layer norm: tokens of the same size
#
# Some tokens are long vectors, others short. Before anything else each token is brought to mean 0
# and variance 1 over its `D` numbers; then each channel gets a learned gain `g` and shift `b`. The
# small `eps` keeps a token of zeros from a division by zero. First one token, then all, by the
# function of the package. It is the formula, and so are all functions that this lesson prints.

# %%
g, b = weights["ln1"]["g"], weights["ln1"]["b"]
token = z[0, 40]
mean = sum(token) / len(token)
variance = sum((value - mean) ** 2 for value in token) / len(token)
slow = [(value - mean) / np.sqrt(variance + cfg.eps) * g[d] + b[d] for d, value in enumerate(token)]
x = tv.layer_norm(z, g, b, cfg.eps)
assert np.allclose(slow, x[0, 40], atol=1e-4)
lesson.source(tv.layer_norm)

# %%
figure, (left, right) = lesson.axes(1100, 300, 1, 2)
left.bar(range(102), z[0].std(axis=1), color="#5b7083")
left.set(title="before: deviation of each token", xlabel="102 tokens")
right.bar(range(102), ((x[0] - b) / g).std(axis=1), color="#5b7083")
right.set(title="after, but for gain and shift", xlabel="102 tokens")
lesson.show(figure, "Bars for 102 tokens. Before layer norm they are of very different heights, "
            "after it all are 1.")

# %% [markdown]
# ## Attention, one token
#
# Each token is turned into three vectors by three matrices: a **query**, what it looks for; a
# **key**, what it offers to be found by; a **value**, what it tells who looks at it. The dot
# product of one token's query with another's key says how much they fit. **Softmax** turns such
# scores into weights that are positive and sum to 1, and the answer is the weighted mean of the
# values.

# %%
scores = np.array([2.0, 1.0, -1.0])
slow = [np.exp(score) / sum(np.exp(scores)) for score in scores]
assert np.allclose(slow, tv.softmax(scores))
assert np.allclose(tv.softmax(scores), tv.softmax(scores + 1000))  # the largest is taken off first
print(np.round(slow, 3), "sum", np.round(sum(slow), 3))
lesson.source(tv.softmax)

# %% [markdown]
# The `D` channels are divided among `A` **heads**, `E = D / A` channels for each. Each head does
# attention on its own channels, so it can look somewhere else than the others. Here is what token
# 40 gets from head 0. Scores are divided by `√E`, or they would grow with `E` and softmax would
# look at one token alone.

# %%
qkv = tv.linear(x, **weights["attn"]["qkv"])
q, k, v = np.split(qkv[0], 3, axis=-1)  # (102, 96) each
E = cfg.dim // cfg.heads
scores = np.array([sum(q[40, :E] * k[n, :E]) / E ** 0.5 for n in range(len(k))])
share = tv.softmax(scores)
answer = sum(share[n] * v[n, :E] for n in range(len(v)))
lesson.shapes(qkv=qkv, q=q, k=k, v=v, share=share, answer=answer)

# %% [markdown]
# ## All tokens, all heads
#
# For all tokens at once the scores of one head are a matrix product, `q @ k.T`. A loop over heads
# writes each result into its own channels: its one line is all of attention. `split_heads` makes
# heads an axis of the array instead. The loops of `tubevit_np/conformance/loops/` agree.

# %%
from tubevit_np.conformance import loops

slow = np.zeros_like(q)
for head in range(cfg.heads):
    own = slice(head * E, (head + 1) * E)
    slow[:, own] = tv.softmax(q[:, own] @ k[:, own].T / E ** 0.5) @ v[:, own]
assert np.allclose(slow[40, :E], answer, atol=1e-4)
assert np.allclose(slow, loops.attention(q, k, v, cfg.heads), atol=1e-4)

# %%
from tubevit_np.model.layers import merge_heads, split_heads

heads = [split_heads(part[None], cfg.heads) for part in (q, k, v)]  # (1, 3, 102, 32) each
mixed, attended = tv.attention(*heads)
assert np.allclose(merge_heads(mixed)[0], slow, atol=1e-4)
lesson.shapes(q=heads[0], attended=attended, mixed=mixed, merged=merge_heads(mixed))

# %% [markdown]
# `tv.attention` is that one line in two, for all heads of all clips: `swapaxes(-1, -2)` is `.T` of
# the last two axes. Training uses the functions of `tubevit_np/fast`, which have the same names but
# are tuned for a processor's caches; `tests/fast` holds them to these.

# %%
lesson.source(split_heads, tv.attention, merge_heads)

# %% [markdown]
# The weights as pictures, a row for each token that looks, a column for each that is looked at,
# with bars in the colors of the tubes. Each row sums to 1. Dark columns are tokens that many
# others look at. `N` tokens have `N · N` weights: twice as many tokens cost four times as much
# here, and that is why sparse tubes are worth having.

# %%
from tubevit_np.model.geometry import token_counts
from tubevit_np.plots.lesson_plots.arrays import draw_matrix, mark_tubes

counts = token_counts(cfg, clips.shape[1:4])
figure, axes = lesson.axes(1400, 470, 1, 3)
for head, ax in enumerate(axes):
    draw_matrix(ax, attended[0, head], f"head {head}", signed=False)
    mark_tubes(ax, counts, across=True)
lesson.show(figure, "Three matrices of 102 by 102 weights, one for each head; most of them are "
            "white, with a few dark columns.")

# %% [markdown]
# Where do those lie in the clip? Every panel shows the places of one kind of tube at one time, over
# the pale frame in its middle. The fuller the color, the more all tokens together look there.

# %%
from tubevit_np.plots.lesson_plots.frames import draw_weights, panels

figure, axes = lesson.axes(1400, 300, 1, panels(cfg, clips.shape[1:4]))
draw_weights(axes, clips[1], cfg, attended[0].mean(axis=(0, 1)))
lesson.show(figure, "Six panels of the clip with the places of the tubes; a few places on and "
            "around the disc are colored, most are not.")

# %% [markdown]
# A last matrix, `out`, mixes the channels of the heads. That is the whole of self-attention. Beside
# its result it returns a `cache`, every array on the way by its name: pictures and gradients
# (lesson 6) need them.

# %%
change, cache = tv.self_attention(x, **weights["attn"], heads=cfg.heads)
assert np.allclose(change[0], tv.linear(slow, **weights["attn"]["out"]), atol=1e-4)
lesson.source(tv.self_attention)

# %% [markdown]
# ## Each token alone: the MLP
#
# Attention only takes means. What a token makes of them is left to a small network, the **MLP**,
# the same for each token: from `D` to `M` channels, a bend, and back to `D`. The bend is **GELU**,
# which lets large numbers through and holds small and negative ones back. Without it two matrices
# in a row would be no more than one matrix.

# %%
mlp = weights["mlp"]
together, cache = tv.feed_forward(x, **mlp, form=cfg.gelu)
alone = [tv.linear(tv.gelu(tv.linear(each, **mlp["up"]), cfg.gelu), **mlp["down"]) for each in x[0]]
assert np.allclose(alone, together[0], atol=1e-4)
lesson.shapes(x=x, up=cache["up"], gelu=cache["gelu"], together=together)
lesson.source(tv.feed_forward)

# %% [markdown]
# GELU is `x` times the share of normally distributed numbers that are below `x`. The demo takes the
# usual formula with `tanh` for that share.

# %%
from tubevit_np.model.layers import normal_cdf

lesson.source(tv.gelu, normal_cdf)

# %%
line = np.linspace(-4, 4, 200)
figure, ax = lesson.axes(600, 330)
ax.plot(line, tv.gelu(line, cfg.gelu), color="#222222")
ax.plot(line, np.maximum(line, 0), color="#c9c9c9", zorder=0)
ax.set(xlabel="in", ylabel="GELU")
lesson.show(figure, "GELU: close to 0 below -3, dipping a little under 0 at -0.75, close to the "
            "input above 3. In gray for comparison the larger of 0 and the input.")

# %% [markdown]
# ## A block
#
# Attention and MLP do not replace a token, they **add** to it (a residual connection), each after a
# layer norm (Eq. 1 and 2 of the paper):
#
# `y = z + attention(norm(z))`, then `z = y + mlp(norm(y))`
#
# `tv.block` is these two lines; `attention_branch` and `mlp_branch` are what they add. Its `cache`
# names every array on the way, as `out` of `tv.forward` does for the whole model.

# %%
y = z + tv.self_attention(tv.layer_norm(z, **weights["ln1"], eps=cfg.eps), **weights["attn"],
                          heads=cfg.heads)[0]
new = y + tv.feed_forward(tv.layer_norm(y, **weights["ln2"], eps=cfg.eps), **mlp, form=cfg.gelu)[0]
block, cache = tv.block(z, **weights, heads=cfg.heads, eps=cfg.eps, form=cfg.gelu)
assert np.allclose(new, block, atol=1e-4) and np.array_equal(block, out["blocks.0"])
lesson.shapes(z=z, **{name.replace(".", "_"): each for name, each in cache.items()}, block=block)

# %%
from tubevit_np.model.layers import attention_branch, mlp_branch

lesson.source(attention_branch, mlp_branch, tv.block)

# %% [markdown]
# ## The encoder
#
# The demo has two blocks, ViT-B has twelve. Each adds to the tokens; a last layer norm follows. The
# picture shows the tokens after each step: all that they say is in one matrix, changed bit by bit.

# %%
steps = ["with_position", "blocks.0", "blocks.1", "norm"]
figure, axes = lesson.axes(1400, 360, 1, 4)
for ax, name in zip(axes, steps):
    draw_matrix(ax, out[name][0, ::2, ::2], name, columns="channels, every other")
    mark_tubes(ax, [count // 2 for count in counts])
lesson.show(figure, "Four matrices of tokens: with their positions, after the first block, after "
            "the second, and after the last layer norm, which brings them to one size.")

# %% [markdown]
# 102 tokens came in and 102 went out, each of which now knows of the others. In [lesson
# 5](05_pooling.ipynb) they become one answer.
#
# ## Exercises
#
# 1. How many numbers are in the parameters of one block? Write it with `D` and `M`, then check with
#    `tv.flatten(weights)`.
# 2. Without `√E` the scores are 5.7 times as large. Leave it out of the loop over heads, and
#    compare the largest weight of each row.
# 3. Set all of `weights["attn"]["qkv"]["w"]` for queries to zero (a copy, columns 0 to 95; the bias
#    as well). What are the weights then, and what does attention compute?
#
# <details><summary>Answers</summary>
#
# 1. Two norms: 4 D. Queries, keys, values: 3 D² + 3 D; out: D² + D. MLP: 2 D M + M + D. Together 4
#    D² + 2 D M + 9 D + M, which is 74784 for D = 96, M = 192: `sum(each.size for each in
#    tv.flatten(weights).values())`.
# 2. Most rows then put nearly all of their weight on one token: softmax of large scores is close to
#    "the largest takes all".
# 3. All scores are 0, so each of the 102 weights is 1/102, and every token gets the plain mean of
#    all values.
#
# </details>
