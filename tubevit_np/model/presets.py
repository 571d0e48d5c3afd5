"""Tubes and model sizes of the paper and of the demo (Sections 3.4 and 4.1; Tables 11, 12)."""

from tubevit_np.model.config import Config, Tube

PATCH = Tube((1, 16, 16), (32, 16, 16))  # shared with images

TUBES = {
    # Table 12: 539 tokens on 32x224x224. The paper says 559, which its numbers do not give.
    "main": (Tube((8, 8, 8), (16, 32, 32), s2d=(2, 1, 1)),
             Tube((16, 4, 4), (6, 32, 32), (4, 8, 8), s2d=(1, 2, 2)),
             Tube((4, 12, 12), (16, 32, 32), (0, 16, 16)),
             PATCH),
    # The core approach of Section 3.4.
    "core": (Tube((1, 16, 16), (16, 16, 16)), Tube((8, 8, 8), (16, 16, 16))),
    # For the clips of 16x48x48 that the demo generates: 36 + 32 + 16 + 18 = 102 tokens.
    "demo": (Tube((1, 8, 8), (16, 8, 8)),
             Tube((8, 8, 8), (8, 12, 12), (0, 2, 2)),
             Tube((16, 4, 4), (16, 12, 12), (0, 4, 4)),
             Tube((4, 12, 12), (8, 18, 18), (2, 0, 0))),
}


def _paper(dim, depth, heads):
    return Config(TUBES["main"], dim, depth, heads, mlp_dim=4 * dim,
                  classes={"kinetics400": 400, "imagenet": 1000})


def _demo(dim, depth, heads):
    return Config(TUBES["demo"], dim, depth, heads, mlp_dim=2 * dim, mean=0.45, std=0.27,
                  position_scale=0.2, classes={"verb": 8, "noun": 9})


PRESETS = {
    "demo": _demo(96, 2, 3),
    "demo-large": _demo(192, 4, 6),
    "Ti": _paper(192, 12, 3),  # Ti and S are not in the paper
    "S": _paper(384, 12, 6),
    "B": _paper(768, 12, 12),  # B, L and H: Table 11
    "L": _paper(1024, 24, 16),
    "H": _paper(1280, 32, 16),
}
