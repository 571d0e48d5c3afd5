"""Where the texts of a Figure stand: too small, cut off, on each other, or in foreign axes."""

import itertools

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation, Text
from mpl_toolkits.mplot3d.art3d import Text3D
from mpl_toolkits.mplot3d.proj3d import proj_transform

SLACK = 1.0  # pixels: letters do not fill their boxes


def faults(figure, smallest=6.0):
    """What is wrong with the texts of a figure, one line each."""
    boxes, page = shown(figure), figure.bbox
    found = [f"small: {text.get_text()!r} {text.get_fontsize():.2f}" for text, *_ in boxes
             if text.get_fontsize() < smallest - 1e-6]
    found += [f"cut off: {text.get_text()!r}" for text, _, box in boxes
              if box.x0 < 0 or box.y0 < 0 or box.x1 > page.x1 or box.y1 > page.y1]
    found += [f"on each other: {one.get_text()!r} {other.get_text()!r}"
              for (one, _, a), (other, _, b) in itertools.combinations(boxes, 2) if a.overlaps(b)]
    found += [f"in foreign axes: {text.get_text()!r}" for text, own, box in boxes
              for ax in figure.axes
              if ax is not own and ax.name != "3d" and ax.bbox.padded(-2).overlaps(box)]
    return found


def shown(figure):
    """[(text, its axes or None, its box in pixels)] of all texts that are drawn."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    owners, hidden = {}, set()
    for ax in figure.axes:
        labels = list(axis_texts(ax))
        hidden |= {text for text, is_drawn in labels if not (is_drawn and ax.axison)}
        owners |= {text: ax for text, _ in labels}
    texts = [text for text in figure.findobj(Text)
             if text.get_visible() and text.get_text().strip() and text not in hidden]
    return [(text, owners.get(text, text.axes), box_of(text, renderer).padded(-SLACK))
            for text in texts]


def box_of(text, renderer):
    """The box of the letters, without the arrow of an annotation, and where a 3D text is drawn."""
    if isinstance(text, Text3D):
        x, y, _ = proj_transform(*text.get_position_3d(), text.axes.get_proj())
        flat = text.axes.text2D(x, y, text.get_text(), transform=text.axes.transData,
                                fontsize=text.get_fontsize(), ha=text.get_ha(), va=text.get_va())
        box = flat.get_window_extent(renderer)
        flat.remove()
        return box
    if isinstance(text, Annotation):
        text.update_positions(renderer)
    return Text.get_window_extent(text, renderer)


def axis_texts(ax):
    """Yield (text, whether it lies within the limits) of the axes' ticks and axis labels."""
    for axis in (ax.xaxis, ax.yaxis, *([ax.zaxis] if ax.name == "3d" else [])):
        low, high = sorted(axis.get_view_interval())
        yield axis.label, True
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            within = low - 1e-9 <= tick.get_loc() <= high + 1e-9
            yield from ((tick.label1, within), (tick.label2, within))
