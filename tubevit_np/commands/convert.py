"""The commands that make checkpoints from others: pretrained, scale."""

from pathlib import Path

import numpy as np

from tubevit_np.model.config import format_size
from tubevit_np.runs.recipe import at_least, given_at_least
from tubevit_np.runs.run_folder import find_model
from tubevit_np.storage.atomic_files import check_folder, make_folder
from tubevit_np.storage.checkpoint import load_float32, save
from tubevit_np.storage.hub import is_hub_name
from tubevit_np.variants.params import num_params


def pretrained(options, engine):
    """Make a checkpoint from an image ViT; print which parts are read, derived or new."""
    from tubevit_np.transfer.pretrained import from_image_vit, origins

    at_least(0, "seed", options.seed)
    check_new(options.out)
    params, cfg, notes = from_image_vit(
        options.file, options.tubes, parse_classes(options.classes),
        np.random.default_rng(options.seed), options.keep_head, options.start, options.heads)
    make_folder(Path(options.out).parent, "--out")
    source = options.file if is_hub_name(options.file) else Path(options.file).name
    save(options.out, params, cfg, source=source, start=options.start)
    print(f"{options.out}: width {cfg.dim}, {cfg.depth} blocks, {cfg.heads} heads, MLP "
          f"{cfg.mlp_dim}, GELU {cfg.gelu}, eps {cfg.eps:g}\n")
    names = {f"tubes.{i}": tube.name for i, tube in enumerate(cfg.tubes)}
    print(f"{'part':20}{'parameters':>14}  where from")
    for part, origin in origins(cfg, options.start, options.keep_head).items():
        print(f"{names.get(part, part):20}{num_params(cfg, part + '.'):14,}  {origin}")
    print("", *notes, sep="\n")


def check_new(path):
    """Raise ValueError if the file exists: a checkpoint is never overwritten."""
    if Path(path).exists():
        raise ValueError(f"{path} exists already; give another --out")
    check_folder(Path(path).parent, "--out")


def parse_classes(texts):
    """["verb=8", "noun=9"] -> {"verb": 8, "noun": 9}."""
    heads = {}
    for text in texts:
        head, mark, classes = text.partition("=")
        if not (head and mark and classes.isdigit()):
            raise ValueError(f"classes {text!r}: write HEAD=K, as kinetics=400")
        if head in heads:
            raise ValueError(f"classes {text!r}: the head {head} is given twice; give it once")
        heads[head] = int(classes)
    return heads


def size_option(options, notes, name, usual):
    """The value of an option, else of the checkpoint's notes, else the usual one."""
    value = getattr(options, name)
    return int(notes.get(name, usual) if value is None else value)


def scale(options, engine):
    """Put the tubes of a small model into a large one; print how to train it (Sec. 3.6)."""
    from tubevit_np.transfer.small_to_large import scale_up

    check_new(options.out)
    given_at_least(1, options, "frames", "size")
    small, small_cfg, small_notes = load_float32(find_model(options.small))
    large, large_cfg, notes = load_float32(find_model(options.large))
    frames = size_option(options, small_notes, "frames", 32)
    size = size_option(options, small_notes, "size", 224)
    params, cfg = scale_up(small, small_cfg, large, large_cfg, (frames, size, size),
                            gate_layer=options.gate, gate_tokens=options.gate_tokens)
    make_folder(Path(options.out).parent, "--out")
    kept = {name: of[name] for name, of in (("heads", notes), ("group_by", notes),
                                            ("fps", small_notes)) if name in of}
    save(options.out, params, cfg, notes["labels"], frames=frames, size=size, **kept)
    print(f"{'tube':10}{'s2d before':>12}{'now':>12}{'channels':>10}{'now':>6}")
    for old, new in zip(small_cfg.tubes, cfg.tubes, strict=True):
        if not new.is_patch:
            print(f"{new.name:10}{format_size(old.s2d):>12}{format_size(new.s2d):>12}"
                  f"{small_cfg.dim // old.members:10}{cfg.dim // new.members:6}")
    last = cfg.depth - 1 if options.gate is None else options.gate
    print(f"\n{options.out}: images give the same outputs as {options.large}.  To train its last "
          f"blocks on videos:\ntrain --start {options.out} --frozen {last} --data VIDEOS")
