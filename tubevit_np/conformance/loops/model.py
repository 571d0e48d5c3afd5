"""The whole model on one clip."""

import numpy as np

from tubevit_np.conformance.loops.layers import block, divided_block, gate, layer_norm, linear, pool
from tubevit_np.conformance.loops.tubes import center, grid, kernel, places, position, tube_tokens


def tokens(p, video, cfg):
    return np.concatenate([tube_tokens(video, kernel(p, cfg, i), p[f"tubes.{i}.b"], tube)
                           for i, tube in enumerate(cfg.tubes)])


def centers(cfg, shape):
    """Return the centers of all tokens, in their order."""
    return [center(tube, place) for tube in cfg.tubes for place in places(grid(tube, shape))]


def gated(cfg, shape):
    """Return for each token whether the gate adds it again."""
    return [cfg.gate_tokens == "all" or tube.kernel[0] > 1
            for tube in cfg.tubes for _ in places(grid(tube, shape))]


def encoder_block(p, name, z, cfg, shape):
    if getattr(cfg, "attention", "global") == "global":
        return block(p, name, z, cfg.heads, cfg.eps, cfg.gelu)
    return divided_block(p, name, z, grid(cfg.tubes[0], shape)[0], cfg.heads, cfg.eps, cfg.gelu)


def encode(p, video, cfg, tau=None):
    """Map one clip (T, H, W, C) to the intermediates by name, up to "pooled" (1, D)."""
    at = [position(center, cfg.dim, tau or cfg.tau) for center in centers(cfg, video.shape[:3])]
    out = {"tokens": tokens(p, video, cfg)}
    learned = getattr(cfg, "position", "fixed") == "learned"
    at = p["position.w"] if learned else cfg.position_scale * np.array(at)
    z = out["with_position"] = out["tokens"] + at
    for layer in range(cfg.depth):
        z = encoder_block(p, f"blocks.{layer}", z, cfg, video.shape[:3])
        if layer == cfg.gate_layer:
            z = gate(z, out["with_position"], p["gate.alpha"], gated(cfg, video.shape[:3]))
        out[f"blocks.{layer}"] = z
    out["norm"] = layer_norm(z, p["norm.g"], p["norm.b"], cfg.eps)
    out["pooled"] = pool(p, out["norm"], cfg.heads, cfg.eps, cfg.gelu)
    return out


def forward(p, video, cfg, head):
    """Map one clip (T, H, W, C) to its logits (K,)."""
    return linear(encode(p, video, cfg)["pooled"], p[f"heads.{head}.w"], p[f"heads.{head}.b"])[0]
