"""The adapter of the NumPy package; its gradients are those written by hand in backward.py."""

import copy

import tubevit_np as tv
from tubevit_np.conformance.adapters.own import Own, config, tube_of
from tubevit_np.conformance.case import with_prefix
from tubevit_np.model.backward import (
    attention_backward,
    attention_pool_backward,
    backward,
    block_backward,
    cross_entropy_backward,
    feed_forward_backward,
    gate_backward,
    gelu_backward,
    layer_norm_backward,
    resize_kernel_backward,
    self_attention_backward,
    softmax_backward,
    tube_tokens_backward,
)

try:
    from tubevit_np.training.train import joint_step
except ImportError:  # its module also holds the loop, which needs more than NumPy
    joint_step = None


class Numpy(Own):
    dtypes = ("float64", "float32")

    def enter(self, tree):
        return copy.deepcopy(tree)  # clipping and AdamW work in place

    def leave(self, tree):
        return tree

    def joint_step(self, params, moments, run):
        if joint_step is None:
            raise NotImplementedError("training in NumPy needs threadpoolctl and tqdm")
        return joint_step(params, moments, run, pool=None)

    def vjp(self, op, inputs, attributes, cotangents, by):
        """{input: gradient} of the sum of op's answer times the cotangents; all, not only `by`."""
        d = cotangents.get("out", cotangents)
        if "params" in inputs:
            inputs = inputs | {"params": tv.nest(inputs["params"])}
        return VJPS[op](d, **inputs, **attributes)


def tube_tokens(d, video, w, b, tube):
    return tube_tokens_backward(d, video, tube_of(tube))


def layer_norm(d, x, g, b, eps):
    d_x, found = layer_norm_backward(d, x, g, eps)
    return {"x": d_x} | found


def attention(d, q, k, v):
    _, weights = tv.attention(q, k, v)
    return dict(zip("qkv", attention_backward(d, q, k, v, weights), strict=True))


def self_attention(d, params, x, heads):
    _, cache = tv.self_attention(x, **params, heads=heads)
    d_x, found = self_attention_backward(d, x, cache, **params, heads=heads)
    return {"x": d_x} | with_prefix("params", found)


def feed_forward(d, params, x, form):
    _, cache = tv.feed_forward(x, **params, form=form)
    d_x, found = feed_forward_backward(d, x, cache, **params, form=form)
    return {"x": d_x} | with_prefix("params", found)


def attention_pool(d, params, x, **rest):
    _, cache = tv.attention_pool(x, **params, **rest)
    d_x, found = attention_pool_backward(d, x, cache, **params, **rest)
    return {"x": d_x} | with_prefix("params", found)


def block(d, params, z, **rest):
    _, cache = tv.block(z, **params, **rest)
    d_z, found = block_backward(d, z, cache, **params, **rest)
    return {"z": d_z} | with_prefix("params", found)


def gate(d, z, z0, alpha, keep):
    d_z, d_z0, found = gate_backward(d, z0, alpha, keep)
    return {"z": d_z, "z0": d_z0} | found


def forward(d, params, x, cfg, heads):
    cfg, d_logits = config(cfg), {name.removeprefix("logits."): array for name, array in d.items()}
    _, out = tv.forward(params, x, cfg, tuple(heads))
    return with_prefix("params", backward(params, out, d_logits, cfg))


VJPS = {
    "resize_kernel": lambda d, w, size: {"w": resize_kernel_backward(d, w.shape[:3])},
    "gelu": lambda d, x, form: {"x": gelu_backward(d, x, form)},
    "softmax": lambda d, x: {"x": softmax_backward(d, tv.softmax(x))},
    "cross_entropy": lambda d, logits, labels, smoothing: {
        "logits": d * cross_entropy_backward(logits, labels, smoothing)},
} | {function.__name__: function for function in (
    tube_tokens, layer_norm, attention, self_attention, feed_forward, attention_pool, block, gate,
    forward)}

adapter = Numpy(tv)
