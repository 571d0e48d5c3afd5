"""Image ViTs of transformers and timm read here, and ours opened there: the same tokens.

    pip install torch==2.13.0 transformers==5.24.0 timm==1.0.31
    python -m tests.transfer.check_vits

All weights are random, also biases and gains. Their position tables are set to ours; the class
token is hidden by an attention mask (transformers) or not built (timm). Prints the largest
difference of each check, in tokens of size 1 after the final norm, and fails above 1e-5."""

import sys
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import timm
import torch
from transformers import ViTConfig, ViTForImageClassification, ViTModel

import tubevit_np as tv
from tests.helpers.vit_files import BIG_VISION, flax, map_head, pooling, vit
from tubevit_np.model.position import positions
from tubevit_np.transfer.export import export
from tubevit_np.transfer.pretrained import from_image_vit

MOST = 1e-5
TUBES = (tv.Tube((4, 6, 5), (4, 8, 8)), tv.Tube((1, 8, 8), (4, 8, 8)))
SHAPE = (32, 48)  # of images
SIZES = {"hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 3,
         "intermediate_size": 100, "patch_size": 8}
TIMM = {"embed_dim": 48, "depth": 3, "num_heads": 3, "mlp_ratio": 100.5 / 48, "patch_size": 8}


def randomize(model):
    """New values for everything: fresh biases are 0, gains 1, and their mistakes unseen."""
    draw = torch.Generator().manual_seed(1)
    for name, w in model.named_parameters():
        gain = w.ndim == 1 and name.endswith("weight")
        w.data = torch.randn(w.shape, generator=draw) * (0.3 if w.ndim == 1 else 0.2) + gain
    return model.eval()


def pictures(count=2):
    return np.random.default_rng(0).standard_normal((count, *SHAPE, 3)).astype(np.float32)


def ours(folder, x, **options):
    """Tokens after the final norm, and the table of positions they were given."""
    params, cfg, _ = from_image_vit(folder, TUBES, {"it": 2}, np.random.default_rng(2), **options)
    return tv.forward(params, x, cfg, "it")[1]["norm"], table_of(cfg)


def table_of(cfg):
    return torch.tensor(positions(replace(cfg, tubes=TUBES[1:]), (1, *SHAPE))[None]).float()


def torched(x):
    return torch.tensor(x).permute(0, 3, 1, 2)


@torch.no_grad()
def masked(model, x):
    """A transformers ViT's tokens, its class token hidden from all others."""
    seen = torch.ones(len(x), model.embeddings.position_embeddings.shape[1])
    seen[:, 0] = 0
    return model(torched(x), attention_mask=seen).last_hidden_state[:, 1:].numpy()


def from_transformers(folder, kind, precision=torch.float32, **saved):
    """A random model saved by transformers, read here."""
    model = randomize(kind(ViTConfig(image_size=SHAPE, **SIZES))).to(precision)
    model.save_pretrained(folder, **saved)
    model, x = model.float(), pictures()
    vit = getattr(model, "vit", model)
    found, table = ours(folder, x)
    vit.embeddings.position_embeddings.data[:, 1:] = table
    return found - masked(vit, x)


@torch.no_grad()
def from_timm(folder, **options):
    """A random timm model, saved with its class token, and compared without."""
    options = TIMM | {"img_size": SHAPE, "num_classes": 0} | options
    model, x = randomize(timm.create_model("vit_base_patch16_224", **options)), pictures()
    timm.models.save_for_hf(model, folder, model_args=options, safe_serialization=True)
    found, table = ours(folder, x, heads=3)
    return found - classless(model, table, options)(torched(x)).numpy()


@torch.no_grad()
def pooled_in_timm(folder):
    """A timm model without a class token, that pools by attention: its logits."""
    options = TIMM | {"img_size": SHAPE, "num_classes": 5, "class_token": False,
                      "global_pool": "map"}
    model, x = randomize(timm.create_model("vit_base_patch16_224", **options)), pictures()
    timm.models.save_for_hf(model, folder, model_args=options, safe_serialization=True)
    params, cfg, _ = from_image_vit(folder, TUBES, {}, np.random.default_rng(2), keep_head=True)
    model.pos_embed.data = table_of(cfg)
    return tv.forward(params, x, cfg, "image")[0] - model(torched(x)).numpy()


@torch.no_grad()
def from_big_vision(folder):
    """The .npz of big_vision, that pools by attention, read by timm and here: its logits."""
    rng, x, path = np.random.default_rng(3), pictures(), folder / "vit.npz"
    arrays = flax(vit(rng, 48, 3, 100, (8, 8), channels=3), 3, BIG_VISION, "params/")
    del arrays["params/cls"]
    arrays["params/pos_embedding"] = rng.standard_normal((1, 24, 48), np.float32)
    pool = map_head(pooling(rng, 48, 100), heads=3)
    np.savez(path, **arrays | {f"params/{name}": part for name, part in pool.items()})
    params, cfg, _ = from_image_vit(path, TUBES, {}, rng, keep_head=True)
    model = timm.models.VisionTransformer(**TIMM, img_size=SHAPE, num_classes=5,
                                          class_token=False, global_pool="map",
                                          act_layer="gelu_tanh").eval()
    model.load_pretrained(str(path))
    model.pos_embed.data = table_of(cfg)
    return tv.forward(params, x, cfg, "image")[0] - model(torched(x)).numpy()


@torch.no_grad()
def from_original(folder):
    """The .npz of the first ViTs, read by timm and here."""
    rng, x, path = np.random.default_rng(3), pictures(), folder / "vit.npz"
    written = flax(vit(rng, 48, 3, 100, (8, 8), channels=3), heads=3)
    table = "Transformer/posembed_input/pos_embedding"
    np.savez(path, **written | {table: rng.standard_normal((1, 25, 48), np.float32)})
    options = TIMM | {"img_size": SHAPE, "num_classes": 5, "act_layer": "gelu_tanh"}
    model = timm.models.VisionTransformer(**options)
    model.load_pretrained(str(path))
    found, table = ours(path, x)
    return found - classless(model, table, options)(torched(x)).numpy()


def classless(model, table, options):
    plain = timm.models.VisionTransformer(**options | {"num_classes": 0}, class_token=False,
                                          global_pool="")
    plain.load_state_dict(model.state_dict() | {"pos_embed": table}, strict=False)
    return plain.eval()


def own_model(**options):
    cfg = tv.Config(TUBES, 48, 3, 3, 100, {"verb": 4, "noun": 7}, mean=0.4, std=0.3, **options)
    rng = np.random.default_rng(4)
    flat = {name: (rng.standard_normal(shape) * 0.2 + name.endswith(".g")).astype(np.float32)
            for name, shape in tv.shapes(cfg).items()}
    x = rng.standard_normal((2, 40, 40, 3)).astype(np.float32)
    return tv.nest(flat), cfg, x


@torch.no_grad()
def to_timm(folder, head=None, **options):
    """Our model, opened by timm from a folder: its tokens, or with a head its logits."""
    params, cfg, x = own_model(**options)
    export(folder, params, cfg, "timm", 40, head)
    model = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    logits, out = tv.forward(params, x, cfg, "noun")
    return (out["norm"] if head is None else logits) - model(torched(x)).numpy()


def to_transformers(folder, **options):
    params, cfg, x = own_model(**options)
    export(folder, params, cfg, "hf", 40)
    model = ViTModel.from_pretrained(folder, add_pooling_layer=False).eval()
    found = tv.forward(params, x, cfg, "noun")[1]["norm"]
    with torch.no_grad():
        unmasked = model(torched(x)).last_hidden_state[:, 1:].numpy()
    print(f"    (with the class token in sight: {np.abs(found - unmasked).max():.1e})")
    return found - masked(model, x)


CHECKS = {
    "transformers ViTModel": lambda folder: from_transformers(folder, ViTModel),
    "transformers, with a classifier, in shards": lambda folder: from_transformers(
        folder, ViTForImageClassification, max_shard_size="50KB"),
    "transformers, bfloat16": lambda folder: from_transformers(folder, ViTModel, torch.bfloat16),
    "timm": from_timm,
    "timm, tanh GELU": lambda folder: from_timm(folder, act_layer="gelu_tanh"),
    "timm, attention pooling": pooled_in_timm,
    "big_vision's .npz with pooling, as timm reads it": from_big_vision,
    "the original .npz, as timm reads it": from_original,
    "to timm": to_timm,
    "to timm, erf GELU": lambda folder: to_timm(folder, gelu="erf"),
    "to timm, pooling and head": lambda folder: to_timm(folder, "noun"),
    "to timm, pooling with an MLP and head": lambda folder: to_timm(folder, "noun", pool_mlp=True),
    "to transformers": to_transformers,
    "to transformers, erf GELU": lambda folder: to_transformers(folder, gelu="erf"),
}


def main():
    worst = 0
    warnings.simplefilter("ignore")
    for name, check in CHECKS.items():
        with tempfile.TemporaryDirectory() as folder:
            found = np.abs(check(Path(folder))).max()
        worst = max(worst, found)
        print(f"{name:50} {found:.1e}")
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
