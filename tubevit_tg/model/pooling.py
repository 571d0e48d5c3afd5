"""From all tokens to one vector: a learned probe attends to them (Fig. 2, "Attention Pooling")."""

from tubevit_np.model.layers import with_prefix
from tubevit_tg.model.layers import (
    attention,
    feed_forward,
    layer_norm,
    linear,
    merge_heads,
    split_heads,
)


def attention_pool(x, probe, q, kv, out, heads, eps, form, ln=None, mlp=None):
    """x (B, N, D) -> (B, D), seen.  kv columns are k, v;  the order of tokens does not matter.

    The paper prints only the label; its parameter totals fit one learned query (probe (D,)) with
    multi-head attention.  With ln and mlp, y + mlp(ln(y)) follows."""
    seen = {"q": linear(probe[None, None], **q), "kv": linear(x, **kv)}  # (1, 1, D), (B, N, 2D)
    k, v = (split_heads(part, heads) for part in seen["kv"].chunk(2, dim=-1))
    k, v = k.cast(kv["w"].dtype), v.cast(kv["w"].dtype)  # as in self_attention
    mixed, seen["weights"] = attention(split_heads(seen["q"], heads), k, v)  # (B, A, 1, E)
    seen["mixed"] = merge_heads(mixed)[:, 0]  # (B, D)
    y = seen["attended"] = linear(seen["mixed"], **out)
    if mlp is None:
        return y, seen
    seen["ln"] = layer_norm(y, **ln, eps=eps)
    change, inner = feed_forward(seen["ln"], **mlp, form=form)
    return y + change, seen | with_prefix("mlp", inner)
