"""The commands that draw, and the pictures of other commands if matplotlib is installed."""

from importlib.util import find_spec
from pathlib import Path

from tubevit_np.required import install
from tubevit_np.runs.run_folder import find_model
from tubevit_np.storage.atomic_files import make_folder

INSTALL = install("matplotlib")


def can_draw():
    """Whether matplotlib is installed; prints one line if it is not."""
    if find_spec("matplotlib"):
        return True
    print(f"no pictures are drawn: {INSTALL}")
    return False


def check_matplotlib():
    """Raises ValueError if matplotlib is not installed."""
    if not find_spec("matplotlib"):
        raise ValueError(f"cannot draw: {INSTALL}")


def figures(options, engine):
    """Draw the pictures into --out, or into the run's folder, with scores.json and README.md."""
    check_matplotlib()
    from tubevit_np.plots.gallery.pictures import PICTURES, draw_all
    from tubevit_np.plots.gallery.run_data import Opened

    run = Opened(options.run, clip=options.clip, control=options.control)
    if options.clip and run.example:  # an unreadable clip is reported before anything is drawn
        print(f"input of the pictures: {run.example.name}")
    folder = make_folder(options.out or run.folder, "--out")
    missing = draw_all(run, folder)
    for picture in PICTURES:
        why = missing.get(picture.name)
        print(f"left out {picture.name}: {why}" if why else folder / picture.name)
    print(folder / "scores.json", folder / "README.md", sep="\n")


def kernels(options, engine):
    """Draw the tube kernels of a run or checkpoint into --out, or into the run's folder."""
    check_matplotlib()
    from tubevit_np.plots.gallery.run_plots import draw_kernels

    path = find_model(options.run)
    for picture in draw_kernels(path, Path(options.out or path.parent)):
        print(picture)


def draw_run(run):
    """Draw curves.png and the kernels of an open run into its folder, if that is possible."""
    if can_draw():
        from tubevit_np.plots.gallery import run_plots

        run_plots.draw_run(run)


def draw_study(path, columns, rows, title):
    """Draw the rows of an ablation as a picture, if that is possible."""
    if can_draw():
        from tubevit_np.plots.gallery.run_plots import draw_ablation

        draw_ablation(path, [dict(zip(columns, row, strict=True)) for row in rows], title)
