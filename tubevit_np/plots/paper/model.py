"""The whole model at the width of a column."""

import numpy as np
from matplotlib import rcParams

from tubevit_np.model.config import Config
from tubevit_np.plots.model_plots.architecture import LEFTS, draw_model, one_row
from tubevit_np.plots.paper.boxes import Box
from tubevit_np.plots.paper.kernels import TWO_COLUMNS
from tubevit_np.plots.paper.look import SIZE
from tubevit_np.plots.style import place

FONTS = 0.8  # of the size in the gallery: columns are narrow
FOLDED = dict(zip(LEFTS, (20, 470, 690, 930, 90, 420, 780), strict=True))  # in two rows


def lay_architecture(clip: np.ndarray, cfg: Config, width: float) -> Box:
    """Lay out the path of a clip through the model, as `draw_architecture` does for the gallery.

    Parameters
    ----------
    clip : array, shape (T, H, W, 3), uint8
        The clip whose voxels are drawn.
    cfg : Config
        The model.
    width : float
        Width of the page, in pixels.

    Returns
    -------
    Box
        All columns side by side, or encoder, pooling and heads below the others.
    """
    plan = one_row(clip, cfg)
    plan = plan._replace(vector=(60, 145)) if width > TWO_COLUMNS else _two_rows(plan)
    fonts = FONTS * min(1, SIZE / rcParams["font.size"])  # larger texts do not fit into the columns
    plan = plan._replace(zoom=width / plan.width, fonts=fonts, heading=10.5, plus=11)
    height = plan.height * plan.zoom

    def draw(figure, left, top):
        draw_model(place(figure, left, top, width, height), clip, cfg, plan)

    return Box(width, height, draw)


def _two_rows(plan):
    """Return the plan with encoder, pooling and heads in a row of their own."""
    second = plan.height + 20
    middle = second + 460
    return plan._replace(lefts=FOLDED, width=1200, height=middle + 330, second=second,
                         middle=middle)
