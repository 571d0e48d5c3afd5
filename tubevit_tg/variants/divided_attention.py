"""Divided attention (Table 5): a block that attends over frames, then within each frame.

It follows TimeSformer (Bertasius, Wang and Torresani, ICML 2021), which uses the 2D patches of
every frame. The second linear layer after the attention over time is in none of its equations, but
its number of parameters includes the layer. Here the model has no class token and the usual
positions.
"""

from collections.abc import Callable

from tubevit_np.model.layers import with_prefix
from tubevit_np.variants.divided_attention import by_frame
from tubevit_tg.model.layers import block, layer_norm, linear, self_attention
from tubevit_tg.model.types import Array, Arrays, Params


def divided_block(z: Array, time: Params, ln1: Arrays, attn: Params, ln2: Arrays, mlp: Params,
                  frames: int, heads: int, eps: float, form: str, block: Callable = block,
                  time_drop: Callable | None = None) -> tuple[Array, Arrays]:
    """Divided block: y = z + over_time(z), then block(y) within each frame.

    over_time(z) = MSA(LN(z)) fc, over the frames of each place.

    Parameters
    ----------
    z : array, shape (B, N, D)
        Tokens in the order t, h, w; w changes fastest.
    time : dict of ln, attn, fc
        Weights of over_time.
    ln1, attn, ln2, mlp : dict
        Weights of block.
    frames : int
        Number of frames that the N tokens come from.
    heads : int
        A, which divides D.
    eps : float
        Of the layer norms.
    form : {"tanh", "erf"}
        Form of the GELU.
    block : callable, default block
        Block within each frame.
    time_drop : callable, optional
        Dropout of over_time.

    Returns
    -------
    y : array, shape (B, N, D)
    cache : dict
        The arrays of block, on (B * frames, N / frames, D), and "time.ln", "time.attn.x" (on
        (B * N / frames, frames, D)), "time.attended", "time.middle".

    References
    ----------
    Table 5.
    """
    change, inner = over_time(z, **time, frames=frames, heads=heads, eps=eps)
    y = z + (time_drop(change) if time_drop else change)
    cache = with_prefix("time", inner | {"middle": y})
    y, inner = block(by_frame(y, frames), ln1, attn, ln2, mlp, heads, eps, form)
    return y.reshape(z.shape), cache | inner


def over_time(z, ln, attn, fc, frames, heads, eps):
    """MSA(LN(z)) fc (B, N, D), where the attention is over the frames of each place."""
    cache = {"ln": layer_norm(z, **ln, eps=eps)}
    y, inner = self_attention(by_place(cache["ln"], frames), **attn, heads=heads)
    cache["attended"] = from_places(y, z.shape)
    return linear(cache["attended"], **fc), cache | with_prefix("attn", inner)


def by_place(z, frames):
    """(B, N, D) -> (B * N / frames, frames, D)."""
    z = z.reshape(z.shape[0], frames, -1, z.shape[-1]).transpose(1, 2)
    return z.reshape(-1, frames, z.shape[-1])


def from_places(z, shape):
    """Inverse of by_place, to `shape`, (B, N, D)."""
    z = z.reshape(shape[0], -1, *z.shape[1:]).transpose(1, 2)
    return z.reshape(shape)
