"""Pictures of kernels, models and runs. Only this package of tubevit_np imports matplotlib.

`draw_kernels(ax, w)` draws the kernels of one tube into axes of your own. `save(figure, path)`
writes a Figure without a date. `color(number)` is the color of a tube. figures/README.md has an
example.
"""

from tubevit_np.plots.own_axes import draw_kernels
from tubevit_np.plots.style import color, save

__all__ = ["color", "draw_kernels", "save"]
