"""The adapter of the NumPy reference, tubevit_np/model, with its hand-written gradients."""

import copy

import tubevit_np as tv
from tubevit_np.conformance.adapters.own import Own, config, tube_of
from tubevit_np.model import backward as reference
from tubevit_np.model.layers import with_prefix
from tubevit_np.training.cosine_basis import adamw_by_waves, kernel_rates
from tubevit_np.training.loss import cross_entropy, cross_entropy_backward
from tubevit_np.training.optim import clip_grad_norm


class Numpy(Own):
    """Adapter of a package; gradients: the module of its backward functions."""

    dtypes = ("float64", "float32")

    def __init__(self, package, gradients):
        super().__init__(package)
        self.gradients = gradients

    def enter(self, tree):
        return copy.deepcopy(tree)  # clipping and AdamW change arrays in place

    def leave(self, tree):
        return tree

    def joint_step(self, params, moments, run):
        """Return a function that does one step; it adds the losses of videos and images."""
        flat = tv.flatten(params)

        def step(t, lr, batches):
            results = [self.loss_and_gradients(params, batch, run) for batch in batches]
            grads = {name: sum(part[name] for _, part in results if name in part)
                     for name in flat}
            norm = clip_grad_norm(grads, run.recipe.clip)
            adamw_by_waves(flat, grads, moments, t, lr, run.recipe.weight_decay,
                           kernel_rates(flat), run.recipe.spectral)
            return sum(loss for loss, _ in results), norm

        return step

    def loss_and_gradients(self, params, batch, run):
        smoothing = run.recipe.smoothing
        logits, out = self.package.forward(params, batch.x, run.cfg, tuple(batch.labels))
        loss = sum(cross_entropy(logits[head], y, smoothing) for head, y in batch.labels.items())
        d_logits = {head: cross_entropy_backward(logits[head], y, smoothing)
                    for head, y in batch.labels.items()}
        return loss, self.gradients.backward(params, out, d_logits, run.cfg)

    def vjp(self, op, inputs, attributes, cotangents, by):
        """Return {input: gradient} of the sum of answer times cotangents; all, not only `by`."""
        d = cotangents.get("out", cotangents)
        if "params" in inputs:
            inputs = inputs | {"params": tv.nest(inputs["params"])}
        return VJPS[op](self.package, self.gradients, d, **inputs, **attributes)


def tube_tokens(p, back, d, video, w, b, tube):
    return back.tube_tokens_backward(d, video, tube_of(tube))


def layer_norm(p, back, d, x, g, b, eps):
    d_x, grads = back.layer_norm_backward(d, x, g, eps)
    return {"x": d_x} | grads


def attention(p, back, d, q, k, v):
    _, weights = p.attention(q, k, v)
    return dict(zip("qkv", back.attention_backward(d, q, k, v, weights), strict=True))


def composite(name):
    """Return the gradient of a function that returns (y, cache), by x (or z) and parameters."""
    def vjp(p, back, d, params, **rest):
        x = rest.pop("z", None)
        key, x = ("x", rest.pop("x")) if x is None else ("z", x)
        _, cache = getattr(p, name)(x, **params, **rest)
        d_x, grads = getattr(back, f"{name}_backward")(d, x, cache, **params, **rest)
        return {key: d_x} | with_prefix("params", grads)

    return vjp


def gate(p, back, d, z, z0, alpha, keep):
    d_z, d_z0, grads = reference.gate_backward(d, z0, alpha, keep)
    return {"z": d_z, "z0": d_z0} | grads


def forward(p, back, d, params, x, cfg, heads):
    cfg, d_logits = config(cfg), {name.removeprefix("logits."): array for name, array in d.items()}
    _, out = p.forward(params, x, cfg, tuple(heads))
    return with_prefix("params", back.backward(params, out, d_logits, cfg))


VJPS = {
    "tube_tokens": tube_tokens, "layer_norm": layer_norm, "attention": attention, "gate": gate,
    "forward": forward,
    "resize_kernel": lambda p, back, d, w, size: {
        "w": reference.resize_kernel_backward(d, w.shape[:3])},
    "gelu": lambda p, back, d, x, form: {"x": back.gelu_backward(d, x, form)},
    "softmax": lambda p, back, d, x: {"x": back.softmax_backward(d, tv.softmax(x))},
    "cross_entropy": lambda p, back, d, logits, labels, smoothing: {
        "logits": d * cross_entropy_backward(logits, labels, smoothing)},
} | {name: composite(name)
     for name in ("self_attention", "feed_forward", "attention_pool", "block")}

adapter = Numpy(tv, reference)
