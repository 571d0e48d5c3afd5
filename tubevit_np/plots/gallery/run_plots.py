"""The pictures that training and ablations leave in their folders."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tubevit_np.model.config import Config
from tubevit_np.model.kernels import tube_kernel
from tubevit_np.plots.kernel_plots import grid
from tubevit_np.plots.kernel_plots.animation import animate_kernels
from tubevit_np.plots.style import save
from tubevit_np.plots.training_plots import ablation, curves
from tubevit_np.runs.run import Run
from tubevit_np.runs.run_folder import METRICS, find_model, read_metrics
from tubevit_np.runs.score_names import chances, final_scores
from tubevit_np.storage.checkpoint import load
from tubevit_np.storage.hub import title_of

CURVES = "Training, with accuracy on held-out examples"
KERNELS = "Tube kernels of {}"


def draw_run(run: Run) -> None:
    """Draw curves.png and the kernels of the newest checkpoint into the folder of a run.

    Parameters
    ----------
    run : Run
        An open run.
    """
    chance = chances((source.kind, source.labels) for source in run.sources)
    records = read_metrics(run.folder / METRICS)
    figure = curves.draw_curves(records, CURVES, chance, final_scores(run.folder))
    save(figure, run.folder / "curves.png")
    draw_kernels(find_model(run.folder), run.folder)


def draw_kernels(path: Path, folder: Path) -> tuple[Path, ...]:
    """Draw kernels.png and, if there are video tubes, tubes.png (animated) of a checkpoint.

    Parameters
    ----------
    path : Path
        The checkpoint.
    folder : Path
        Where to write; it is made if needed.

    Returns
    -------
    tuple of Path
        The files written.
    """
    params, cfg, _ = load(path)
    tubes = tube_kernels(params, cfg)
    folder.mkdir(parents=True, exist_ok=True)
    still, moving = folder / "kernels.png", folder / "tubes.png"
    draw_still(params, cfg, title_of(path), still)
    return (still, moving) if animate_kernels(tubes, moving) else (still,)


def draw_still(params: Mapping[str, Any], cfg: Config, name: str, path: Path) -> None:
    """Draw the kernels of a model as a picture.

    Parameters
    ----------
    params : dict
        Nested parameters.
    cfg : Config
        The model.
    name : str
        Name of the model, for the title.
    path : Path
        The file to write.
    """
    save(grid.draw_kernels(tube_kernels(params, cfg), KERNELS.format(name)), path)


def tube_kernels(params: Mapping[str, Any], cfg: Config) -> dict[str, np.ndarray]:
    """Return the kernels of all tubes of a model.

    Parameters
    ----------
    params : dict
        Nested parameters, or the kernels of a snapshot.
    cfg : Config
        The model.

    Returns
    -------
    dict of arrays, shape (kt, kh, kw, C, D / S)
        Kernels by tube name, for example "8x8x8". Tubes of equal size are numbered: "8x8x8, tube
        1".
    """
    names = [tube.name for tube in cfg.tubes]
    return {name if names.count(name) == 1 else f"{name}, tube {i}": tube_kernel(params, cfg, i)
            for i, name in enumerate(names)}


def draw_ablation(path: str | Path, rows: Sequence[Mapping[str, Any]], title: str) -> None:
    """Write a picture of an ablation.

    Parameters
    ----------
    path : str or Path
        The file to write.
    rows : list of dict
        One for each variant, as in `training_plots.ablation.draw_ablation`.
    title : str
        Title of the page.
    """
    save(ablation.draw_ablation(rows, title), path)
