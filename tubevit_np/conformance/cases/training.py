"""AdamW, the learning rate, clipping, ten joint steps, and new parameters."""

import math

import numpy as np

from tubevit_np.conformance.case import Case, Draw, plain
from tubevit_np.conformance.cases.layout import PATCH
from tubevit_np.model.config import Config, Tube
from tubevit_np.model.params import shapes
from tubevit_np.model.presets import TUBES

SHAPES = {"tubes.0.w": (2, 3, 4, 1, 2), "matrix.w": (3, 4), "norm.g": (5,), "gate.alpha": ()}
RATES = {"tubes.0.w": 0.5}
SHORT = Tube((3, 3, 2), (1, 4, 3), (1, 0, 2))
TRAINED = Config((PATCH, SHORT), 12, 1, 3, 8, {"verb": 4, "noun": 5}, channels=2, gate_layer=0,
                 position_scale=0.5, tau=50.0)
CLIP, IMAGE, STEPS = (5, 7, 9), (7, 9), 10


def rates():
    for step, warmup, why in [(0, 4, "the first step is no step of 0"), (3, 4, "the peak"),
                              (4, 4, "the peak again: the cosine begins"),
                              (9, 4, "half-way down the cosine"), (13, 4, "the last step"),
                              (0, 0, "without warm-up"), (9, 20, "warm-up to the end")]:
        yield Case("optimizer", f"learning_rate-{step}-of-14-warmup-{warmup}", "learning_rate", why,
                   attributes={"step": step, "steps": 14, "peak": 2.0, "warmup": warmup})


def clipping():
    draw = Draw("clip")
    grads = {f"grads.{name}": draw(*shape) for name, shape in SHAPES.items()}
    for name, most, size, why in [
            ("above", 0.5, 1, "all are scaled together, by their joint norm"),
            ("within", 1024.0, 1, "small gradients are left as they are"),
            ("nothing", 0.5, 0, "no gradient at all: nothing to divide by")]:
        sized = {name: g * np.float32(size) for name, g in grads.items()}
        yield Case("optimizer", f"clip-{name}", "clip", why, sized, {"most": most})


def steps():
    """AdamW after earlier steps; one matrix has no gradient."""
    for name, t, size, spectral, why in [
            ("first", 1, 1.0, False, "both moments corrected; decay on matrices and kernels alone"),
            ("third", 3, 1.0, False, "a missing gradient is 0: moments fade, decay goes on"),
            ("faint", 3, 2.0**-26, False, "gradients of about eps, 1e-8, outside the root"),
            ("by-waves", 3, 1.0, True, "kernels and their moments in a cosine basis")]:
        draw = Draw(f"adamw {name}")
        arrays = {f"params.{n}": draw(*shape) for n, shape in SHAPES.items()}
        arrays |= {f"grads.{n}": draw(*shape, most=size) for n, shape in SHAPES.items()
                   if n != "matrix.w" or t == 1}
        past = 0.0 if t == 1 else size
        arrays |= {f"m.{n}": draw(*shape, most=past) for n, shape in SHAPES.items()}
        arrays |= {f"v.{n}": draw(*shape, most=past**2 / 4, about=past**2 / 2)
                   for n, shape in SHAPES.items()}
        yield Case("optimizer", f"adamw-{name}", "adamw", why, arrays, {
            "t": t, "lr": 0.125, "weight_decay": 0.25, "rates": RATES, "spectral": spectral})


def kernel_rate(shape):
    """Return the factor on the learning rate of a tube kernel: 4 (768 / fan-in)^0.75."""
    return 4 * (768 / math.prod(shape[:-1])) ** 0.75


def trainings():
    """Each step adds the mean losses of a batch of videos and a batch of images (Sec. 3.5)."""
    for name, spectral, why in [("ten-losses", False, "warm-up, cosine, clipping, decay, the gate"),
                                ("ten-losses-by-waves", True, "kernels stepped by their waves")]:
        draw = Draw(name)
        params = draw.params(shapes(TRAINED))
        rates = {name.removeprefix("params."): kernel_rate(w.shape)
                 for name, w in params.items() if w.ndim == 5}
        yield Case("training", name, "train", why, params | {
            "videos": draw(STEPS, 2, *CLIP, 2), "video_labels": draw.labels(4, STEPS, 2),
            "images": draw(STEPS, 3, *IMAGE, 2), "image_labels": draw.labels(5, STEPS, 3)}, {
                "cfg": plain(TRAINED), "head_of_videos": "verb", "head_of_images": "noun",
                "rates": rates, "lr": 2.0**-8, "warmup": 3, "weight_decay": 0.125, "clip": 4.0,
                "smoothing": 0.125, "spectral": spectral})


def beginnings():
    cfg = Config(TUBES["main"], 96, 2, 3, 192, {"verb": 50}, gate_layer=0, pool_mlp=True)
    yield Case("initial", "spread", "init", "small kernels, or they drown the position; 0 biases, "
               "gains 1, alpha 0", attributes={"cfg": plain(cfg), "seed": 0}, judge="spread")


def cases():
    return [*rates(), *clipping(), *steps(), *trainings(), *beginnings()]
