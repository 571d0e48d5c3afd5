# %% [markdown]
# # 3. Attention, block and pooling
#
# Tokens know what they show and where. Now they look at each other. You build the encoder's block
# from its parts, and the pooling that makes one vector of all tokens.
#
# **You will be able to**
#
# - write layer norm and a softmax that does not overflow;
# - write attention for one head and for several, and say what each axis means;
# - put a pre-norm block together, and pool tokens with a learned query;
# - explain why the order of tokens does not matter to any of this, and why scores are scaled.
#
# About two hours. You need matrix products and broadcasting. All arrays are of one clip: `N` tokens
# of `D` numbers, `A` heads of `E = D / A` channels.
#
# **How it works.** As in assignment 1: write where it says `YOUR CODE HERE`, run that cell, then
# the one below it, and `python -m pytest` judges the saved notebook. Half of the points are for
# cases that you cannot see. Of cells that you add, imports, functions and plain constants count.
#
# **To read**
#
# - Lessons 4 and 5 of this project, `notebooks/04_attention.ipynb` and `05_pooling.ipynb`.
# - Vaswani and others, *Attention Is All You Need*, NeurIPS 2017, sections 3.2 and 3.3.
# - Dosovitskiy and others, *An Image is Worth 16x16 Words*, ICLR 2021, section 3.1.
# - Ba, Kiros and Hinton, *Layer Normalization*, 2016, section 3.
# - Lee and others, *Set Transformer*, ICML 2019, section 3.2, for pooling by attention.

# %% nbgrader={"schema_version": 3, "grade_id": "given_start", "grade": false, "solution": false, "locked": true, "task": false}
import numpy as np
from course import check, data, show

weights = data("weights")  # who looks (rows) at whom (columns)
show(np.uint8(255 * (1 - weights / weights.max())), "102 by 102 weights of attention, dark where "
     "large: every token looks at tokens whose places are near, of its own tube and of others.")


def linear(x, w, b):
    return x @ w + b


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))

# %% [markdown] course={"exercise": "layer_norm", "minutes": 10, "difficulty": 1}
# ## 3.1 Layer norm
#
# Bring each token to mean 0 and variance 1 over its own channels, then multiply by the gain `g` and
# add the shift `b`, both `(D,)`. The variance is the mean of the squares (not divided by one less),
# and `eps` is added to it before the root. `x` is `(N, D)`.
#
# <details><summary>Hint</summary>
#
# `axis` and `keepdims`.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "layer_norm", "grade": false, "solution": true, "locked": false, "task": false}
def layer_norm(x, g, b, eps):
    ### BEGIN SOLUTION
    x = x - x.mean(axis=-1, keepdims=True)
    variance = (x ** 2).mean(axis=-1, keepdims=True)
    return x / np.sqrt(variance + eps) * g + b
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_layer_norm", "grade": true, "solution": false, "locked": true, "task": false, "points": 2}
check("layer_norm")

# %% [markdown] tags=["solution"]
# Each token is on its own, so nothing depends on the batch. With tokens of ordinary size `eps`
# hardly matters; with small ones it does, so a wrong place for it can stay unnoticed for long.

# %% [markdown] course={"exercise": "softmax", "minutes": 8, "difficulty": 1}
# ## 3.2 Softmax
#
# Over the last axis of `x`: `exp(x)` divided by its sum. Scores may be 1000 or -1000, and the
# result must still be right.
#
# <details><summary>Hint</summary>
#
# What happens to the result if the same number is taken off all scores of a row?
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "softmax", "grade": false, "solution": true, "locked": false, "task": false}
def softmax(x):
    ### BEGIN SOLUTION
    x = np.exp(x - x.max(axis=-1, keepdims=True))
    return x / x.sum(axis=-1, keepdims=True)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_softmax", "grade": true, "solution": false, "locked": true, "task": false, "points": 2}
check("softmax")

# %% [markdown] tags=["solution"]
# `exp(x - c) = exp(x) / exp(c)`, and the factor cancels. With the largest score taken off all
# exponents are at most 0. It must be the largest of each row: with that of the whole array another
# row may become 0 / 0.

# %% [markdown] course={"exercise": "attention", "minutes": 12, "difficulty": 2}
# ## 3.3 Attention, one head
#
# Queries `q` `(Q, E)`, keys `k` and values `v` `(N, E)`. A score is the dot product of a query with
# a key, divided by `√E`. Return two things: for each query the mean of the values, weighted by the
# softmax of its scores, `(Q, E)`; and the weights, `(Q, N)`.
#
# <details><summary>Hint</summary>
#
# All scores at once are a product of two matrices. Over which axis must the weights sum to 1?
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "attention", "grade": false, "solution": true, "locked": false, "task": false}
def attention(q, k, v):
    ### BEGIN SOLUTION
    weights = softmax(q @ k.T / np.sqrt(q.shape[-1]))
    return weights @ v, weights
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_attention", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("attention")

# %% [markdown] tags=["solution"]
# Each row of `weights` belongs to a query and sums to 1, so every result is a mean of values. There
# may be fewer queries than keys: pooling has a single one.

# %% [markdown] course={"exercise": "split_heads", "minutes": 10, "difficulty": 2}
# ## 3.4 Heads
#
# `x` is `(N, D)`. Return `(A, N, E)`: head `a` has the channels `a * E` to `(a + 1) * E - 1` of
# every token.
#
# <details><summary>Hint</summary>
#
# As with patches: `reshape` splits an axis, then axes change places.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "split_heads", "grade": false, "solution": true, "locked": false, "task": false}
def split_heads(x, heads):
    ### BEGIN SOLUTION
    return x.reshape(len(x), heads, -1).swapaxes(0, 1)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_split_heads", "grade": true, "solution": false, "locked": true, "task": false, "points": 2}
check("split_heads")

# %% [markdown] tags=["solution"]
# `reshape(heads, N, E)` has the right shape, too, but mixes channels of different tokens. Only the
# last axis may be split.

# %% [markdown] course={"exercise": "self_attention", "minutes": 15, "difficulty": 3}
# ## 3.5 Self-attention
#
# `qkv` and `out` are dicts with `"w"` and `"b"`. `linear(x, **qkv)` is `(N, 3 D)`: first the `D`
# channels of all queries, then those of the keys, then of the values. Each head does attention on
# its own channels. Its results go into the same channels, and `out` is a last linear layer: `(N,
# D)`.
#
# <details><summary>Hint</summary>
#
# `np.split(..., 3, axis=-1)`, then 3.4 for each of the three. How do you undo 3.4?
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "self_attention", "grade": false, "solution": true, "locked": false, "task": false}
def self_attention(x, qkv, out, heads):
    ### BEGIN SOLUTION
    q, k, v = (split_heads(part, heads) for part in np.split(linear(x, **qkv), 3, axis=-1))
    mixed = [attention(*head)[0] for head in zip(q, k, v)]
    return linear(np.concatenate(mixed, axis=-1), **out)
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_self_attention", "grade": true, "solution": false, "locked": true, "task": false, "points": 4}
check("self_attention")

# %% [markdown] tags=["solution"]
# Concatenating the heads' results on the last axis puts each into its own channels again. A loop
# over heads is as good as one large product; there are few heads.

# %% [markdown] course={"exercise": "block", "minutes": 15, "difficulty": 3}
# ## 3.6 A block
#
# Pre-norm, as in the paper's equations 1 and 2: `y = z + attention(norm(z))`, then `y +
# mlp(norm(y))`. The MLP is `linear` with `mlp["up"]`, `gelu`, `linear` with `mlp["down"]`. `ln1`
# and `ln2` are dicts with `"g"` and `"b"`, `attn` has `"qkv"` and `"out"`. `linear` and `gelu` are
# given above.
#
# <details><summary>Hint</summary>
#
# What is added to what? The sum takes `z` as it was before its norm.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "block", "grade": false, "solution": true, "locked": false, "task": false}
def block(z, ln1, attn, ln2, mlp, heads, eps):
    ### BEGIN SOLUTION
    y = z + self_attention(layer_norm(z, **ln1, eps=eps), **attn, heads=heads)
    wide = gelu(linear(layer_norm(y, **ln2, eps=eps), **mlp["up"]))
    return y + linear(wide, **mlp["down"])
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_block", "grade": true, "solution": false, "locked": true, "task": false, "points": 4}
check("block")

# %% [markdown] tags=["solution"]
# The stream `z` goes straight through both sums; norms are only on the way into each part. With the
# norm behind the sum (post-norm, as in the first transformer) deep models are harder to train.

# %% [markdown] course={"exercise": "pool", "minutes": 12, "difficulty": 3}
# ## 3.7 From all tokens to one vector
#
# Pooling is attention with one learned query: `probe` `(D,)` goes through the linear layer `q`; all
# tokens `x` go through `kv`, first the keys' `D` channels, then the values'. Several heads, as
# before; then the linear layer `out`. Return `(D,)`.
#
# <details><summary>Hint</summary>
#
# `probe[None]` is a list of one token.
#
# </details>

# %% nbgrader={"schema_version": 3, "grade_id": "pool", "grade": false, "solution": true, "locked": false, "task": false}
def pool(x, probe, q, kv, out, heads):
    ### BEGIN SOLUTION
    query = split_heads(linear(probe[None], **q), heads)
    k, v = (split_heads(part, heads) for part in np.split(linear(x, **kv), 2, axis=-1))
    mixed = [attention(*head)[0] for head in zip(query, k, v)]
    return linear(np.concatenate(mixed, axis=-1), **out)[0]
    ### END SOLUTION

# %% nbgrader={"schema_version": 3, "grade_id": "test_pool", "grade": true, "solution": false, "locked": true, "task": false, "points": 3}
check("pool")

# %% [markdown] tags=["solution"]
# The number of tokens appears nowhere but in the sums of attention, so a video and an image go
# through the same weights.

# %% [markdown] course={"exercise": "why_order", "minutes": 10, "difficulty": 2}
# ## 3.8 In words: does the order of tokens matter?
#
# You shuffle the rows of `z` before the block. What comes out of the block, and what out of pooling
# behind it? Which part of the model knows about order, then? Three to five sentences, with a reason
# for each part of a block.

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "why_order", "grade": true, "solution": true, "locked": false, "task": false, "points": 3}
# The block gives the same rows, shuffled in the same way: layer norm and MLP treat each row alone,
# and attention is a weighted sum over all rows, which does not depend on their order. Pooling gives
# the same vector, because it is such a sum with one query. So only the positions that were added to
# the tokens before know where a token was; without them a clip played backwards could look the
# same.

# %% [markdown] tags=["rubric"]
# **3.8, does the order of tokens matter (3 points).** One point each for: the block's rows are
# shuffled alike, with reasons; pooling stays the same; only positions know.
#
# - *3 points.* "Norm and MLP are per token, attention sums over all tokens, so the output is
#   shuffled the same way. Pooling sums too, so its vector is unchanged. Order only enters by
#   positions."
# - *2 points.* "Everything is symmetric, so the pooled vector is the same and you need positions."
#   Nothing on the block's rows, no reasons.
# - *0 to 1 point.* "The result changes because tokens are in the wrong place."

# %% [markdown] course={"exercise": "why_scale", "minutes": 10, "difficulty": 2}
# ## 3.9 In words: why divide by the root of E?
#
# Say queries and keys have independent channels of mean 0 and variance 1. How large are scores
# without the division, and what does softmax make of them for `E = 64`? Why is that bad at the
# beginning of training? Three to five sentences.

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "why_scale", "grade": true, "solution": true, "locked": false, "task": false, "points": 3}
# A score is a sum of E products of variance 1, so its variance is E and its size about √E: 8 for E
# = 64. Differences of 8 or more make softmax put almost all weight on one token, exp(8) is about
# 3000. Then weights hardly change with the scores, the gradient through softmax is almost zero, and
# what a token looks at, chosen at random, is hard to unlearn. Divided by √E, scores have variance 1
# for any E.

# %% [markdown] tags=["rubric"]
# **3.9, why divide by the root of E (3 points).** One point each for: variance E, or size √E;
# softmax almost one-hot; small gradients.
#
# - *3 points.* "The variance of the dot product is E, so scores are around ±8. Softmax saturates at
#   one token and its gradient vanishes. Dividing makes the variance 1."
# - *2 points.* "Without it scores are too large and softmax becomes one-hot, so training is slow."
#   No size is derived.
# - *0 to 1 point.* "To normalize the attention." Weights are normalized by softmax anyway.
