"""What the lessons share: the map at the top, pictures with words for who cannot see them, tables.

A notebook runs in this folder and imports it first: then the packages are found without being
installed, and one BLAS thread makes the last digits the same each time."""

import base64
import functools
import inspect
import io
import os
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
from tubevit_np.data.generated.clips import make_clips, make_pools
from tubevit_np.plots.kernel_plots.animation import write_frames
from tubevit_np.plots.model_plots.model_map import PARTS, draw_overview
from tubevit_np.plots.style import DPI, LOOK, page, render, tidy

style.use(LOOK)
SHARP = DPI / 100  # pixels of a figure for each one of the page
POOLS = 16  # canvases, and sprites of each noun: few, so that a lesson starts at once


class Picture:
    """Image bytes that know their words: an <img> in a notebook, its alt text elsewhere."""

    def __init__(self, png, alt, width, pixelated=False):
        if not alt.strip():
            raise ValueError("a picture needs alt text: say in a sentence what is to be seen")
        self.png, self.alt, self.width = png, " ".join(alt.split()), width
        self.style = "background:white;max-width:100%;height:auto" + (
            ";image-rendering:pixelated" if pixelated else "")

    def __repr__(self):
        return self.alt

    def _repr_html_(self):
        alt = self.alt.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
        data = base64.b64encode(self.png).decode()
        return (f'<img alt="{alt}" width="{self.width}" style="{self.style}" '
                f'src="data:image/png;base64,{data}">')


def overview(*parts):
    """The map of the whole model with these parts of it marked; names: model_plots/model_map.py."""
    show(draw_overview(parts), f"Map of the model, from left to right: {', '.join(PARTS)}. "
         f"Marked, as the subject of this lesson: {', '.join(parts)}.")


def show(figure, alt):
    """Display a Figure;  alt: what it shows, in words.  Raises ValueError where there are none."""
    png, picture = io.BytesIO(), render(figure)
    Image.fromarray(picture).save(png, "PNG", optimize=True)
    display(Picture(png.getvalue(), alt, round(picture.shape[1] / SHARP)))


def play(clip, alt, scale=4, milliseconds=125):
    """Display a clip (T, H, W, 3) uint8 that moves, over and over, `scale` times as large."""
    png = io.BytesIO()
    write_frames(clip, png, milliseconds)
    display(Picture(png.getvalue(), alt, scale * clip.shape[2], pixelated=True))


@tidy
def axes(width, height, rows=1, columns=1, widths=None):
    """An empty Figure of so many pixels, and its axes: one, or an array of rows and columns.

    widths: of the columns, as compared with each other."""
    figure = page(width, height)
    figure.set_layout_engine("constrained")
    return figure, figure.subplots(rows, columns, width_ratios=widths)


def shapes(**arrays):
    """Print shape, type, least and largest value of each array, three digits of what is no whole
    number: further ones differ between machines."""
    print(f"{'name':<16}{'shape':<26}{'dtype':<10}{'min':>10}{'max':>10}")
    for name, array in arrays.items():
        array = np.asarray(array)
        least, most = (f"{float(value):.3g}" for value in (array.min(), array.max()))
        print(f"{name:<16}{array.shape!s:<26}{array.dtype!s:<10}{least:>10}{most:>10}")


def source(*functions):
    """Print the source of functions of the packages: what runs, not a copy of it."""
    print("\n\n\n".join(inspect.getsource(function).rstrip() for function in functions))


@functools.cache
def model():
    """Parameters, Config and notes of the demo, trained on generated clips and images."""
    return tv.load(TOP / "figures/demo/model.safetensors")


@functools.cache
def pools(seed=0):
    """Few backgrounds and sprites; make_clips and make_images of data.generated.clips take them."""
    return make_pools(np.random.default_rng(seed), canvases=POOLS, sprites=POOLS)


def clips(count, seed=0):
    """Generated clips (count, 16, 48, 48, 3) uint8, and {"verb": (count,), "noun": (count,)}."""
    return make_clips(pools(), count, np.random.default_rng(seed))
