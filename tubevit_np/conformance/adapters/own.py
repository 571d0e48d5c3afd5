"""The common part of the adapters of tubevit_np and tubevit_tg, which have the same functions.

OPS[name](p, **arguments) calls a function of package p; it nests and flattens parameters.
"""

import json
from types import SimpleNamespace

import numpy as np

import tubevit_np as tv
from tubevit_np.data.batch import Batch
from tubevit_np.model.layers import with_prefix

FIXED = {"smoothness": 0.0, "dropout": 0.0, "frozen": 0, "accumulate": 1, "kernel_rates": True,
         "precision": "float32"}  # fields of a Recipe that the suite does not vary
HOST = ("grid", "centres", "shapes", "preset", "sincos_3d", "learning_rate", "load", "init")


class Own:
    """adapter.op(**arguments) for every operation; subclasses convert arrays (enter, leave)."""

    def __init__(self, package):
        self.package = package

    def __getattr__(self, op):
        """Return the function of an operation."""
        if op not in OPS:
            raise AttributeError(op)
        return lambda **arguments: self.call(op, arguments)

    def call(self, op, arguments):
        """Call an operation; those of HOST take and return NumPy arrays in both packages."""
        if op in HOST:
            return OPS[op](self.package, **arguments)
        return self.leave(OPS[op](self.package, **self.enter(arguments)))

    def train(self, params, videos, video_labels, images, image_labels, cfg, head_of_videos,
              head_of_images, rates, lr, warmup, **recipe):
        """Return losses and norms of joint steps; the package sets the kernels' rates itself."""
        p, params, steps = self.package, self.enter(params), len(videos)
        labels = {head_of_videos: video_labels}, {head_of_images: image_labels}
        recipe = SimpleNamespace(**FIXED, **recipe)
        run = SimpleNamespace(cfg=config(cfg), weights=[1.0, 1.0], recipe=recipe,
                              counts=[videos.shape[1], images.shape[1]],
                              sources=[SimpleNamespace(labels=by_head) for by_head in labels])
        step, history = self.joint_step(p.nest(params), p.adamw_state(params), run), []
        for i in range(steps):
            batches = [Batch(x[i], {head: y[i] for head, y in by_head.items()})
                       for x, by_head in zip((videos, images), labels, strict=True)]
            history.append(step(i + 1, p.learning_rate(i, steps, lr, warmup), batches)[:2])
        losses, norms = np.transpose(history).astype(videos.dtype)
        return {"losses": losses, "norms": norms}


def config(cfg):
    return tv.from_json(json.dumps(cfg))


def tube_of(tube):
    return tv.Tube(**tube)


def each_tube(function, tubes, shape):
    return [function(tube_of(tube), shape) for tube in tubes]


def scale_uint8(p, x, mean, std):
    return p.model.model.scale_uint8(x, SimpleNamespace(mean=mean, std=std))


def self_attention(p, params, x, heads):
    return p.self_attention(x, **p.nest(params), heads=heads)[0]


def feed_forward(p, params, x, form):
    return p.feed_forward(x, **p.nest(params), form=form)[0]


def attention_pool(p, params, x, heads, eps, form):
    return p.attention_pool(x, **p.nest(params), heads=heads, eps=eps, form=form)[0]


def block(p, params, z, heads, eps, form):
    return p.block(z, **p.nest(params), heads=heads, eps=eps, form=form)[0]


def forward(p, params, x, cfg, heads):
    logits, out = p.forward(p.nest(params), x, config(cfg), tuple(heads))
    return with_prefix("logits", logits) | out


def clip(p, grads, most):
    return {"norm": p.clip(grads, most)} | with_prefix("grads", grads)


def adamw(p, params, grads, m, v, t, lr, weight_decay, rates, spectral):
    p.adamw_by_waves(params, grads, {"m": m, "v": v}, t, lr, weight_decay, rates, spectral)
    return with_prefix("params", params) | with_prefix("m", m) | with_prefix("v", v)


OPS = {
    "grid": lambda p, tubes, shape: np.array(each_tube(p.grid, tubes, shape)),
    "centres": lambda p, tubes, shape: np.concatenate(each_tube(p.centers, tubes, shape)),
    "shapes": lambda p, cfg: {name: list(shape) for name, shape in p.shapes(config(cfg)).items()},
    "preset": lambda p, name: json.loads(p.to_json(p.PRESETS[name])),
    "sincos_3d": lambda p, at, dim, tau: p.sincos_3d(at.astype(float), dim, tau).astype(at.dtype),
    "learning_rate": lambda p, **given: p.learning_rate(**given),
    "load": lambda p, path: p.flatten(p.load(path)[0]),
    "init": lambda p, cfg, seed: p.flatten(p.init(config(cfg), np.random.default_rng(seed))),
    "tokenize": lambda p, params, video, cfg: p.tokenize(p.nest(params), video, config(cfg)),
    "tube_tokens": lambda p, video, w, b, tube: p.tube_tokens(video, w, b, tube_of(tube)),
    "resize_kernel": lambda p, w, size: p.resize_kernel(w, size),
    "layer_norm": lambda p, **given: p.layer_norm(**given),
    "gelu": lambda p, **given: p.gelu(**given),
    "softmax": lambda p, **given: p.softmax(**given),
    "attention": lambda p, **given: p.attention(**given)[0],
    "gate": lambda p, z, z0, alpha, keep: p.gate(z, z0, alpha, keep),
    "cross_entropy": lambda p, **given: p.cross_entropy(**given),
} | {function.__name__: function for function in (
    scale_uint8, self_attention, feed_forward, attention_pool, block, forward, clip, adamw)}
