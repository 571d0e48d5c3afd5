"""Checks of a Config and its tubes; each error is a ValueError of one line."""

import math
import operator

GELUS = ("tanh", "erf")
GATE_TOKENS = ("all", "tubes")
SCORES = ("both", "count")  # an evaluation uses these names, so no head may have them


def check_tube(tube):
    """Raise ValueError unless the sizes of a Tube fit each other."""
    if any(stride % factor for stride, factor in zip(tube.stride, tube.s2d, strict=True)):
        raise ValueError(f"tube {tube.kernel}: stride {tube.stride} must be a multiple of "
                         f"s2d {tube.s2d} on every axis")
    if tube.is_patch and tube.s2d[0] > 1:
        raise ValueError(f"tube {tube.kernel}: a kernel of one frame (a 2D patch) needs s2d 1 "
                         f"in t, not {tube.s2d[0]}, because an image has one frame")


def check_config(cfg):
    """Raise ValueError unless the fields of a Config are valid and fit each other."""
    check_numbers(cfg)
    choice("gelu", cfg.gelu, GELUS)
    choice("gate_tokens", cfg.gate_tokens, GATE_TOKENS)
    if not cfg.tubes or not all(hasattr(tube, "kernel") for tube in cfg.tubes):
        raise ValueError(f"tubes {cfg.tubes}: a Config needs at least one tube, and "
                         "each must be a Tube")
    if cfg.dim % cfg.heads:
        raise ValueError(f"dim {cfg.dim} is not a multiple of heads {cfg.heads}")
    for tube in cfg.tubes:
        if cfg.dim % tube.members:
            raise ValueError(f"tube {tube.name} packs {tube.members} members into a token, "
                             f"but dim {cfg.dim} is not a multiple of {tube.members}")
    if cfg.gate_layer is not None and not 0 <= cfg.gate_layer < cfg.depth:
        raise ValueError(f"gate_layer is {cfg.gate_layer}; it must be the index of a block, "
                         f"0 to {cfg.depth - 1}")
    for head, count in cfg.classes.items():
        if not head or "." in head or head in SCORES or count < 1:
            raise ValueError(f"head {head!r} with {count} classes: a head needs at least one "
                             "class, and a name that has no dot and is not "
                             f"{' or '.join(map(repr, SCORES))}")


def check_numbers(cfg):
    """Raise ValueError unless every size of a Config is an integer and every number finite."""
    for name in ("dim", "depth", "heads", "mlp_dim", "channels"):
        value = getattr(cfg, name)
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} is {value}; it must be a whole number of at least 1")
    for name in ("std", "eps", "tau"):
        if not 0 < getattr(cfg, name) < math.inf:
            raise ValueError(f"{name} is {getattr(cfg, name)}; it must be finite and above 0")
    for name in ("mean", "position_scale"):
        if not math.isfinite(getattr(cfg, name)):
            raise ValueError(f"{name} is {getattr(cfg, name)}; it must be a finite number")


def triple(name, value, minimum):
    """Convert `value` to three ints (t, h, w); ValueError if it is no such triple or too small."""
    try:
        sizes = tuple(operator.index(v) for v in value)
    except TypeError:
        sizes = ()
    if len(sizes) != 3 or min(sizes) < minimum:
        raise ValueError(f"{name} {value} must be three whole numbers (t, h, w), "
                         f"each at least {minimum}")
    return sizes


def choice(name, value, allowed):
    """Raise ValueError unless value is one of `allowed`."""
    if value not in allowed:
        raise ValueError(f"{name} {value!r} is not one of {', '.join(allowed)}")
