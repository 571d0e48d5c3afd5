"""The answers: plain loops over exact numbers, operation by operation.

The functions take the arguments of an adapter's functions. Arrays hold Exact numbers, and Tubes and
Configs replace plain dicts. Each function returns {name of the result: array}.
"""

import functools
import json
import math

import numpy as np

from tubevit_np.conformance import loops
from tubevit_np.conformance.exact import exact, exact_array, gradients
from tubevit_np.conformance.files import parameters
from tubevit_np.model.layers import with_prefix
from tubevit_np.model.params import shapes as param_shapes
from tubevit_np.model.presets import PRESETS
from tubevit_np.variants.config import to_json


def over_clips(function):
    """Apply a loop over one clip to every clip of the first argument (B, ...)."""
    @functools.wraps(function)
    def batched(x, *arguments):
        return {"out": np.array([function(clip, *arguments) for clip in x])}
    return batched


def grid(tubes, shape):
    return {"out": np.array([loops.grid(tube, shape) for tube in tubes])}


def centres(tubes, shape):
    places = [loops.center(tube, place) for tube in tubes
              for place in loops.places(loops.grid(tube, shape))]
    return {"out": np.array(places)}


def tokenize(params, video, cfg):
    return over_clips(lambda clip: loops.tokens(params, clip, cfg))(video)


def shapes(cfg):
    return {name: list(shape) for name, shape in param_shapes(cfg).items()}


def preset(name):
    return json.loads(to_json(PRESETS[name]))


def tube_tokens(video, w, b, tube):
    return over_clips(loops.tube_tokens)(video, w, b, tube)


def resize_kernel(w, size):
    return {"out": loops.resize_kernel(w, size)}


def sincos_3d(at, dim, tau):
    return {"out": np.array([loops.position(place, dim, exact(tau)) for place in at])}


def layer_norm(x, g, b, eps):
    return over_clips(loops.layer_norm)(x, g, b, eps)


def gelu(x, form):
    return {"out": np.array([[loops.gelu(value, form) for value in row] for row in x])}


def softmax(x):
    rows = [loops.softmax(row) for row in x.reshape(-1, x.shape[-1])]
    return {"out": np.array(rows).reshape(x.shape)}


def scale_uint8(x, mean, std):
    return {"out": (exact_array(x) / 255 - mean) / std}


def attention(q, k, v):
    """Attention of each head of each clip."""
    return {"out": np.array([[loops.attention(*head, 1) for head in zip(*clip, strict=True)]
                             for clip in zip(q, k, v, strict=True)])}


def self_attention(params, x, heads):
    named = with_prefix("a", params)
    return over_clips(lambda clip: loops.self_attention(named, "a", clip, heads))(x)


def feed_forward(params, x, form):
    named = with_prefix("m", params)
    return over_clips(lambda clip: loops.feed_forward(named, "m", clip, form))(x)


def attention_pool(params, x, heads, eps, form):
    pool = with_prefix("pool", params)
    return over_clips(lambda clip: loops.pool(pool, clip, heads, eps, form)[0])(x)


def gate(z, z0, alpha, keep):
    return {"out": np.array([loops.gate(*clip, alpha[()], keep) for clip in zip(z, z0)])}


def cross_entropy(logits, labels, smoothing):
    return {"out": np.array(loops.cross_entropy(logits, labels, smoothing))}


def block(params, z, heads, eps, form):
    named = with_prefix("b", params)
    return over_clips(lambda clip: loops.block(named, "b", clip, heads, eps, form))(z)


def forward(params, x, cfg, heads):
    """Return logits by head, and the intermediates; an image is a video of one frame."""
    if x.dtype == np.uint8:
        x = scale_uint8(x, cfg.mean, cfg.std)["out"]
    video = x if x.ndim == 5 else x[:, None]
    clips = [loops.encode(params, clip, cfg, exact(cfg.tau)) for clip in video]
    out = {name: np.array([clip[name] for clip in clips]) for name in clips[0]}
    out["pooled"] = out["pooled"][:, 0]
    return {f"logits.{head}": loops.linear(out["pooled"], params[f"heads.{head}.w"],
                                           params[f"heads.{head}.b"]) for head in heads} | out


def learning_rate(**arguments):
    return {"out": np.array(loops.learning_rate(**arguments, pi=exact(math.pi)))}


def clip(grads, most):
    grads, norm = loops.clip(grads, most)
    return {"norm": np.array(norm)} | with_prefix("grads", grads)


def adamw(params, grads, m, v, t, lr, weight_decay, rates, spectral):
    """Step one number, or one channel of a kernel, after the other."""
    found = {}
    for name, w in params.items():
        rate, decay = lr * rates.get(name, 1.0), weight_decay * (w.ndim > 1)
        g = grads.get(name, exact_array(np.zeros(w.shape)))
        step = _by_waves if spectral and w.ndim == 5 else _by_number
        new = step(w, m[name], v[name], g, t, rate, decay)
        found |= {f"{kind}.{name}": x for kind, x in zip(("params", "m", "v"), new, strict=True)}
    return found


def _by_number(w, m, v, g, t, rate, decay):
    m, v = loops.moments(m, v, g)
    return np.asarray(np.frompyfunc(loops.adamw, 6, 1)(w, m, v, t, rate, decay), object), m, v


def _by_waves(w, m, v, g, t, rate, decay):
    pi, new = exact(math.pi), np.empty_like(w)
    waves = [loops.to_waves(g[..., d], pi) for d in range(w.shape[-1])]
    m, v = loops.moments(m, v, np.stack(waves, axis=-1))
    for d in range(w.shape[-1]):
        old = loops.to_waves(w[..., d], pi)
        stepped = loops.adamw_waves(*(x.ravel() for x in (old, m[..., d], v[..., d])),
                                    t, rate, decay)
        new[..., d] = loops.from_waves(stepped.reshape(old.shape), pi)
    return new, m, v


def train(params, videos, video_labels, images, image_labels, cfg, head_of_videos, head_of_images,
          lr, warmup, weight_decay, clip, smoothing, rates, spectral):
    """Losses and norms of joint steps."""
    history, steps = [], len(videos)
    m, v = ({name: exact_array(np.zeros(w.shape)) for name, w in params.items()} for _ in "mv")
    for step in range(steps):
        params = {name: exact_array(w, live=True) for name, w in params.items()}
        loss = sum(loops.cross_entropy(forward(params, x[step], cfg, [head])[f"logits.{head}"],
                                       labels[step], smoothing)
                   for x, labels, head in ((videos, video_labels, head_of_videos),
                                           (images, image_labels, head_of_images)))
        grads, norm = loops.clip(gradients(loss, params), clip)
        history.append((loss, norm))
        rate = learning_rate(step=step, steps=steps, peak=lr, warmup=warmup)["out"][()]
        old = {name: exact_array(w) for name, w in params.items()}
        new = adamw(old, grads, m, v, step + 1, rate, weight_decay, rates, spectral)
        params, m, v = ({name: new[f"{kind}.{name}"] for name in params}
                        for kind in ("params", "m", "v"))
    losses, norms = zip(*history, strict=True)
    return {"losses": np.array(losses), "norms": np.array(norms)}


def load(path):
    return parameters()


def init(cfg, seed):
    """Return {name: [shape, mean, standard deviation]} of new parameters."""
    return {name: [list(shape), *_spread(name, shape, cfg)]
            for name, shape in param_shapes(cfg).items()}


def _spread(name, shape, cfg):
    if name.endswith((".b", ".g", ".alpha")):
        return [float(name.endswith(".g")), 0.0]
    size = {5: 0.05}.get(len(shape), 1.0)  # tube kernels have a norm of 0.05
    if name.endswith(("attn.out.w", "mlp.down.w")):
        size = 1 / math.sqrt(2 * cfg.depth)  # so that depth does not grow the residual stream
    return [0.0, size / math.sqrt(math.prod(shape[:-1]) if len(shape) > 1 else cfg.dim)]
