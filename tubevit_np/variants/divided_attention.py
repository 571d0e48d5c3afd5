"""Divided attention, another block (Table 5): over the frames of a place, then within a frame.

TimeSformer (Bertasius, Wang and Torresani, ICML 2021) takes the 2D patches of every frame.  A
second linear layer after the attention over time is in none of its equations, but in its number of
parameters.  Here it has no class token, and positions as everywhere."""

from tubevit_np.fast.layers import block, layer_norm, linear, self_attention
from tubevit_np.model.layers import with_prefix


def divided_block(z, time, ln1, attn, ln2, mlp, frames, heads, eps, form, block=block,
                  time_drop=None, return_intermediates=True):
    """y = over_time(z) + z, then an ordinary block within each frame: z (B, N, D) -> (B, N, D).

    frames: the number of frames of the N tokens, t slowest.  block: the ordinary block.  time_drop:
    dropout of over_time.  In the cache, the ordinary block's names are (B * frames, N / frames,
    ...), and time.attn.* is (B * N / frames, ..., frames, ...)."""
    change, inner = over_time(z, **time, frames=frames, heads=heads, eps=eps,
                              return_intermediates=return_intermediates)
    y = z + (time_drop(change) if time_drop else change)
    cache = with_prefix("time", inner | {"middle": y})
    y, inner = block(by_frame(y, frames), ln1, attn, ln2, mlp, heads, eps, form,
                     return_intermediates=return_intermediates)
    return y.reshape(z.shape), cache | inner if return_intermediates else {}


def over_time(z, ln, attn, fc, frames, heads, eps, return_intermediates=True):
    """What attention over the frames of each place adds to z (B, N, D)."""
    cache = {"ln": layer_norm(z, **ln, eps=eps)}
    y, inner = self_attention(by_place(cache["ln"], frames), **attn, heads=heads,
                              return_intermediates=return_intermediates)
    cache["attended"] = from_places(y, z.shape)
    return linear(cache["attended"], **fc), cache | with_prefix("attn", inner)


def by_frame(z, frames):
    """(B, N, D) -> (B * frames, N / frames, D)."""
    return z.reshape(z.shape[0] * frames, -1, z.shape[-1])


def by_place(z, frames):
    """(B, N, D) -> (B * N / frames, frames, D)."""
    z = z.reshape(z.shape[0], frames, -1, z.shape[-1]).swapaxes(1, 2)
    return z.reshape(-1, frames, z.shape[-1])


def from_places(z, shape):
    """The inverse of by_place, to `shape`, (B, N, D)."""
    z = z.reshape(shape[0], -1, *z.shape[1:]).swapaxes(1, 2)
    return z.reshape(shape)
