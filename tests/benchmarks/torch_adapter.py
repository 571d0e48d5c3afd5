"""The adapter of the PyTorch port: a complete example.

The port is tubevit_np/transfer/torch_model.py and, beside this file, torch_training.py.

    pip install torch==2.13.0
    python -m tubevit_np.conformance tests.benchmarks.torch_adapter:adapter

OPS[name] is a function of Tensors. The adapter converts arrays to Tensors and back."""

import json

import numpy as np
import torch
import torch.nn.functional as F

import tubevit_np as tv
from tests.benchmarks import torch_training as training
from tubevit_np.transfer import torch_model as model

nest, flatten = tv.nest, tv.flatten


class PyTorch:
    """adapter.op(**arguments) for every operation, and its gradients by autograd."""

    dtypes = ("float64", "float32")

    def __getattr__(self, op):
        if op not in OPS:
            raise AttributeError(op)
        return lambda **arguments: arrays(OPS[op](**tensors(arguments)))

    def vjp(self, op, inputs, attributes, cotangents, by):
        """Return {input: gradient} of the sum of answer times cotangents, by the inputs `by`."""
        inputs = tensors(inputs)
        live = [flatten(inputs)[name].requires_grad_() for name in by]
        answer = OPS[op](**inputs, **attributes)
        answer = answer if isinstance(answer, dict) else {"out": answer}
        grads = torch.autograd.grad([answer[name] for name in cotangents], live,
                                    [*tensors(cotangents).values()], materialize_grads=True)
        return arrays(dict(zip(by, grads, strict=True)))


def tensors(tree):
    """Copy the arrays of a tree to Tensors; clipping and AdamW change them in place."""
    if isinstance(tree, dict):
        return {name: tensors(value) for name, value in tree.items()}
    is_array = isinstance(tree, (np.ndarray, np.generic))  # NumPy scalars are not arrays
    return torch.from_numpy(np.array(tree, order="C")) if is_array else tree


def arrays(tree):
    if isinstance(tree, dict):
        return {name: arrays(value) for name, value in tree.items()}
    return tree.detach().numpy() if isinstance(tree, torch.Tensor) else tree


def config(cfg):
    return tv.from_json(json.dumps(cfg))


def each_tube(function, tubes, shape):
    return [function(tv.Tube(**tube), shape) for tube in tubes]


def init(cfg, seed):
    shapes = tv.shapes(config(cfg))
    return training.init(shapes, cfg["dim"], cfg["depth"], torch.Generator().manual_seed(seed))


def forward(params, x, cfg, heads):
    logits, out = model.forward(nest(params), x, config(cfg), heads)
    return flatten({"logits": logits}) | out


def clip(grads, most):
    return {"norm": training.clip(grads, most)} | flatten({"grads": grads})


def adamw(params, grads, m, v, **rest):
    training.adamw(params, grads, m, v, **rest)
    return flatten({"params": params, "m": m, "v": v})


def train(params, videos, video_labels, images, image_labels, cfg, head_of_videos, head_of_images,
          lr, warmup, weight_decay, clip, smoothing, rates, spectral):
    """Return losses and norms of joint steps."""
    cfg, steps, losses, norms = config(cfg), len(videos), [], []
    m, v = ({name: torch.zeros_like(w) for name, w in params.items()} for _ in "mv")
    sources = [(head_of_videos, videos, video_labels), (head_of_images, images, image_labels)]
    for step in range(steps):
        params = {name: w.detach().requires_grad_() for name, w in params.items()}
        logits = [(model.forward(nest(params), x[step], cfg, [head])[0][head], labels[step])
                  for head, x, labels in sources]
        loss = sum(training.cross_entropy(*pair, smoothing) for pair in logits)
        grads = dict(zip(params, torch.autograd.grad(loss, [*params.values()],
                                                     materialize_grads=True), strict=True))
        losses.append(loss.detach())
        norms.append(training.clip(grads, clip))
        rate = training.learning_rate(step, steps, lr, warmup)
        training.adamw(params, grads, m, v, step + 1, rate, weight_decay, rates, spectral)
    return {"losses": torch.stack(losses), "norms": torch.stack(norms)}


OPS = {
    "grid": lambda tubes, shape: np.array(each_tube(model.grid, tubes, shape)),
    "centres": lambda tubes, shape: torch.cat(each_tube(model.centers, tubes, shape)),
    "shapes": lambda cfg: {name: list(shape) for name, shape in tv.shapes(config(cfg)).items()},
    "preset": lambda name: json.loads(tv.to_json(tv.PRESETS[name])),
    "load": lambda path: flatten(tv.load(path)[0]),
    "tokenize": lambda params, video, cfg: model.tokenize(nest(params), video, config(cfg)),
    "tube_tokens": lambda video, w, b, tube: model.tube_tokens(video, w, b, tv.Tube(**tube)),
    "softmax": lambda x: x.softmax(-1),
    "attention": lambda q, k, v: F.scaled_dot_product_attention(q, k, v),
    "self_attention": lambda params, **rest: model.self_attention(**rest, **nest(params)),
    "feed_forward": lambda params, **rest: model.feed_forward(**rest, **nest(params)),
    "attention_pool": lambda params, **rest: model.attention_pool(**rest, **nest(params)),
    "block": lambda params, **rest: model.block(**rest, **nest(params)),
} | {function.__name__: function for function in (
    model.sincos_3d, model.resize_kernel, model.scale_uint8, model.layer_norm, model.gelu,
    model.gate, training.cross_entropy, training.learning_rate, init, forward, clip, adamw,
    train)}

adapter = PyTorch()
