"""The paper's ablations at small scale, on generated clips: variants and the paper's accuracies.

The variants of a study differ only in the fields listed here. The accuracies are the paper's on
Kinetics-600. Compare them only with each other, not with accuracies on generated clips."""

from dataclasses import dataclass, field

from tubevit_np.data.sources import SOMETHING_MOVES

LARGE = {"preset": "demo-large"}
IMAGES = LARGE | {"images": SOMETHING_MOVES}  # Sec. 3.6 starts from a large image model
VIDEOS = {"data": SOMETHING_MOVES}
BOTH = VIDEOS | {"images": SOMETHING_MOVES}


@dataclass(frozen=True)
class Variant:
    """One variant: how it is trained and evaluated.

    recipe: fields of its Recipe;  paper: accuracy in the paper, percent;  scaled: train the large
    model with the tubes of the small one, "open" or behind a "gate";  denser: factors (t, h, w) by
    which strides are divided for evaluation;  views: number of temporal crops for evaluation, of
    clips twice as long (long_clips.py)."""

    recipe: dict = field(default_factory=dict)
    paper: float | None = None
    scaled: str = ""
    denser: tuple = (1, 1, 1)
    views: int | None = None


def tubes(name, paper=None):
    """A variant with another tube set."""
    return Variant({"tubes": name}, paper)


def last(blocks, paper=None, scaled="open"):
    """A variant that trains only the last blocks of the large model, of four, on videos only."""
    return Variant(VIDEOS | {"frozen": 4 - blocks}, paper, scaled)


STUDIES = {
    "positions": {  # Table 7a
        "none": Variant({"position": "none"}, 78.6),
        "learned": Variant({"position": "learned"}, 79.2),
        "fixed, without strides": Variant({"position": "strideless"}, 77.7),
        "fixed": Variant(paper=84.5)},
    "tubes": {  # Table 7b
        "1 tube": tubes("demo-1", 78.4), "2 tubes": tubes("demo-2", 81.5),
        "4 tubes": Variant(paper=83.4), "8 tubes": tubes("demo-8", 85.4)},
    "space-to-depth": {  # Table 7c
        "none": Variant(paper=83.4), "2 in time": tubes("demo-2t", 84.7),
        "2 in space": tubes("demo-2s", 84.5), "4 in time": tubes("demo-4t", 85.1),
        "4 in space": tubes("demo-4s", 85.4), "2 x 2": tubes("demo-4st", 85.3)},
    "tokens": {  # Table 7d; the paper has 559, 768, 1024 and 1536 tokens; one training
        "as trained": Variant(paper=84.5), "x 2 in time": Variant(paper=84.9, denser=(2, 1, 1)),
        "x 2 in width": Variant(paper=84.6, denser=(1, 1, 2)),
        "x 4 in space": Variant(paper=83.5, denser=(1, 2, 2))},
    "views": {  # Table 7f; the paper has 1x1 and 4x1; one training
        "1 view": Variant(paper=82.8, views=1), "2 views": Variant(views=2),
        "4 views": Variant(paper=83.3, views=4), "8 views": Variant(views=8)},
    "baselines": {  # Tables 5, 7e and 12; some of the paper's models have other sizes
        "TubeViT": Variant(), "with space-to-depth": tubes("demo-s2d"),
        "shared kernel": tubes("demo-shared", 83.8), "core tubes": tubes("demo-core"),
        "2D patches": tubes("demo-patches", 87.6), "dense tubelets": tubes("demo-dense", 88.4),
        "every frame, divided": tubes("demo-frames")},
    "scaling": {  # Table 6, where the last 4 and 8 of ViT-H's 32 blocks train, and 9
        "head": last(0, 85.6), "last block": last(1, 86.3), "last 2 blocks": last(2, 86.8),
        "last 2 and the gate": last(2, 89.7, "gate"), "all": last(4, 91.8),
        "all, jointly from nothing": Variant(LARGE)},
}
