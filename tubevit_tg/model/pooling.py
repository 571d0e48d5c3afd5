"""From all tokens to one vector: a learned query attends to them (Fig. 2, "Attention Pooling")."""

from tubevit_np.model.layers import with_prefix
from tubevit_tg.backend.operations import cast_like
from tubevit_tg.model.layers import (
    attention,
    feed_forward,
    layer_norm,
    linear,
    merge_heads,
    split_heads,
)


def attention_pool(x, probe, q, kv, out, heads, eps, form, ln=None, mlp=None):
    """attention(probe q, x k, x v) out, one query per head: x (B, N, D) -> (B, D), cache.

    probe (D,) is the learned query;  the columns of kv are k, v.  The paper only names it, in
    Fig. 2; its parameter totals fit one query with several heads.  With ln and mlp,
    y + MLP(LN(y)) follows."""
    cache = {"q": linear(probe[None, None], **q), "kv": linear(x, **kv)}  # (1, 1, D), (B, N, 2D)
    k, v = (split_heads(part, heads) for part in cache["kv"].chunk(2, dim=-1))
    mixed, cache["weights"] = attention(  # (B, A, 1, E)
        split_heads(cache["q"], heads), *cast_like(kv["w"], k, v))
    cache["mixed"] = merge_heads(mixed)[:, 0]  # (B, D)
    y = cache["attended"] = linear(cache["mixed"], **out)
    if mlp is None:
        return y, cache
    cache["ln"] = layer_norm(y, **ln, eps=eps)
    change, inner = feed_forward(cache["ln"], **mlp, form=form)
    return y + change, cache | with_prefix("mlp", inner)
