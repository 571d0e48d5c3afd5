# %% [markdown]
# # 3. Attention, block and pooling
#
# After assignments 1 and 2, each token contains what its box shows and where the box lies in the
# video. Next, tokens exchange information. You build one block of the encoder from its parts, and
# the pooling that turns all tokens into one vector.
#
# **You will be able to**
#
# - write layer norm, and a softmax that does not overflow;
# - write attention for one attention head and for several, and say what each axis means;
# - put a pre-norm block together, and use a learned query to pool tokens;
# - explain why the order of tokens does not matter in any of these parts, and why scores are
#   scaled.
#
# Time: about two hours. You need matrix products and broadcasting. All arrays belong to one clip:
# `N` tokens with `D` channels, and `A` attention heads with `E = D / A` channels each. In this
# assignment "head" always means attention head.
#
# **How it works.** As in assignment 1: write your code where it says `YOUR CODE HERE`, run that
# cell, then run the cell below it. `python -m pytest` tests the saved notebook. Half of the points
# are for cases that you cannot see. In cells that you add, the grader runs only imports, functions
# and plain constants.
#
# **To read**
#
# - Lessons 4 and 5 of this project, `notebooks/04_attention.ipynb` and `05_pooling.ipynb`.
# - Vaswani and others, *Attention Is All You Need*, NeurIPS 2017, sections 3.2 and 3.3.
# - Dosovitskiy and others, *An Image is Worth 16x16 Words*, ICLR 2021, section 3.1.
# - Ba, Kiros and Hinton, *Layer Normalization*, 2016, section 3.
# - Lee and others, *Set Transformer*, ICML 2019, section 3.2, about pooling by attention.

# %% nbgrader={"schema_version": 3, "grade_id": "given_start", "grade": false, "solution": false, "locked": true, "task": false}
import numpy as np
from course import check, data, show

weights = data("weights")  # rows: queries, columns: keys
show(np.uint8(255 * (1 - weights / weights.max())), "102 by 102 attention weights, large ones "
     "dark: every token has large weights for near tokens, of its own tube and of other tubes.")


def linear(x, w, b):
    return x @ w + b


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))

# %% [markdown] course={"exercise": "layer_norm", "minutes": 10, "difficulty": 1}
# ## 3.1 Layer norm
#
# Give each token mean 0 and variance 1 over its own channels. Then multiply by the gain `g` and add
# the shift `b`, both `(D,)`:
#
# $$y = g \, \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + b$$
#
# The variance $\sigma^2$ is the mean of the squared differences from the mean $\mu$ (divide by $D$,
# not by $D - 1$). `eps` is $\varepsilon$. `x` is `(N, D)`.
#
# <details><summary>Hint</summary>
#
# Use `axis` and `keepdims`.
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
# Each token is normalized alone, so nothing depends on the batch. If the values of a token have an
# ordinary size, `eps` hardly changes the result. If they are small, `eps` does change it. So an
# `eps` in the wrong place can stay undetected for a long time.

# %% [markdown] course={"exercise": "softmax", "minutes": 8, "difficulty": 1}
# ## 3.2 Softmax
#
# Compute the softmax over the last axis of `x`: `exp(x)` divided by its sum. Scores may be as large
# as 1000 or as small as -1000, and the result must still be correct.
#
# <details><summary>Hint</summary>
#
# What happens to the result if you subtract the same number from all scores of a row?
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
# $e^{x - c} = e^x / e^c$, and the factor $e^c$ cancels. If you subtract the largest score, all
# exponents are at most 0. Use the largest score of each row: with the largest score of the whole
# array, another row may become $0 / 0$.

# %% [markdown] course={"exercise": "attention", "minutes": 12, "difficulty": 2}
# ## 3.3 Attention, one head
#
# The queries `q` are `(Q, E)`, the keys `k` and the values `v` are `(N, E)`. The score of query $i$
# and key $j$ is their dot product, divided by $\sqrt{E}$: $s_{ij} = q_i \cdot k_j / \sqrt{E}$. The
# weights of a query are the softmax of its scores.
#
# Return two arrays: for each query, the mean of the values with these weights, `(Q, E)`; and the
# weights themselves, `(Q, N)`.
#
# <details><summary>Hint</summary>
#
# One product of two matrices gives all scores at once. Over which axis must the weights sum to 1?
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
# Each row of `weights` belongs to one query and sums to 1, so every result is a weighted mean of
# values. There may be fewer queries than keys: pooling has a single query.

# %% [markdown] course={"exercise": "split_heads", "minutes": 10, "difficulty": 2}
# ## 3.4 Heads
#
# `x` is `(N, D)`, and `heads` is the number `A`. Return `(A, N, E)`: attention head `a` gets the
# channels `a * E` to `(a + 1) * E - 1` of every token.
#
# <details><summary>Hint</summary>
#
# Do the same as with the patches in assignment 1: `reshape` splits an axis, then axes change
# places.
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
# `reshape(heads, N, E)` has the right shape too, but it mixes channels of different tokens. Only
# the last axis may be split.

# %% [markdown] course={"exercise": "self_attention", "minutes": 15, "difficulty": 3}
# ## 3.5 Self-attention
#
# `qkv` and `out` are dicts with `"w"` and `"b"`. `linear(x, **qkv)` is `(N, 3 D)`: first the `D`
# channels of all queries, then the `D` channels of the keys, then the `D` channels of the values.
# Each attention head computes attention on its own channels and writes its result into the same
# channels. The linear layer `out` comes last. Return `(N, D)`.
#
# <details><summary>Hint</summary>
#
# Use `np.split(..., 3, axis=-1)`, then 3.4 for each of the three parts. How do you undo 3.4?
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
# Concatenating the results of all heads on the last axis puts each result into its own channels. A
# loop over heads is as good as one large product, because there are few heads.

# %% [markdown] course={"exercise": "block", "minutes": 15, "difficulty": 3}
# ## 3.6 A block
#
# Write a pre-norm block, as in equations 1 and 2 of the TubeViT paper (Piergiovanni, Kuo and
# Angelova, *Rethinking Video ViTs*, CVPR 2023):
#
# $$
# y = z + \text{attention}(\text{norm}_1(z)), \qquad
# \text{result} = y + \text{mlp}(\text{norm}_2(y))
# $$
#
# The MLP is `linear` with `mlp["up"]`, then `gelu`, then `linear` with `mlp["down"]`. `ln1` and
# `ln2` are dicts with `"g"` and `"b"`; `attn` has `"qkv"` and `"out"`. `linear` and `gelu` are
# given at the top of this notebook.
#
# <details><summary>Hint</summary>
#
# What is added to what? The `z` in the sum is the input of the norm, not its output.
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
# The input `z` passes through both sums without a norm. The norms act only on the inputs of
# attention and of the MLP. If the norm comes after the sum (post-norm, as in the first
# transformer), deep models are harder to train.

# %% [markdown] course={"exercise": "pool", "minutes": 12, "difficulty": 3}
# ## 3.7 From all tokens to one vector
#
# Pooling is attention with one learned query. The vector `probe`, `(D,)`, goes through the linear
# layer `q`. All tokens `x` go through the linear layer `kv`: its first `D` output channels are the
# keys, the other `D` are the values. There are several attention heads, as before. Then comes the
# linear layer `out`. Return `(D,)`.
#
# <details><summary>Hint</summary>
#
# `probe[None]` is an array with one token.
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
# Only the sums of attention depend on the number of tokens. No array of weights does, so a video
# and an image can use the same weights.

# %% [markdown] course={"exercise": "why_order", "minutes": 10, "difficulty": 2}
# ## 3.8 In words: does the order of tokens matter?
#
# You shuffle the rows of `z` before the block. How does the output of the block change? How does
# the output of pooling after the block change? So which part of the model contains the order?
# Answer in three to five sentences, with a reason for each part of a block.

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "why_order", "grade": true, "solution": true, "locked": false, "task": false, "points": 3}
# The block returns the same rows, shuffled in the same way: layer norm and MLP treat each row
# alone, and attention is a weighted sum over all rows, which does not depend on their order.
# Pooling returns the same vector, because it is also a weighted sum over all tokens, with one
# query. So only the positions, which were added to the tokens earlier, contain where a token was.
# Without them, a clip played backward could look the same.

# %% [markdown] tags=["rubric"]
# **3.8, does the order of tokens matter (3 points).** One point each for: the rows that the block
# returns are shuffled in the same way, with reasons; pooling stays the same; only positions contain
# the order.
#
# - *3 points.* "Norm and MLP are per token, attention sums over all tokens, so the output is
#   shuffled the same way. Pooling sums too, so its vector is unchanged. Order only enters by
#   positions."
# - *2 points.* "Everything is symmetric, so the pooled vector is the same and you need positions."
#   The answer says nothing about the rows that the block returns, and gives no reasons.
# - *0 to 1 point.* "The result changes because tokens are in the wrong place."

# %% [markdown] course={"exercise": "why_scale", "minutes": 10, "difficulty": 2}
# ## 3.9 In words: why divide by the root of E?
#
# Assume that the channels of queries and keys are independent, with mean 0 and variance 1. How
# large are scores without the division? What are the softmax weights for scores of this size, for
# $E = 64$? Why is that bad at the beginning of training? Answer in three to five sentences.

# %% [markdown] nbgrader={"schema_version": 3, "grade_id": "why_scale", "grade": true, "solution": true, "locked": false, "task": false, "points": 3}
# A score is a sum of $E$ products, each with variance 1, so its variance is $E$ and its typical
# size is $\sqrt{E}$: 8 for $E = 64$. With differences of 8 or more, softmax puts almost all weight
# on one token, because $e^8$ is about 3000. Then weights hardly change with the scores, and the
# gradient through softmax is almost zero. At the start of training it is random which token this
# is, and the model cannot easily unlearn it. After the division by $\sqrt{E}$, scores have variance
# 1 for any $E$.

# %% [markdown] tags=["rubric"]
# **3.9, why divide by the root of E (3 points).** One point each for: variance $E$, or size
# $\sqrt{E}$; softmax is almost one-hot; small gradients.
#
# - *3 points.* "The variance of the dot product is E, so scores are around ±8. Softmax saturates at
#   one token and its gradient vanishes. Dividing makes the variance 1."
# - *2 points.* "Without it scores are too large and softmax becomes one-hot, so training is slow."
#   The size is not derived.
# - *0 to 1 point.* "To normalize the attention." Softmax normalizes the weights anyway.
