"""The pictures that a run leaves, its curves and its kernels, and that of an ablation."""

from tubevit_np.model.kernels import tube_kernel
from tubevit_np.plots.kernel_plots import grid
from tubevit_np.plots.kernel_plots.animation import animate_kernels
from tubevit_np.plots.style import save
from tubevit_np.plots.training_plots import ablation, curves
from tubevit_np.runs.run import QUICK_EVAL_CLIPS
from tubevit_np.runs.run_folder import find_model, read_metrics
from tubevit_np.runs.score_names import chances
from tubevit_np.storage.checkpoint import load

CURVES = "Training, and {} held-out examples now and then"
KERNELS = "Tube kernels of {}"


def draw_run(run):
    """curves.png of an open run, and the kernels of its newest checkpoint, into its folder."""
    chance = chances((source.kind, source.labels) for source in run.sources)
    records = read_metrics(run.folder / "metrics.jsonl")
    figure = curves.draw_curves(records, CURVES.format(QUICK_EVAL_CLIPS), chance)
    save(figure, run.folder / "curves.png")
    draw_kernels(find_model(run.folder), run.folder)


def draw_kernels(path, folder):
    """kernels.png and tubes.png (animated) of a checkpoint, into folder; returns their paths."""
    params, cfg, _ = load(path)
    found = tube_kernels(params, cfg)
    folder.mkdir(parents=True, exist_ok=True)
    still, moving = folder / "kernels.png", folder / "tubes.png"
    save(grid.draw_kernels(found, KERNELS.format(path.resolve().parent.name)), still)
    return (still, moving) if animate_kernels(found, moving) else (still,)


def tube_kernels(params, cfg):
    """{"8x8x8": w (kt, kh, kw, C, D/S)} of all tubes; of equal names each with its number."""
    names = [tube.name for tube in cfg.tubes]
    return {name if names.count(name) == 1 else f"{name}, tube {i}": tube_kernel(params, cfg, i)
            for i, name in enumerate(names)}


def draw_ablation(path, rows, title):
    """rows: a dict for each variant, see tubevit_np/plots/training_plots/ablation.py."""
    save(ablation.draw_ablation(rows, title), path)
