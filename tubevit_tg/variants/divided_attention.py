"""What TubeViT is compared with, where it takes more than other tubes: divided attention (Table 5).

TimeSformer (Bertasius, Wang and Torresani, ICML 2021) sees the 2D patches of every frame; a block
attends over the frames of each place, then over the places of each frame.  A second linear layer
after the attention over time is in none of its equations, but in its number of parameters.  Here
it has no class token and no learned positions: those are as everywhere.

All other baselines are tube sets (config.py)."""

from functools import partial

from tubevit_np.model.geometry import grid
from tubevit_np.model.layers import with_prefix
from tubevit_np.training.dropout import TIME, no_dropout
from tubevit_np.variants.divided_attention import by_frame, within_frames
from tubevit_tg.model.layers import block, layer_norm, linear, self_attention


def block_for(cfg, shape):
    """The block of a Config, to be called as layers.block, for a (T, H, W) video."""
    if cfg.attention == "global":
        return block
    return partial(divided_block, frames=grid(cfg.tubes[0], shape)[0])


def divided_block(z, time, ln1, attn, ln2, mlp, frames, heads, eps, form, drop=no_dropout,
                  layer=0, keep=True):
    """y = over_time(z) + z, then an ordinary block within each frame: z (B, N, D) -> (B, N, D).

    frames: how many the N tokens are of, t slowest.  In seen, what the ordinary block names is
    (B * frames, N / frames, ...), and time.attn.* is (B * N / frames, ..., frames, ...)."""
    change, inner = over_time(z, **time, frames=frames, heads=heads, eps=eps, keep=keep)
    y = z + drop(layer, TIME, change)
    seen = with_prefix("time", inner | {"middle": y})
    y, inner = block(by_frame(y, frames), ln1, attn, ln2, mlp, heads, eps, form,
                     within_frames(drop, z.shape), layer, keep)
    return y.reshape(z.shape), seen | inner if keep else {}


def over_time(z, ln, attn, fc, frames, heads, eps, keep=True):
    """What attention over the frames of each place adds to z (B, N, D)."""
    seen = {"ln": layer_norm(z, **ln, eps=eps)}
    y, inner = self_attention(by_place(seen["ln"], frames), **attn, heads=heads, keep=keep)
    seen |= with_prefix("attn", inner)
    seen["attended"] = from_places(y, z.shape)
    return linear(seen["attended"], **fc), seen


def by_place(z, frames):
    """(B, N, D) -> (B * N / frames, frames, D)."""
    z = z.reshape(z.shape[0], frames, -1, z.shape[-1]).transpose(1, 2)
    return z.reshape(-1, frames, z.shape[-1])


def from_places(z, shape):
    """To that shape, (B, N, D), the inverse of by_place."""
    z = z.reshape(shape[0], -1, *z.shape[1:]).transpose(1, 2)
    return z.reshape(shape)
