"""The command export: a model for another library."""

from tubevit_np.commands.convert import size_option
from tubevit_np.model.config import format_size
from tubevit_np.runs.recipe import given_at_least
from tubevit_np.runs.run_folder import find_model, shared_notes
from tubevit_np.storage.checkpoint import load_float32

USES = {"timm": ("size", "head"), "hf": ("size",), "torch": (), "onnx": ("frames", "size")}


def export(options, engine):
    """Write a model for another library; print what it takes, and what is not exported."""
    check_options(options)
    params, cfg, notes = load_float32(find_model(options.run))
    write = {"torch": write_torch, "onnx": write_onnx}.get(options.format, write_image_part)
    for line in write(options, params, cfg, notes):
        print(line)


def check_options(options):
    """Raise ValueError for an unknown format, and for an option that it does not use."""
    if options.format not in USES:
        raise ValueError(f"format {options.format!r}: use {', '.join(USES)}")
    for name in ("frames", "size", "head"):
        if getattr(options, name) is not None and name not in USES[options.format]:
            able = " and ".join(form for form, used in USES.items() if name in used)
            raise ValueError(f"--format {options.format} takes no --{name} (only {able}); leave "
                             f"out --{name}")
    given_at_least(1, options, "frames")


def write_image_part(options, params, cfg, notes):
    """Write the image part for timm or Hugging Face; yield lines about it."""
    from tubevit_np.transfer.export import export as write

    size = size_option(options, notes, "size", 224)
    left = write(options.out, params, cfg, options.format, size, options.head)
    yield (f"{options.out}: for images of {size}x{size} pixels in [0, 1], normalized as "
           f"(x - {cfg.mean}) / {cfg.std}")
    yield f"not exported: {', '.join(left) or 'nothing'}"


def write_torch(options, params, cfg, notes):
    """Write the whole model for PyTorch; yield lines about it."""
    check_has_heads(options, cfg)
    from tubevit_np.transfer.to_torch import export as write

    write(options.out, params, cfg, notes["labels"], **shared_notes(notes))
    yield f"{options.out}: model.py and model.safetensors; they need only torch and safetensors"
    c = cfg.channels
    yield (f"input: videos (B, T, H, W, {c}) or images (B, H, W, {c}), uint8 from 0 to 255, of any "
           "size that a tube fits into")
    yield heads_line(cfg)


def write_onnx(options, params, cfg, notes):
    """Write the whole model as ONNX graphs; yield lines about them."""
    check_has_heads(options, cfg)
    from tubevit_np.transfer.to_onnx import export as write

    size = size_option(options, notes, "size", 224)
    shape = size_option(options, notes, "frames", 32), size, size
    files = write(options.out, params, cfg, notes["labels"], shape)
    for name in files:
        sizes = shape if name == "model-video.onnx" else shape[1:]
        yield (f"{options.out}/{name}: opset 20; the input \"pixels\" is uint8 (0 to 255), "
               f"batch x {format_size(sizes)}x{cfg.channels}, with any batch")
    if len(files) == 1:
        yield f"no graph for images: no tube fits into {size}x{size} pixels of one frame"
    yield heads_line(cfg)


def heads_line(cfg):
    """The heads, which are outputs of the exported model."""
    heads = ", ".join(f"{head} ({count} classes)" for head, count in cfg.classes.items())
    return f"outputs: the logits of {heads}"


def check_has_heads(options, cfg):
    """Raise ValueError for a model that has nothing to compute from the tokens."""
    if not cfg.classes:
        raise ValueError(f"{options.run} has no head, so a whole model would have no output; train "
                         f"from it first, with train --start {options.run}")
