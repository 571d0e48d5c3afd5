"""What the lessons share: the map at the top, pictures with captions, tables, the demo model.

A notebook runs in this folder and imports this module first: it makes the packages importable
without installation, and sets one BLAS thread, so that the last digits are the same each time."""

import ast
import base64
import functools
import html
import inspect
import io
import os
import re
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported
TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP)] if str(TOP) not in sys.path else []

import numpy as np
from IPython.display import display
from matplotlib import style
from PIL import Image

import tubevit_np as tv
from tubevit_np.data.generated.scenes import make_clips, make_pools
from tubevit_np.plots.kernel_plots.animation import write_frames
from tubevit_np.plots.model_plots.model_map import PARTS, draw_overview
from tubevit_np.plots.style import DPI, LOOK, page, render, tidy

style.use(LOOK)
SHARP = DPI / 100  # pixels of a figure for each pixel of the page
SECTION = re.compile(r"\n *(?=\w+\n +-+\n)")  # the heading of a part of a docstring
PICTURES = 32  # that are filmed: few, so that a lesson starts quickly


class Picture:
    """Image bytes with a caption: picture and caption in a notebook, the caption alone elsewhere.

    The caption is also the alt text: it says what the picture shows and what to look at."""

    def __init__(self, png, caption, width, pixelated=False):
        if not caption.strip():
            raise ValueError("a picture needs a caption: say in a sentence what it shows")
        self.png, self.caption, self.width = png, " ".join(caption.split()), width
        self.style = "background:white;max-width:100%;height:auto" + (
            ";image-rendering:pixelated" if pixelated else "")

    def __repr__(self):
        return self.caption

    def _repr_html_(self):
        caption = html.escape(self.caption)
        data = base64.b64encode(self.png).decode()
        return (f'<figure style="margin:0"><img alt="{caption}" width="{self.width}" '
                f'style="{self.style}" src="data:image/png;base64,{data}">'
                f"<figcaption><em>{caption}</em></figcaption></figure>")


def overview(*parts):
    """Show the map of the model with some parts marked; their names: model_plots/model_map.py."""
    names = [", ".join(some).replace("heads", "classification heads") for some in (PARTS, parts)]
    show(draw_overview(parts), f"The model, from left to right: {names[0]}. "
         f"This lesson is about: {names[1]}.")


def show(figure, caption):
    """Display a Figure with a caption under it.  Raises ValueError for an empty caption."""
    png, picture = io.BytesIO(), render(figure)
    Image.fromarray(picture).save(png, "PNG", optimize=True)
    display(Picture(png.getvalue(), caption, round(picture.shape[1] / SHARP)))


def play(clip, caption, scale=4, milliseconds=125):
    """Display a clip (T, H, W, 3) uint8 as a film that repeats, enlarged `scale` times."""
    png = io.BytesIO()
    write_frames(clip, png, milliseconds)
    display(Picture(png.getvalue(), caption, scale * clip.shape[2], pixelated=True))


@tidy
def axes(width, height, rows=1, columns=1, widths=None):
    """An empty Figure of width x height pixels, and its axes: one, or an array (rows, columns).

    widths: relative widths of the columns."""
    figure = page(width, height)
    figure.set_layout_engine("constrained")
    return figure, figure.subplots(rows, columns, width_ratios=widths)


def shapes(**arrays):
    """Print shape, dtype, minimum and maximum of each array.

    Floats have three digits; further digits differ between machines."""
    print(f"{'name':<16}{'shape':<26}{'dtype':<10}{'min':>10}{'max':>10}")
    for name, array in arrays.items():
        array = np.asarray(array)
        least, most = (f"{float(value):.3g}" for value in (array.min(), array.max()))
        print(f"{name:<16}{array.shape!s:<26}{array.dtype!s:<10}{least:>10}{most:>10}")


def source(*functions):
    """Print the source of functions of the packages, their docstrings without the sections."""
    print("\n\n\n".join(map(_short_source, functions)))


def _short_source(function):
    """The source of a function; its docstring ends before Parameters, Returns and so on."""
    text = inspect.getsource(function).rstrip()
    doc = ast.parse(text).body[0].body[0]
    before, *sections = SECTION.split(function.__doc__ or "", maxsplit=1)
    if not sections:
        return text
    lines, before = text.splitlines(), before.rstrip()
    shown = f'{" " * doc.col_offset}"""{before}' + (
        f"\n{' ' * doc.col_offset}" if "\n" in before else "") + '"""'
    lines[doc.lineno - 1:doc.end_lineno] = [shown]
    return "\n".join(lines)


@functools.cache
def model():
    """Parameters, Config and notes of the demo model, trained on generated clips and images."""
    return tv.load(TOP / "figures/demo/model.safetensors")


@functools.cache
def pools(seed=0):
    """A few pictures of dead leaves, the input of make_clips and make_images."""
    return make_pools(np.random.default_rng(seed), pictures=PICTURES)


def clips(count, seed=0):
    """Clips of "scenes", (count, 16, 48, 48, 3) uint8, and {"verb": (count,), "noun": (count,)}."""
    return make_clips(pools(), count, np.random.default_rng(seed))
