"""All tube sets by name: of the paper, of the demo, and of the baselines (Tables 5 and 7).

A new set is a line in TUBE_SETS, and a line in TUBE_SET_FIELDS if it implies a shared kernel or
divided attention. The dense tubelets come with 2D patches (196 of 3332 tokens): joint training
needs images, which would otherwise give no tokens.
"""

from dataclasses import replace
from typing import Any

from tubevit_np.model.config import Config, Tube
from tubevit_np.model.config_checks import choice
from tubevit_np.model.presets import PATCH, TUBES
from tubevit_np.variants.config import variant

DEMO = TUBES["demo"]


def packed(*factors):
    """Tubes of the demo with other space-to-depth factors, one for each tube."""
    return tuple(replace(tube, s2d=s2d) for tube, s2d in zip(DEMO, factors, strict=True))


def all_packed(s2d):
    """Tubes of the demo with one space-to-depth factor for all video tubes."""
    return packed(*((1, 1, 1) if tube.is_patch else s2d for tube in DEMO))


TUBE_SETS = TUBES | {
    "plain": tuple(replace(tube, s2d=(1, 1, 1)) for tube in TUBES["main"]),
    "shared": TUBES["main"],
    "patches": (Tube((1, 16, 16), (16, 16, 16)),),  # of every 16th frame, as in Section 3.2
    "dense": (Tube((2, 16, 16), (2, 16, 16)), PATCH),  # like ViViT
    "frames": (Tube((1, 16, 16), (1, 16, 16)),),  # like TimeSformer
    "demo-s2d": packed((1, 1, 1), (2, 1, 1), (1, 2, 2), (1, 1, 1)),
    "demo-shared": DEMO,
    "demo-core": (Tube((1, 8, 8), (8, 8, 8)), Tube((8, 8, 8), (8, 8, 8))),
    "demo-patches": (Tube((1, 8, 8), (8, 8, 8)),),
    "demo-dense": (Tube((2, 8, 8), (2, 8, 8)), Tube((1, 8, 8), (16, 8, 8))),
    "demo-frames": (Tube((1, 8, 8), (1, 8, 8)),),
    # Table 7b: fewer tubes than the four of the demo, and four more.
    "demo-1": DEMO[:1],
    "demo-2": DEMO[:2],
    "demo-8": (*DEMO, Tube((8, 8, 8), (8, 12, 12), (4, 8, 8)),
               Tube((16, 4, 4), (16, 12, 12), (0, 10, 10)),
               Tube((4, 12, 12), (8, 18, 18), (6, 9, 9)),
               Tube((12, 6, 6), (12, 12, 12), (2, 4, 4))),
    # Table 7c
    "demo-2t": all_packed((2, 1, 1)), "demo-2s": all_packed((1, 1, 2)),
    "demo-4t": all_packed((4, 1, 1)), "demo-4s": all_packed((1, 2, 2)),
    "demo-4st": all_packed((2, 1, 2)),
}

TUBE_SET_FIELDS: dict[str, dict[str, Any]] = {  # tube set: the other Config fields that it implies
    "shared": {"shared_kernel": True}, "demo-shared": {"shared_kernel": True},
    "frames": {"attention": "divided"}, "demo-frames": {"attention": "divided"},
}


def with_tubes(cfg: Config, name: str) -> Config:
    """Copy a Config with another tube set, which also sets shared_kernel and attention.

    Parameters
    ----------
    cfg : Config
    name : str
        A key of TUBE_SETS.

    Returns
    -------
    Config
        A VariantConfig if the set implies divided attention.

    Raises
    ------
    ValueError
        If the tube set is unknown, or does not fit the other fields.

    References
    ----------
    Tables 5, 7b, 7c, 7e and 12.
    """
    choice("tube set", name, tuple(TUBE_SETS))
    defaults: dict[str, Any] = {"shared_kernel": False, "attention": "global"}
    return variant(cfg, tubes=TUBE_SETS[name], **defaults | TUBE_SET_FIELDS.get(name, {}))
