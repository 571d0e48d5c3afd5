"""Image ViTs in the formats of other libraries, with names and axes written out by hand.

Nothing is taken from tubevit_np. `vit` draws one with our names; the other functions return
{name: array} of the same model as the original ViT, big_vision, timm and Hugging Face write it."""

import json

import numpy as np
from safetensors.numpy import save_file

ORIGINAL = "MultiHeadDotProductAttention_1", "LayerNorm_2", "MlpBlock_3"
BIG_VISION = "MultiHeadDotProductAttention_0", "LayerNorm_1", "MlpBlock_0"


def vit(rng, dim=12, depth=2, mlp_dim=10, patch=(4, 3), channels=2, classes=5):
    """Return float32 arrays with our names; all sizes differ, gains are near 1, no zeros."""
    shapes = {"patch.w": (1, *patch, channels, dim), "patch.b": (dim,)}
    for layer in range(depth):
        shapes |= {f"blocks.{layer}.{name}": shape for name, shape in {
            "ln1.g": (dim,), "ln1.b": (dim,), "attn.qkv.w": (dim, 3 * dim),
            "attn.qkv.b": (3 * dim,), "attn.out.w": (dim, dim), "attn.out.b": (dim,),
            "ln2.g": (dim,), "ln2.b": (dim,), "mlp.up.w": (dim, mlp_dim), "mlp.up.b": (mlp_dim,),
            "mlp.down.w": (mlp_dim, dim), "mlp.down.b": (dim,)}.items()}
    shapes |= {"norm.g": (dim,), "norm.b": (dim,), "head.w": (dim, classes), "head.b": (classes,)}
    return {name: (0.2 * rng.standard_normal(shape) + name.endswith(".g")).astype(np.float32)
            for name, shape in shapes.items()}


def pooling(rng, dim=12, mlp_dim=10):
    """Return float32 arrays of attention pooling with an MLP, with our names."""
    shapes = {"probe": (dim,), "q.w": (dim, dim), "q.b": (dim,), "kv.w": (dim, 2 * dim),
              "kv.b": (2 * dim,), "out.w": (dim, dim), "out.b": (dim,), "ln.g": (dim,),
              "ln.b": (dim,), "mlp.up.w": (dim, mlp_dim), "mlp.up.b": (mlp_dim,),
              "mlp.down.w": (mlp_dim, dim), "mlp.down.b": (dim,)}
    return {f"pool.{name}": (0.2 * rng.standard_normal(shape) + name.endswith(".g")).astype("f4")
            for name, shape in shapes.items()}


def map_head(ours, heads):
    """Return the pooling as big_vision's MAPHead_0."""
    dim, head = len(ours["pool.probe"]), "MAPHead_0"
    attention, size = f"{head}/MultiHeadDotProductAttention_0", len(ours["pool.probe"]) // heads
    found = {f"{head}/probe": ours["pool.probe"].reshape(1, 1, dim),
             f"{attention}/query/kernel": ours["pool.q.w"].reshape(dim, heads, size),
             f"{attention}/query/bias": ours["pool.q.b"].reshape(heads, size),
             f"{attention}/key/kernel": ours["pool.kv.w"][:, :dim].reshape(dim, heads, size),
             f"{attention}/key/bias": ours["pool.kv.b"][:dim].reshape(heads, size),
             f"{attention}/value/kernel": ours["pool.kv.w"][:, dim:].reshape(dim, heads, size),
             f"{attention}/value/bias": ours["pool.kv.b"][dim:].reshape(heads, size),
             f"{attention}/out/kernel": ours["pool.out.w"].reshape(heads, size, dim),
             f"{attention}/out/bias": ours["pool.out.b"],
             f"{head}/LayerNorm_0/scale": ours["pool.ln.g"],
             f"{head}/LayerNorm_0/bias": ours["pool.ln.b"]}
    for theirs, mine in (("Dense_0", "up"), ("Dense_1", "down")):
        found |= {f"{head}/MlpBlock_0/{theirs}/kernel": ours[f"pool.mlp.{mine}.w"],
                  f"{head}/MlpBlock_0/{theirs}/bias": ours[f"pool.mlp.{mine}.b"]}
    return found


def attn_pool(ours):
    """Return the pooling as timm's attn_pool."""
    found = {"latent": ours["pool.probe"].reshape(1, 1, -1), "norm.weight": ours["pool.ln.g"],
             "norm.bias": ours["pool.ln.b"]}
    for theirs, mine in {"q": "q", "kv": "kv", "proj": "out", "mlp.fc1": "mlp.up",
                         "mlp.fc2": "mlp.down"}.items():
        found |= {f"{theirs}.weight": ours[f"pool.{mine}.w"].T,
                  f"{theirs}.bias": ours[f"pool.{mine}.b"]}
    return whole({f"attn_pool.{name}": x for name, x in found.items()})


def depth_of(ours):
    return sum(name.endswith("ln1.g") for name in ours)


def flax(ours, heads, names=ORIGINAL, prefix=""):
    """Flax: kernels (kh, kw, C, D), matrices (in, out), an axis for the heads in attention."""
    attention, norm, mlp = names
    dim = len(ours["norm.g"])
    found = {"cls": np.ones((1, 1, dim), np.float32), "embedding/kernel": ours["patch.w"][0],
             "embedding/bias": ours["patch.b"], "Transformer/encoder_norm/scale": ours["norm.g"],
             "Transformer/encoder_norm/bias": ours["norm.b"], "head/kernel": ours["head.w"],
             "head/bias": ours["head.b"]}
    table = "pos_embedding" if names == BIG_VISION else "Transformer/posembed_input/pos_embedding"
    found[table] = np.ones((1, 7, dim), np.float32)
    for layer in range(depth_of(ours)):
        own, block = f"blocks.{layer}", f"Transformer/encoderblock_{layer}"
        for theirs, mine in (("LayerNorm_0", "ln1"), (norm, "ln2")):
            found |= {f"{block}/{theirs}/scale": ours[f"{own}.{mine}.g"],
                      f"{block}/{theirs}/bias": ours[f"{own}.{mine}.b"]}
        for i, each in enumerate(("query", "key", "value")):
            cut = slice(i * dim, (i + 1) * dim)
            found |= {f"{block}/{attention}/{each}/kernel":
                      ours[f"{own}.attn.qkv.w"][:, cut].reshape(dim, heads, dim // heads),
                      f"{block}/{attention}/{each}/bias":
                      ours[f"{own}.attn.qkv.b"][cut].reshape(heads, dim // heads)}
        found |= {f"{block}/{attention}/out/kernel":
                  ours[f"{own}.attn.out.w"].reshape(heads, dim // heads, dim),
                  f"{block}/{attention}/out/bias": ours[f"{own}.attn.out.b"]}
        for theirs, mine in (("Dense_0", "up"), ("Dense_1", "down")):
            found |= {f"{block}/{mlp}/{theirs}/kernel": ours[f"{own}.mlp.{mine}.w"],
                      f"{block}/{mlp}/{theirs}/bias": ours[f"{own}.mlp.{mine}.b"]}
    return {prefix + name: x for name, x in found.items()}


def scanned(arrays):
    """Stack the blocks into one array each, as big_vision does with scan."""
    found, stacks = {}, {}
    for name, x in arrays.items():
        before, mark, after = name.partition("/encoderblock_")
        if mark:
            stacks.setdefault(f"{before}/encoderblock/{after.partition('/')[2]}", []).append(x)
        else:
            found[name] = x
    return found | {name: np.stack(parts) for name, parts in stacks.items()}


def timm(ours):
    """timm: kernels (D, C, kh, kw), matrices (out, in), queries, keys and values in one matrix."""
    dim = len(ours["norm.g"])
    found = {"cls_token": np.ones((1, 1, dim)), "pos_embed": np.ones((1, 7, dim)),
             "patch_embed.proj.weight": conv(ours["patch.w"]),
             "patch_embed.proj.bias": ours["patch.b"],
             "norm.weight": ours["norm.g"], "norm.bias": ours["norm.b"],
             "head.weight": ours["head.w"].T, "head.bias": ours["head.b"]}
    for layer in range(depth_of(ours)):
        for theirs, mine in {"norm1": "ln1", "norm2": "ln2"}.items():
            found |= {f"blocks.{layer}.{theirs}.weight": ours[f"blocks.{layer}.{mine}.g"],
                      f"blocks.{layer}.{theirs}.bias": ours[f"blocks.{layer}.{mine}.b"]}
        for theirs, mine in {"attn.qkv": "attn.qkv", "attn.proj": "attn.out",
                             "mlp.fc1": "mlp.up", "mlp.fc2": "mlp.down"}.items():
            found |= {f"blocks.{layer}.{theirs}.weight": ours[f"blocks.{layer}.{mine}.w"].T,
                      f"blocks.{layer}.{theirs}.bias": ours[f"blocks.{layer}.{mine}.b"]}
    return whole(found)


def hugging_face(ours, prefix="vit."):
    """Like timm with separate queries, keys and values; a classifier only with a prefix."""
    dim = len(ours["norm.g"])
    found = {"embeddings.cls_token": np.ones((1, 1, dim)),
             "embeddings.position_embeddings": np.ones((1, 7, dim)),
             "embeddings.patch_embeddings.projection.weight": conv(ours["patch.w"]),
             "embeddings.patch_embeddings.projection.bias": ours["patch.b"],
             "layernorm.weight": ours["norm.g"], "layernorm.bias": ours["norm.b"]}
    for layer in range(depth_of(ours)):
        own, block = f"blocks.{layer}", f"encoder.layer.{layer}"
        for i, each in enumerate(("query", "key", "value")):
            cut = slice(i * dim, (i + 1) * dim)
            found |= {f"{block}.attention.attention.{each}.weight":
                      ours[f"{own}.attn.qkv.w"][:, cut].T,
                      f"{block}.attention.attention.{each}.bias": ours[f"{own}.attn.qkv.b"][cut]}
        for theirs, mine in {"layernorm_before": "ln1", "layernorm_after": "ln2"}.items():
            found |= {f"{block}.{theirs}.weight": ours[f"{own}.{mine}.g"],
                      f"{block}.{theirs}.bias": ours[f"{own}.{mine}.b"]}
        for theirs, mine in {"attention.output.dense": "attn.out", "intermediate.dense": "mlp.up",
                             "output.dense": "mlp.down"}.items():
            found |= {f"{block}.{theirs}.weight": ours[f"{own}.{mine}.w"].T,
                      f"{block}.{theirs}.bias": ours[f"{own}.{mine}.b"]}
    found = {prefix + name: x for name, x in found.items()}
    if prefix:
        found |= {"classifier.weight": ours["head.w"].T, "classifier.bias": ours["head.b"]}
    else:
        found |= {"pooler.dense.weight": np.ones((dim, dim)), "pooler.dense.bias": np.ones(dim)}
    return whole(found)


def conv(w):
    """Map (1, kh, kw, C, D) to (D, C, kh, kw), number by number."""
    _, kh, kw, channels, dim = w.shape
    return np.array([[[[w[0, i, j, c, d] for j in range(kw)] for i in range(kh)]
                      for c in range(channels)] for d in range(dim)], w.dtype)


def whole(arrays):
    return {name: np.ascontiguousarray(x, np.float32) for name, x in arrays.items()}


def folder(path, arrays, shards=1, **settings):
    """Write a folder like Hugging Face: shards with an index, config.json with these settings."""
    path.mkdir(exist_ok=True)
    names = {k: f"model-{k + 1:05}-of-{shards:05}.safetensors" for k in range(shards)}
    names = names if shards > 1 else {0: "model.safetensors"}
    for k, name in names.items():
        save_file(dict(list(arrays.items())[k::shards]), path / name, {"format": "pt"})
    if shards > 1:
        places = {name: names[k % shards] for k, name in enumerate(arrays)}
        (path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}),
                                                           encoding="utf-8")
    if settings:
        (path / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    return path
