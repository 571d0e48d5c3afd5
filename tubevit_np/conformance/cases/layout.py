"""Grids, centers, token order, names and presets: whole numbers and halves, compared exactly."""

import numpy as np

from tubevit_np.conformance.case import Case, plain
from tubevit_np.model.config import Config, Tube
from tubevit_np.model.params import shapes
from tubevit_np.model.presets import PRESETS, TUBES

# Size, stride and offset differ on all axes, so that swapping two axes changes the answer.
PACKED = Tube((2, 3, 4), (4, 4, 6), (0, 1, 2), s2d=(2, 1, 2))  # members overrun t and w
PATCH = Tube((1, 4, 3), (4, 6, 5))
OVERLAPPING = Tube((4, 3, 2), (2, 5, 4), (1, 2, 3))  # in t
EDGES = (Tube((4, 3, 2), (5, 4, 3), (2, 1, 0)), Tube((5, 3, 2), (5, 4, 3), (2, 2, 1)))
SMALL = (7, 10, 13)  # T, H, W

MAIN, CORE, DEMO = (TUBES[name] for name in ("main", "core", "demo"))

PLACES = {
    "main-32": (MAIN, (32, 224, 224), "Table 12: 539 tokens, not the 559 that the paper prints"),
    "main-64": (MAIN, (64, 224, 224), "1176 tokens, as Kinetics is trained"),
    "main-16": (MAIN, (16, 224, 224), "16x4x4 starts at frame 4 and does not fit"),
    "main-image": (MAIN, (1, 224, 224), "196 patches"),
    "main-wide": (MAIN, (32, 160, 256), "H is not W"),
    "core-32": (CORE, (32, 224, 224), "Sec. 3.4: two tubes, strides of 16"),
    "demo": (DEMO, (16, 48, 48), "102 tokens"),
    "small": ((PACKED, PATCH, OVERLAPPING), SMALL, "offsets, overlap, members past the far edge"),
    "edges": (EDGES, (6, 4, 2), "offset + kernel fits to the last voxel, or misses by one"),
}
CENTRES = ("main-32", "main-wide", "demo", "small")


def places():
    for name, (tubes, shape, why) in PLACES.items():
        attributes = {"tubes": [plain(tube) for tube in tubes], "shape": list(shape)}
        yield Case("layout", f"grid-{name}", "grid", why, attributes=attributes, judge="exact")
        if name in CENTRES:
            yield Case("layout", f"centres-{name}", "centres", why + "; centre (k - 1) / 2",
                       attributes=attributes, judge="exact")


def order():
    """Return the case whose tokens hold the number of their members' first voxels."""
    cfg = Config((PACKED, PATCH, OVERLAPPING), 8, 1, 2, 3, {"verb": 2}, channels=1)
    video = np.arange(np.prod(SMALL), dtype=np.float32).reshape(1, *SMALL, 1) + 1
    kernels = {name: np.zeros(shape, np.float32) for name, shape in shapes(cfg).items()
               if name.startswith("tubes.")}
    for name, w in kernels.items():
        if name.endswith(".w"):
            w[0, 0, 0, 0] = 1
    arrays = {"video": video} | {f"params.{name}": w for name, w in kernels.items()}
    yield Case("layout", "order", "tokenize", "tube by tube, t slowest, w fastest; members alike",
               arrays, {"cfg": plain(cfg)}, judge="exact")


def names():
    small = Config((PACKED, PATCH), 8, 2, 2, 6, {"verb": 3, "noun": 5}, pool_mlp=True,
                      gate_layer=1, shared_kernel=True)
    for name, cfg in (("shapes-everything", small), ("shapes-B", PRESETS["B"])):
        yield Case("layout", name, "shapes", "the frozen names; w is (in, out)",
                   attributes={"cfg": plain(cfg)}, judge="exact")
    for name in ("Ti", "S", "B", "L", "H"):
        yield Case("layout", f"preset-{name}", "preset", "Tables 11 and 12",
                   attributes={"name": name}, judge="exact")


def cases():
    return [*places(), *order(), *names()]
