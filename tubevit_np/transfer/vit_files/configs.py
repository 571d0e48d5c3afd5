"""The settings files that timm and Hugging Face read together with the weights."""

import math
import warnings

ACTIVATIONS = {"timm": {"erf": "gelu", "tanh": "gelu_tanh"},
        "hf": {"erf": "gelu", "tanh": "gelu_pytorch_tanh"}}
TIMM_EPS = 1e-6  # of timm's layer norms; timm's settings have no field for it


def timm_settings(cfg, size, head):
    """{file: settings} for timm.create_model("local-dir:FOLDER", pretrained=True).

    Warns if eps differs from timm's, because timm's settings have no field for it."""
    if cfg.eps != TIMM_EPS:
        warnings.warn(f"eps is {cfg.eps:g}, but settings of timm have no eps; timm uses "
                      f"{TIMM_EPS:g} unless you pass another norm_layer", stacklevel=2)
    ratio, classes = cfg.mlp_dim / cfg.dim, 0 if head is None else cfg.classes[head]
    if int(cfg.dim * ratio) < cfg.mlp_dim:  # timm takes a ratio, and rounds down
        ratio = math.nextafter(ratio, math.inf)
    model_args = {"img_size": size, "patch_size": _patch(cfg), "embed_dim": cfg.dim,
                  "depth": cfg.depth, "num_heads": cfg.heads, "mlp_ratio": ratio,
                  "in_chans": cfg.channels, "act_layer": ACTIVATIONS["timm"][cfg.gelu],
                  "class_token": False, "global_pool": "map" if classes else ""}
    preprocessing = {"input_size": [cfg.channels, size, size], "num_classes": classes,
                     "mean": [cfg.mean] * cfg.channels, "std": [cfg.std] * cfg.channels,
                     "crop_pct": 1.0, "first_conv": "patch_embed.proj", "classifier": "head"}
    return {"config.json": {"architecture": "vit_base_patch16_224", "num_classes": classes,
                            "num_features": cfg.dim, "global_pool": model_args["global_pool"],
                            "model_args": model_args, "pretrained_cfg": preprocessing}}


def hugging_face_settings(cfg, size):
    """{file: settings} for ViTModel.from_pretrained(FOLDER, add_pooling_layer=False)."""
    model = {"architectures": ["ViTModel"], "model_type": "vit", "hidden_size": cfg.dim,
             "num_hidden_layers": cfg.depth, "num_attention_heads": cfg.heads,
             "intermediate_size": cfg.mlp_dim, "image_size": size, "patch_size": _patch(cfg),
             "num_channels": cfg.channels, "qkv_bias": True, "layer_norm_eps": cfg.eps,
             "hidden_act": ACTIVATIONS["hf"][cfg.gelu], "hidden_dropout_prob": 0.0,
             "attention_probs_dropout_prob": 0.0}
    preprocessing = {"image_processor_type": "ViTImageProcessor", "do_resize": True,
              "size": {"height": size, "width": size}, "do_rescale": True,
              "rescale_factor": 1 / 255, "do_normalize": True,
              "image_mean": [cfg.mean] * cfg.channels, "image_std": [cfg.std] * cfg.channels}
    return {"config.json": model, "preprocessor_config.json": preprocessing}


def _patch(cfg):
    """One number for a square patch, else [kh, kw]."""
    [(kh, kw)] = [tube.kernel[1:] for tube in cfg.tubes if tube.is_patch]
    return kh if kh == kw else [kh, kw]
