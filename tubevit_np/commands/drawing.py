"""The commands that draw, and the pictures of other commands if matplotlib is installed."""

from importlib.util import find_spec
from pathlib import Path

from tubevit_np.nearest import nearest
from tubevit_np.required import install
from tubevit_np.runs.run_folder import find_model
from tubevit_np.storage.atomic_files import check_folder, make_folder
from tubevit_np.storage.hub import is_hub_name

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
    """Draw the pictures into --out, or into the run's folder, with scores.json and README.md.

    With --only, there is no such page; an option for paper also changes the layout."""
    check_matplotlib()
    from tubevit_np.plots.gallery.pictures import PICTURES, draw_all
    from tubevit_np.plots.gallery.run_data import Opened

    paper, chosen = paper_of(options), pictures_of(options.only, PICTURES)
    if paper and options.only:
        paper.check(chosen)
    run = Opened(options.run, clip=options.clip, control=options.control)
    if options.clip and run.example:  # an unreadable clip is reported before anything is drawn
        print(f"input of the pictures: {run.example.name}")
    folder = make_folder(pictures_folder(options, run.folder), "--out")
    missing = (paper.draw(run, folder, chosen) if paper else
               draw_all(run, folder, chosen, page_too=not options.only))
    for picture in chosen:
        why = missing.get(picture.name)
        path = folder / (paper.file(picture) if paper else picture.name)
        print(f"left out {path.name}: {why}" if why else path)
    if not (paper or options.only):
        print(folder / "scores.json", folder / "README.md", sep="\n")


def paper_of(options):
    """The settings of figures for a paper, or None if no option asks for them."""
    from tubevit_np.plots.paper.pages import Paper

    given = {"form": options.format, "width": options.width, "font_size": options.font_size,
             "style": options.style, "captions": False if options.no_captions else None}
    given = {name: value for name, value in given.items() if value is not None}
    return Paper(**given) if given else None


def pictures_of(names, pictures):
    """The pictures of these names, in the order of the gallery; all if there are no names.

    Raises ValueError for a name that does not exist."""
    known = [Path(picture.name).stem for picture in pictures]
    wanted = [name.removesuffix(".png") for name in names or known]
    for name in wanted:
        if name not in known:
            raise ValueError(f"no picture {name!r}{nearest(name, known)}; there are "
                             f"{', '.join(known)}")
    return [picture for picture, name in zip(pictures, known, strict=True) if name in wanted]


def pictures_folder(options, folder):
    """--out, which may have to be made, or the folder of the run.

    Raises ValueError if that is the Hub's cache, or read-only."""
    if not options.out and is_hub_name(options.run):
        raise ValueError(f"{options.run} is a model of the Hugging Face Hub; give the folder for "
                         "the pictures, with --out")
    folder = Path(options.out or folder)
    check_folder(folder, "folder with --out")
    return folder


def kernels(options, engine):
    """Draw the tube kernels of a run or checkpoint into --out, or into the run's folder."""
    check_matplotlib()
    from tubevit_np.plots.gallery.run_plots import draw_kernels

    path = find_model(options.run)
    for picture in draw_kernels(path, pictures_folder(options, path.parent)):
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
