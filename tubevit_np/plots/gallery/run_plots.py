"""The pictures that a run leaves, its curves and its kernels, and that of an ablation."""

from tubevit_np.model.kernels import tube_kernel
from tubevit_np.runs.run_folder import read_metrics
from tubevit_np.storage.checkpoint import load

CURVES = "Training, and {} held-out examples now and then"
KERNELS = "Tube kernels of {}"


def draw_curves(folder, glance, chance):
    """curves.png of a run folder.  glance: how many held-out examples are looked at now and then;
    chance: {accuracy: share that guessing gets}."""
    from tubevit_np.plots.style import save
    from tubevit_np.plots.training_plots import curves

    records = read_metrics(folder / "metrics.jsonl")
    save(curves.draw_curves(records, CURVES.format(glance), chance), folder / "curves.png")


def draw_kernels(path, folder):
    """kernels.png and tubes.png (animated) of a checkpoint, into folder; returns their paths."""
    from tubevit_np.plots.kernel_plots import grid as kernels
    from tubevit_np.plots.kernel_plots.animation import animate_kernels
    from tubevit_np.plots.style import save

    params, cfg, _ = load(path)
    found = tube_kernels(params, cfg)
    folder.mkdir(parents=True, exist_ok=True)
    still, moving = folder / "kernels.png", folder / "tubes.png"
    save(kernels.draw_kernels(found, KERNELS.format(path.resolve().parent.name)), still)
    return (still, moving) if animate_kernels(found, moving) else (still,)


def tube_kernels(params, cfg):
    """{"8x8x8": w (kt, kh, kw, C, D/S)} of all tubes; of equal names each with its number."""
    names = [tube.name for tube in cfg.tubes]
    return {name if names.count(name) == 1 else f"{name}, tube {i}": tube_kernel(params, cfg, i)
            for i, name in enumerate(names)}


def draw_ablation(path, rows, title):
    """rows: a dict for each variant, see tubevit_np/plots/training_plots/ablation.py."""
    from tubevit_np.plots.style import save
    from tubevit_np.plots.training_plots import ablation

    save(ablation.draw_ablation(rows, title), path)
