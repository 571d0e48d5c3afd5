"""The gradients of divided_attention.py, by hand."""

from tubevit_np.fast.backward import (
    block_backward,
    layer_norm_backward,
    linear_backward,
    self_attention_backward,
)
from tubevit_np.model.backward import select_prefix
from tubevit_np.model.layers import with_prefix
from tubevit_np.variants.divided_attention import by_frame, by_place, from_places


def divided_block_backward(d_y, z, cache, time, ln1, attn, ln2, mlp, frames, heads, eps, form,
                           block=block_backward, time_drop=None):
    """Back through the block within each frame, then through over_time."""
    d_x, grads = block(by_frame(d_y, frames), by_frame(cache["time.middle"], frames), cache,
                       ln1, attn, ln2, mlp, heads, eps, form)
    d_x = d_x.reshape(z.shape)
    d_change, d_time = over_time_backward(
        time_drop(d_x) if time_drop else d_x, z, select_prefix("time", cache), **time,
        frames=frames, heads=heads, eps=eps)
    return d_x + d_change, grads | with_prefix("time", d_time)


def over_time_backward(d_y, z, cache, ln, attn, fc, frames, heads, eps):
    """Back through fc, the attention over the frames of each place, the norm."""
    d_attended, d_fc = linear_backward(d_y, cache["attended"], fc["w"])
    d_x, d_attn = self_attention_backward(by_place(d_attended, frames),
                                          by_place(cache["ln"], frames),
                                          select_prefix("attn", cache), **attn, heads=heads)
    d_z, d_ln = layer_norm_backward(from_places(d_x, z.shape), z, ln["g"], eps)
    return d_z, with_prefix("ln", d_ln) | with_prefix("attn", d_attn) | with_prefix("fc", d_fc)
