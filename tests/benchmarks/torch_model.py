"""The same model in PyTorch as its users would write it: the opponent of the training benchmark."""

import torch
import torch.nn.functional as F

from tubevit_np import positions


def tokens(params, video, cfg):
    """video (B, T, H, W, C) -> (B, N, D) by strided 3D convolutions; no space-to-depth."""
    video, parts = video.permute(0, 4, 1, 2, 3), []
    for i, tube in enumerate(cfg.tubes):
        t, h, w = tube.offset
        if all(a >= b for a, b in zip(video.shape[2:], tube.extent, strict=True)):
            kernel = params[f"tubes.{i}.w"].permute(4, 3, 0, 1, 2)
            cut = F.conv3d(video[:, :, t:, h:, w:], kernel, params[f"tubes.{i}.b"], tube.stride)
            parts.append(cut.flatten(2).transpose(1, 2))
    return torch.cat(parts, 1)


def forward(params, video, cfg, heads):
    """Logits {head: (B, K)}; params: {our name: Tensor}; video: float (B, T, H, W, C)."""
    def linear(x, name):
        return F.linear(x, params[f"{name}.w"].T, params[f"{name}.b"])

    def norm(x, name):
        return F.layer_norm(x, (cfg.dim,), params[f"{name}.g"], params[f"{name}.b"], cfg.eps)

    def split(x):
        return x.unflatten(-1, (cfg.heads, -1)).transpose(1, 2)

    def attend(q, k, v):
        mixed = F.scaled_dot_product_attention(split(q), split(k), split(v))
        return mixed.transpose(1, 2).flatten(2)

    at = torch.from_numpy(positions(cfg, tuple(video.shape[1:4]))).to(video.dtype)
    z = tokens(params, video, cfg) + at
    for layer in range(cfg.depth):
        name = f"blocks.{layer}"
        z = z + linear(attend(*linear(norm(z, f"{name}.ln1"), f"{name}.attn.qkv").chunk(3, -1)),
                       f"{name}.attn.out")
        up = F.gelu(linear(norm(z, f"{name}.ln2"), f"{name}.mlp.up"), approximate="tanh")
        z = z + linear(up, f"{name}.mlp.down")
    q = linear(params["pool.probe"][None, None], "pool.q").expand(len(z), -1, -1)
    pooled = attend(q, *linear(norm(z, "norm"), "pool.kv").chunk(2, -1))[:, 0]
    pooled = linear(pooled, "pool.out")
    return {head: linear(pooled, f"heads.{head}") for head in heads}
