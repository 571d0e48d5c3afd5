"""From all tokens to one vector: a learned query attends to the tokens (Fig. 2)."""

import numpy as np

from tubevit_np.model.layers import (
    attention,
    feed_forward,
    layer_norm,
    linear,
    merge_heads,
    split_heads,
    with_prefix,
)
from tubevit_np.model.types import Array, Arrays, Params


def attention_pool(x: Array, probe: Array, q: Arrays, kv: Arrays, out: Arrays, heads: int,
                   eps: float, form: str, ln: Arrays | None = None, mlp: Params | None = None
                   ) -> tuple[Array, Arrays]:
    """Attention pooling: y = attention(probe `q`, k, v) `out`, where [k v] = x `kv`.

    One learned vector, the probe, gives the query of each head, and the queries attend to all
    tokens. With ln and mlp the result is y + MLP(LN(y)). The paper names the layer but does not
    describe it. The number of parameters in the paper matches this form without the MLP.

    Parameters
    ----------
    x : array, shape (B, N, D)
    probe : array, shape (D,)
        Learned; the same for every clip.
    q : dict, w (D, D), b (D,)
        Makes the queries from the probe.
    kv : dict, w (D, 2D), b (2D,)
        The columns are k, v.
    out : dict, w (D, D), b (D,)
        Applied to the concatenated heads.
    heads : int
        A, which divides D.
    eps : float
        Of the layer norm.
    form : {"tanh", "erf"}
        Form of the GELU.
    ln : dict, g (D,), b (D,), optional
        Weights of layer_norm.
    mlp : dict of up, down, optional
        Weights of feed_forward; the MLP needs both ln and mlp.

    Returns
    -------
    y : array, shape (B, D)
    cache : dict
        Arrays "q" (1, 1, D), "kv" (B, N, 2D), "weights" (B, A, 1, N), "mixed" and "attended"
        (B, D); with mlp also "ln", "mlp.up" and "mlp.gelu".

    References
    ----------
    Fig. 2, "Attention Pooling".
    """
    cache = {"q": linear(probe[None, None], **q), "kv": linear(x, **kv)}  # (1, 1, D), (B, N, 2D)
    k, v = (split_heads(part, heads) for part in np.split(cache["kv"], 2, axis=-1))
    mixed, cache["weights"] = attention(split_heads(cache["q"], heads), k, v)  # (B, A, 1, E)
    cache["mixed"] = merge_heads(mixed)[:, 0]  # (B, D)
    y = cache["attended"] = linear(cache["mixed"], **out)
    if mlp is None:
        return y, cache
    cache["ln"] = layer_norm(y, **(ln or {}), eps=eps)  # mlp without ln: a TypeError
    change, inner = feed_forward(cache["ln"], **mlp, form=form)
    return y + change, cache | with_prefix("mlp", inner)
