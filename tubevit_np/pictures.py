"""The pictures that a run leaves, its curves and its kernels, and that of an ablation."""

from tubevit_np.folder import read_metrics
from tubevit_np.kernels import tube_kernel
from tubevit_np.params import load


def draw_curves(folder, title, chance):
    """curves.png of a run folder;  chance: {accuracy: share that guessing gets}."""
    from figures import curves, save

    records = read_metrics(folder / "metrics.jsonl")
    save(curves.draw_curves(records, title, chance), folder / "curves.png")


def draw_kernels(path, folder):
    """kernels.png and tubes.png (animated) of a checkpoint, into folder; returns their paths."""
    from figures import kernels, save
    from figures.animation import animate_kernels

    params, cfg, _ = load(path)
    names = [tube.name for tube in cfg.tubes]
    found = {name if names.count(name) == 1 else f"{name}, tube {i}": tube_kernel(params, cfg, i)
             for i, name in enumerate(names)}
    folder.mkdir(parents=True, exist_ok=True)
    still, moving = folder / "kernels.png", folder / "tubes.png"
    save(kernels.draw_kernels(found, f"Tube kernels of {path.resolve().parent.name}"), still)
    return (still, moving) if animate_kernels(found, moving) else (still,)


def draw_ablation(path, rows, title):
    """rows: a dict for each variant, see figures/ablation.py."""
    from figures import ablation, save

    save(ablation.draw_ablation(rows, title), path)
