"""The number of attention heads of an image ViT: arrays of other numbers have the same shapes.

A wrong number gives a model that runs and is useless, so it is never a guess: the user, the file or
the table below says it."""

from tubevit_np.model.presets import PRESETS

# {(width, blocks, MLP): numbers of heads} of models with published weights and a plain MLP.
KNOWN = {(cfg.dim, cfg.depth, cfg.mlp_dim): (cfg.heads,) for name, cfg in PRESETS.items()
         if not name.startswith("demo")} | {
    (32, 1, 128): (2,),  # big_vision's mu
    (384, 12, 1536): (6, 12),  # ViT-S: 6 in timm, DeiT and DINO, 12 in MoCo v3
    (512, 12, 2048): (8,),  # M
    (640, 12, 2560): (10,),  # timm's betwixt
    (768, 8, 2304): (8,),  # timm's first ViT-S
    (896, 18, 2304): (14,),  # timm's SO150M
    (1152, 27, 4304): (16,),  # So400m
    (1408, 40, 6144): (16,),  # g
    (1536, 40, 6144): (16,),  # g-opt
    (1536, 48, 8192): (16,),  # G-opt
    (1664, 48, 8192): (16,),  # G
    (1792, 56, 15360): (16,)}  # e
USUAL_CHANNELS = range(16, 129)  # per head


def number_of_heads(dim, depth, mlp_dim, given=None, of_file=()):
    """The number of attention heads.

    given: by the user;  of_file: what settings and arrays say, None where they say nothing.
    Raises ValueError if these contradict each other, or if nothing says it and the model is none
    of those in KNOWN, or has other numbers there."""
    stored = {int(heads) for heads in of_file if heads is not None}
    said = stored if given is None else stored | {given}
    if len(said) > 1:
        raise ValueError(f"two numbers of attention heads: {' and '.join(map(str, sorted(said)))} "
                         "(from --heads, config.json or the arrays); " + (
                             "leave out --heads" if len(stored) == 1 else "are the files of the "
                             "same model?"))
    known = said or set(KNOWN.get((dim, depth, mlp_dim), ()))
    if len(known) != 1:
        raise ValueError(f"the file does not give its number of attention heads, {reason(known)} "
                         f"(width {dim}, {depth} blocks, MLP {mlp_dim}); give the right one with "
                         f"--heads: {' or '.join(map(str, sorted(known) or possible(dim)))}")
    [heads] = known
    if heads < 1 or dim % heads:
        raise ValueError(f"dim {dim} is not a multiple of heads {heads}; numbers of heads that are "
                         f"possible: {', '.join(map(str, possible(dim)))}")
    return heads


def reason(known):
    """Why the table does not decide."""
    return ("and known models of its size differ" if known else
            "and it is not a model whose number is known")


def possible(dim):
    """The numbers of heads that come into question for a width."""
    divisors = [heads for heads in range(1, dim + 1) if dim % heads == 0]
    return [heads for heads in divisors if dim // heads in USUAL_CHANNELS] or divisors
