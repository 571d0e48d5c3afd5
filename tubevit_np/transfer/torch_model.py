# SPDX-License-Identifier: Apache-2.0
"""TubeViT, sparse video tubes for videos and images, in PyTorch.

This file needs only torch and safetensors. From the folder that holds it and model.safetensors:

    import torch
    from model import load

    model = load()                                           # on the CPU, in eval mode
    video = torch.zeros(1, 16, 224, 224, 3, dtype=torch.uint8)  # (B, T, H, W, C), 0 to 255
    with torch.no_grad():
        logits = model(video)                                # {head: (B, K)}
    for head, names in model.labels.items():
        print(head, names[logits[head][0].argmax()])

An image is (B, H, W, C). Floats are taken as they are: scale them with (x / 255 - mean) / std of
model.cfg. model.trained_on has the number of frames and the size of the training. All functions
keep the precision of the weights. params is always the nested tree of the weights."""

import json
import math
from pathlib import Path
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn


class TubeViT(nn.Module):
    """The model of a Config, with parameters {dotted name: Tensor}, named as in state_dict.

    labels: {head: class names};  trained_on: {"frames": T, "size": pixels}."""

    def __init__(self, cfg, flat, labels=None, trained_on=None):
        super().__init__()
        self.cfg, self.labels, self.trained_on = cfg, labels or {}, trained_on or {}
        for name, tensor in flat.items():
            *path, last = name.split(".")
            part = self
            for step in path:
                if step not in part._modules:
                    part.add_module(step, nn.Module())
                part = part.get_submodule(step)
            part.register_parameter(last, nn.Parameter(tensor))

    def forward(self, x, heads=None):
        """Logits {head: (B, K)} of videos (B, T, H, W, C) or images (B, H, W, C), of all heads."""
        return forward(tree(self), x, self.cfg, heads or tuple(self.cfg.classes))[0]


def tree(module):
    """Return the parameters of a module as nested dicts."""
    return dict(module.named_parameters(recurse=False)) | {
        name: tree(part) for name, part in module.named_children()}


def load(path=None):
    """Read a TubeViT from a checkpoint; by default model.safetensors beside this file."""
    path = path or Path(__file__).with_name("model.safetensors")
    with safe_open(path, "pt") as file:
        notes = file.metadata()
    flat = {name: w for name, w in load_file(path).items() if not name.startswith("_")}
    cfg = SimpleNamespace(**json.loads(notes["config"]))
    cfg.tubes = [SimpleNamespace(**tube) for tube in cfg.tubes]
    trained_on = {name: int(notes[name]) for name in ("frames", "size") if name in notes}
    return TubeViT(cfg, flat, json.loads(notes.get("labels", "{}")), trained_on).eval()


def grid(tube, shape):
    """Return (nt, nh, nw), how many times a tube fits into (T, H, W); with a 0 it does not fit."""
    return tuple(max(0, (length - offset - kernel) // stride + 1) for length, offset, kernel, stride
                 in zip(shape, tube.offset, tube.kernel, tube.stride, strict=True))


def centers(tube, shape):
    """The center of every token of a tube in a (T, H, W) video: (N, 3) float64, w fastest."""
    axes = [offset + stride * torch.arange(count) + (kernel - 1 + stride - stride // factor) / 2
            for offset, stride, kernel, factor, count
            in zip(tube.offset, tube.stride, tube.kernel, tube.s2d, grid(tube, shape), strict=True)]
    return torch.cartesian_prod(*(axis.double() for axis in axes))


def sincos_3d(at, dim, tau):
    """(N, 3) -> (N, dim): sin t, cos t, sin h, cos h, sin w, cos w for each frequency, then zeros.

    Computed in float64 for any precision of at: in float32 an angle of 200 has an error of 1e-5."""
    count = dim // 6
    frequencies = tau ** -(torch.arange(count).double() / max(1, count))
    angles = at.double()[:, None] * frequencies[:, None]  # (N, dim // 6, 3)
    waves = torch.stack([angles.sin(), angles.cos()], -1).flatten(1)
    return F.pad(waves, (0, dim - 6 * count)).to(at.dtype)


def resize_kernel(w, size):
    """Trilinear, half-pixel centers: w (kt, kh, kw, C, D) -> (*size, C, D)."""
    w = w.permute(4, 3, 0, 1, 2)
    return F.interpolate(w, size, mode="trilinear", align_corners=False).permute(2, 3, 4, 1, 0)


def tube_kernel(params, cfg, i):
    """Return the kernel of tube i, or the first D/S channels of the shared kernel, resized."""
    tube = cfg.tubes[i]
    if not cfg.shared_kernel or tube.kernel[0] == 1:
        return params["tubes"][str(i)]["w"]
    return resize_kernel(params["kernel"]["w"][..., :cfg.dim // math.prod(tube.s2d)], tube.kernel)


def tube_tokens(video, w, b, tube):
    """video (B, T, H, W, C), w (kt, kh, kw, C, D/S), b (D/S,) -> (B, nt*nh*nw, D).

    One strided convolution for all members: they are stride / s2d apart, within a token and from
    token to token.  Each block of s2d neighbors is then one token, as in pixel_unshuffle."""
    steps = [stride // factor for stride, factor in zip(tube.stride, tube.s2d, strict=True)]
    spans = [slice(offset, offset + (count * factor - 1) * step + kernel)
             for offset, count, factor, step, kernel
             in zip(tube.offset, grid(tube, video.shape[1:4]), tube.s2d, steps, tube.kernel,
                    strict=True)]
    cut = pad_far(video, spans)[:, *spans].permute(0, 4, 1, 2, 3)
    members = F.conv3d(cut, w.permute(4, 3, 0, 1, 2), b, steps)
    for axis, factor in enumerate(tube.s2d):
        members = members.unflatten(2 + 2 * axis, (-1, factor))
    return members.permute(0, 2, 4, 6, 3, 5, 7, 1).flatten(4).flatten(1, 3)  # B, grid, s2d, D/S


def pad_far(video, spans):
    """Add zeros beyond the far edges where a member overruns them; else return the video itself."""
    t, h, w = (max(0, span.stop - length)
               for span, length in zip(spans, video.shape[1:4], strict=True))
    return F.pad(video, (0, 0, 0, w, 0, h, 0, t)) if t or h or w else video


def tokenize(params, video, cfg):
    """All tokens of a video, tube by tube: (B, N, D); a tube that does not fit gives none."""
    fitting = [i for i, tube in enumerate(cfg.tubes) if all(grid(tube, video.shape[1:4]))]
    if not fitting:
        raise ValueError(f"no tube fits into {tuple(video.shape[1:4])}: use a larger input")
    return torch.cat([tube_tokens(video, tube_kernel(params, cfg, i), params["tubes"][str(i)]["b"],
                                  cfg.tubes[i]) for i in fitting], 1)


def linear(x, w, b):
    return F.linear(x, w.T, b)  # ours is (in, out)


def layer_norm(x, g, b, eps):
    return F.layer_norm(x, g.shape, g, b, eps)


def gelu(x, form):
    return F.gelu(x, approximate="none" if form == "erf" else "tanh")


def attend(q, k, v, heads):
    """q (B, Q, D), k and v (B, N, D) -> (B, Q, D)."""
    q, k, v = (x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in (q, k, v))  # (B, A, N, E)
    return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


def self_attention(x, qkv, out, heads):
    return linear(attend(*linear(x, **qkv).chunk(3, -1), heads), **out)


def feed_forward(x, up, down, form):
    return linear(gelu(linear(x, **up), form), **down)


def block(z, ln1, attn, ln2, mlp, heads, eps, form):
    z = z + self_attention(layer_norm(z, **ln1, eps=eps), **attn, heads=heads)
    return z + feed_forward(layer_norm(z, **ln2, eps=eps), **mlp, form=form)


def attention_pool(x, probe, q, kv, out, heads, eps, form, ln=None, mlp=None):
    """x (B, N, D) -> (B, D)."""
    q = linear(probe, **q).expand(len(x), 1, -1)
    y = linear(attend(q, *linear(x, **kv).chunk(2, -1), heads)[:, 0], **out)
    return y if mlp is None else y + feed_forward(layer_norm(y, **ln, eps=eps), **mlp, form=form)


def gate(z, z0, alpha, keep):
    """z + tanh(alpha) * z0 where keep (N,): z and z0 (B, N, D)."""
    return z + alpha.tanh() * (z0 * keep[:, None])


def gated_tokens(cfg, shape):
    """(N,) bool: all tokens, or those of video tubes alone."""
    keep = [tube.kernel[0] > 1 or cfg.gate_tokens == "all" for tube in cfg.tubes]
    counts = [math.prod(grid(tube, shape)) for tube in cfg.tubes]
    return torch.tensor(keep).repeat_interleave(torch.tensor(counts))


def scale_uint8(x, mean, std):
    """(x / 255 - mean) / std as float32."""
    return x.float().mul_(1 / (255 * std)).sub_(mean / std)


def as_video(x, cfg):
    """x as a float video (B, T, H, W, C); an image becomes a video of one frame."""
    if x.ndim not in (4, 5) or not x.numel() or x.shape[-1] != cfg.channels:
        raise ValueError(f"input of shape {tuple(x.shape)}: a video is (B, T, H, W, C), an image "
                         f"(B, H, W, C), with {cfg.channels} channels")
    if x.dtype != torch.uint8 and not x.is_floating_point():
        raise ValueError(f"input of dtype {x.dtype}: use uint8 (0 to 255) or floats")
    video = x if x.ndim == 5 else x[:, None]
    return scale_uint8(video, cfg.mean, cfg.std) if x.dtype == torch.uint8 else video


def forward(params, x, cfg, heads):
    """Logits {head: (B, K)} of videos (B, T, H, W, C) or images (B, H, W, C), and intermediates."""
    if not cfg.classes.keys() >= set(heads):
        raise ValueError(f"no head {heads}; this model has {tuple(cfg.classes)}")
    video = as_video(x, cfg).to(params["norm"]["g"])  # dtype and device
    out = {"video": video, "tokens": tokenize(params, video, cfg)}
    at = torch.cat([centers(tube, video.shape[1:4]) for tube in cfg.tubes])
    at = cfg.position_scale * sincos_3d(at, cfg.dim, cfg.tau)
    z = out["with_position"] = out["tokens"] + at.to(video)
    for layer in range(cfg.depth):
        z = block(z, **params["blocks"][str(layer)], heads=cfg.heads, eps=cfg.eps, form=cfg.gelu)
        if layer == cfg.gate_layer:
            keep = gated_tokens(cfg, video.shape[1:4]).to(z.device)
            z = gate(z, out["with_position"], params["gate"]["alpha"], keep)
        out[f"blocks.{layer}"] = z
    out["norm"] = layer_norm(z, **params["norm"], eps=cfg.eps)
    out["pooled"] = attention_pool(out["norm"], **params["pool"], heads=cfg.heads, eps=cfg.eps,
                                   form=cfg.gelu)
    return {head: linear(out["pooled"], **params["heads"][head]) for head in heads}, out
