"""Training TubeViT in PyTorch: initial values, loss, schedule, clipping and AdamW (Table 10).

Parameters, gradients and moments are flat dicts of Tensors with the names of tubevit_np.shapes."""

import math

import torch
import torch.nn.functional as F

BETA1, BETA2, EPS = 0.9, 0.95, 1e-8
KERNEL_NORM = 0.05


def init(shapes, dim, depth, generator):
    """New float32 parameters: biases and alpha 0, gains 1, all else normal."""
    def draw(name, shape):
        if name == "gate.alpha" or name.endswith((".b", ".g")):
            return torch.full(shape, float(name.endswith(".g")))
        fan_in = math.prod(shape[:-1]) if len(shape) > 1 else dim
        scale = KERNEL_NORM if len(shape) == 5 else 1.0
        if name.endswith(("attn.out.w", "mlp.down.w")):  # write into the residual stream
            scale = (2 * depth) ** -0.5
        return torch.randn(shape, generator=generator) * scale / math.sqrt(fan_in)
    return {name: draw(name, shape) for name, shape in shapes.items()}


def cross_entropy(logits, labels, smoothing=0.0):
    """Mean over the batch, in nats."""
    if not ((labels >= 0) & (labels < logits.shape[-1])).all():  # PyTorch would skip a -100
        raise ValueError(f"labels {labels.tolist()} do not fit {logits.shape[-1]} classes")
    return F.cross_entropy(logits, labels, label_smoothing=smoothing)


def learning_rate(step, steps, peak, warmup):
    """Learning rate at a 0-based step: linear warmup to peak, then half a cosine to 0."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def clip(grads, most):
    """Scale all gradients in place to a joint norm of at most `most`; return the norm before.

    torch.nn.utils.clip_grad_norm_ differs: it divides by the norm + 1e-6."""
    norm = torch.nn.utils.get_total_norm(grads.values())
    if norm > most:
        for g in grads.values():
            g *= most / norm
    return norm


def cosines(n, like):
    """Orthonormal cosines (DCT-II) as rows (n, n), lowest frequency first."""
    at = torch.arange(n).double()
    waves = torch.cos(math.pi / n * torch.outer(at, at + 0.5)) * math.sqrt(2 / n)
    waves[0] /= math.sqrt(2)
    return waves.to(like)


def to_waves(w):
    """Transform a kernel (kt, kh, kw, C, D) to frequencies along all axes except the last."""
    return torch.einsum("thwcd,it,jh,kw,lc->ijkld", w, *(cosines(n, w) for n in w.shape[:4]))


def from_waves(w):
    """Invert to_waves."""
    return torch.einsum("thwcd,ti,hj,wk,cl->ijkld", w, *(cosines(n, w) for n in w.shape[:4]))


@torch.no_grad()
def adamw(params, grads, m, v, t, lr, weight_decay=0.05, rates=None, spectral=True):
    """One step (t: 1-based) in place; with spectral, kernels and moments in a cosine basis.

    Other parameters are stepped as by torch.optim.AdamW, except those without a gradient: here
    it is 0, and moments and weights decay."""
    for name, w in params.items():
        rate, by_waves = lr * (rates or {}).get(name, 1.0), spectral and w.ndim == 5
        g = grads.get(name, torch.zeros_like(w))
        g = to_waves(g) if by_waves else g
        m[name].lerp_(g, 1 - BETA1)
        v[name].lerp_(g.square(), 1 - BETA2)
        size = (v[name] / (1 - BETA2**t)).sqrt()
        kernel_rms = size.square().mean((0, 1, 2, 3), keepdim=True).sqrt() if by_waves else 0.0
        change = m[name] / (1 - BETA1**t) / (size + kernel_rms + EPS)
        if w.ndim > 1:
            w.mul_(1 - rate * weight_decay)
        w.sub_(rate * (from_waves(change) if by_waves else change))
