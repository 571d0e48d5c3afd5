# %% [markdown]
# # 4. Attention, blocks and the encoder
#
# A token describes one box of the clip. To distinguish a zoom from a turn, the model must compare
# tokens from different places. This is the job of **attention**: each token collects information
# from the other tokens. Attention and a small network that works on each token alone form a
# **block**. Several blocks in sequence are the **encoder**. This lesson builds a block from sums
# and products, and shows where the attention of the trained model goes. Each new term is in bold
# and in the [glossary](GLOSSARY.md).

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
# Some tokens are vectors with large numbers, others with small numbers. **Layer norm** brings each
# token to mean 0 and variance 1 over its $D$ channels. Then it multiplies each channel by a learned
# **gain** $g$ and adds a learned **shift** $b$:
#
# $$y = \frac{x - \text{mean}}{\sqrt{\text{variance} + \varepsilon}} \, g + b$$
#
# The small number $\varepsilon$ (`eps`) prevents a division by zero. The cell below computes one
# token in a loop, and then all tokens with the function of the package. It also prints the source
# of this function. The other functions in this lesson are just as short.

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
left.set(title="before: standard deviation", xlabel="102 tokens")
right.bar(range(102), ((x[0] - b) / g).std(axis=1), color="#5b7083")
right.set(title="after, without gain and shift", xlabel="102 tokens")
lesson.show(figure, "The standard deviation of each of the 102 tokens. Left: before layer norm it "
                    "differs strongly. Right: after layer norm, without gain and shift, it is 1 "
                    "for every token.")

# %% [markdown]
# ## Attention for one token
#
# Three matrices turn each token into three vectors:
#
# - the **query** describes what the token looks for,
# - the **key** describes what other tokens can find in it,
# - the **value** is the information that it passes on.
#
# The dot product of a query and a key is a score. The score is large if the query and the key
# match. **Softmax** turns the scores $s$ of one query into positive weights that sum to 1:
#
# $$p_n = \frac{e^{s_n}}{\sum_m e^{s_m}}$$
#
# The output is the weighted mean of the values, with these weights.

# %%
scores = np.array([2.0, 1.0, -1.0])
slow = [np.exp(score) / sum(np.exp(scores)) for score in scores]
assert np.allclose(slow, tv.softmax(scores))
assert np.allclose(tv.softmax(scores), tv.softmax(scores + 1000))  # the largest is taken off first
print(np.round(slow, 3), "sum", np.round(sum(slow), 3))
lesson.source(tv.softmax)

# %% [markdown]
# The $D$ channels are divided among $A$ **attention heads**, with $E = D / A$ channels each. Each
# attention head works on its own channels, so each can give its weight to different tokens. The
# cell below computes the output of attention head 0 for token 40. The scores are divided by
# $\sqrt{E}$. Without this division they would grow with $E$, and softmax would give almost all
# weight to one token.

# %%
qkv = tv.linear(x, **weights["attn"]["qkv"])
q, k, v = np.split(qkv[0], 3, axis=-1)  # (102, 96) each
E = cfg.dim // cfg.heads
scores = np.array([sum(q[40, :E] * k[n, :E]) / E ** 0.5 for n in range(len(k))])
share = tv.softmax(scores)
output = sum(share[n] * v[n, :E] for n in range(len(v)))
lesson.shapes(qkv=qkv, q=q, k=k, v=v, share=share, output=output)

# %% [markdown]
# ## All tokens, all attention heads
#
# For all tokens together, attention in one head is one formula. $Q$, $K$ and $V$ hold the queries,
# keys and values as rows:
#
# $$\text{attention}(Q, K, V) = \text{softmax}(Q K^\top / \sqrt{E}) \, V$$
#
# The next cell loops over the attention heads. It writes the output of each head into the channels
# of this head, and compares the result with the loops in `tubevit_np/conformance/loops/`. The cell
# after it needs no loop, because `split_heads` makes the heads an axis of the array.

# %%
from tubevit_np.conformance import loops

slow = np.zeros_like(q)
for head in range(cfg.heads):
    part = slice(head * E, (head + 1) * E)
    slow[:, part] = tv.softmax(q[:, part] @ k[:, part].T / E ** 0.5) @ v[:, part]
assert np.allclose(slow[40, :E], output, atol=1e-4)
assert np.allclose(slow, loops.attention(q, k, v, cfg.heads), atol=1e-4)

# %%
from tubevit_np.model.layers import merge_heads, split_heads

heads = [split_heads(part[None], cfg.heads) for part in (q, k, v)]  # (1, 3, 102, 32) each
mixed, attended = tv.attention(*heads)
assert np.allclose(merge_heads(mixed)[0], slow, atol=1e-4)
lesson.shapes(q=heads[0], attended=attended, mixed=mixed, merged=merge_heads(mixed))

# %% [markdown]
# `tv.attention` is this formula in two lines, for all attention heads of all clips.
# `swapaxes(-1, -2)` transposes the last two axes. Training uses the functions in `tubevit_np/fast`.
# They have the same names and compute the same, but they make better use of the processor's cache
# and run faster. The tests in `tests/fast` check that the results agree.

# %%
lesson.source(split_heads, tv.attention, merge_heads)

# %% [markdown]
# The pictures show the weights. Each row belongs to the query of one token, each column to the key
# of one token. The colored bars at the edges mark the tubes. Each row sums to 1. $N$ tokens have
# $N^2$ weights, so twice the number of tokens means four times the work here. For this reason a
# small number of tokens, as with sparse tubes, saves a lot.

# %%
from tubevit_np.model.geometry import token_counts
from tubevit_np.plots.lesson_plots.arrays import draw_matrix, mark_tubes

counts = token_counts(cfg, clips.shape[1:4])
figure, axes = lesson.axes(1400, 470, 1, 3)
for head, ax in enumerate(axes):
    draw_matrix(ax, attended[0, head], f"head {head}", signed=False)
    mark_tubes(ax, counts, across=True)
lesson.show(figure, "The 102 by 102 attention weights of each attention head. Most are close to 0 "
                    "(white). The dark columns are tokens that get weight from many others.")

# %% [markdown]
# Where do the tokens with large weights lie in the clip? Each panel shows the boxes of one tube at
# one time. Behind the boxes is the frame in the middle of this time.

# %%
from tubevit_np.plots.lesson_plots.frames import draw_weights, panels

figure, axes = lesson.axes(1400, 300, 1, panels(cfg, clips.shape[1:4]))
draw_weights(axes, clips[1], cfg, attended[0].mean(axis=(0, 1)))
lesson.show(figure, "The stronger the color of a box, the more weight its token gets from all "
                    "tokens. A few patches and a few 8x8x8 boxes have strong colors. All other "
                    "boxes get little weight in this block.")

# %% [markdown]
# A last matrix, `out`, mixes the channels of the attention heads. This completes
# **self-attention**. `tv.self_attention` also returns a `cache`, a dictionary that holds every
# intermediate array under its name. Pictures and gradients (lesson 6) use it.

# %%
change, cache = tv.self_attention(x, **weights["attn"], heads=cfg.heads)
assert np.allclose(change[0], tv.linear(slow, **weights["attn"]["out"]), atol=1e-4)
lesson.source(tv.self_attention)

# %% [markdown]
# ## Each token alone: the MLP
#
# Attention only computes weighted means of values. Then a small network, the **MLP** (multilayer
# perceptron), processes each token alone, with the same weights for all tokens. It goes from $D$ to
# $M$ channels, applies a nonlinear function, and goes back to $D$ channels. The function is
# **GELU**: it keeps large numbers and moves small and negative ones close to 0. Without it, the two
# matrices would be equivalent to one matrix.

# %%
mlp = weights["mlp"]
together, cache = tv.feed_forward(x, **mlp, form=cfg.gelu)
alone = [tv.linear(tv.gelu(tv.linear(each, **mlp["up"]), cfg.gelu), **mlp["down"]) for each in x[0]]
assert np.allclose(alone, together[0], atol=1e-4)
lesson.shapes(x=x, up=cache["up"], gelu=cache["gelu"], together=together)
lesson.source(tv.feed_forward)

# %% [markdown]
# $\text{GELU}(x) = x \, \Phi(x)$, where $\Phi(x)$ is the probability that a normally distributed
# number is below $x$. The demo model uses the common approximation of $\Phi$ with $\tanh$.

# %%
from tubevit_np.model.layers import normal_cdf

lesson.source(tv.gelu, normal_cdf)

# %%
line = np.linspace(-4, 4, 200)
figure, ax = lesson.axes(600, 330)
ax.plot(line, tv.gelu(line, cfg.gelu), color="#222222")
ax.plot(line, np.maximum(line, 0), color="#c9c9c9", zorder=0)
ax.set(xlabel="in", ylabel="GELU")
lesson.show(figure, "GELU (black) and, for comparison, the larger of 0 and the input (gray). GELU "
                    "is close to 0 below -3, slightly negative near -0.75, and close to its input "
                    "above 3.")

# %% [markdown]
# ## A block
#
# Attention and the MLP do not replace a token. Each *adds* its output to the token, which is
# called a **residual connection**. Each has a layer norm in front (Eq. 1 and 2 of the paper):
#
# $$y = z + \text{attention}(\text{norm}(z))$$
#
# $$z' = y + \text{MLP}(\text{norm}(y))$$
#
# `tv.block` computes these two lines. `attention_branch` and `mlp_branch` compute the terms that
# are added. The `cache` of `tv.block` holds the intermediate arrays of one block. The second result
# of `tv.forward`, `out`, holds the intermediate arrays of the whole model.

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
# The demo model has two blocks, ViT-B has twelve. Each block adds to the tokens, and a last layer
# norm follows.

# %%
steps = ["with_position", "blocks.0", "blocks.1", "norm"]
figure, axes = lesson.axes(1400, 360, 1, 4)
for ax, name in zip(axes, steps):
    draw_matrix(ax, out[name][0, ::2, ::2], name, columns="channels, every other")
    mark_tubes(ax, [count // 2 for count in counts])
lesson.show(figure, "The tokens at four places in the model, from left to right: after positions "
                    "are added, after the first block, after the second block, and after the last "
                    "layer norm. The layer norm brings all tokens to the same size.")

# %% [markdown]
# The encoder takes 102 tokens and returns 102 tokens, and each output token holds information from
# all others. In [lesson 5](05_pooling.ipynb) these tokens become one prediction.
#
# ## Exercises
#
# 1. How many parameters does one block have? Write a formula with $D$ and $M$, then check it with
#    `tv.flatten(weights)`.
# 2. Without the division by $\sqrt{E}$ the scores are 5.7 times as large. Remove the division from
#    the loop over the heads, and compare the largest weight of each row before and after.
# 3. Copy `weights["attn"]["qkv"]`, and set its query part to zero: columns 0 to 95 of `w`, and the
#    same part of the bias. What are the weights then, and what does attention compute?
#
# <details><summary>Answers</summary>
#
# 1. The two layer norms have $4D$ parameters. The matrix and bias for queries, keys and values have
#    $3D^2 + 3D$, and `out` has $D^2 + D$. The MLP has $2DM + M + D$. Together this is
#    $4D^2 + 2DM + 9D + M$, which is 74784 for $D = 96$, $M = 192$. Check:
#    `sum(each.size for each in tv.flatten(weights).values())`.
# 2. In most rows nearly all weight then goes to one token. Softmax of large scores is close to "the
#    largest score gets everything".
# 3. All scores are 0, so each of the 102 weights is $1/102$. Every token gets the plain mean of all
#    values.
#
# </details>
