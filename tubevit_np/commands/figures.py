"""All pictures of a run, and their numbers."""

from tubevit_np.storage.atomic_files import make_folder


def figures(options, engine):
    """Draw the pictures into --out, or into the run's folder, with scores.json and README.md."""
    from tubevit_np.plots.gallery.pictures import PICTURES, draw_all
    from tubevit_np.plots.gallery.run_data import Opened

    run = Opened(options.run, clip=options.clip, control=options.control)
    if options.clip and run.example:  # an unreadable clip is reported before anything is drawn
        print(f"over {run.example.name}")
    folder = make_folder(options.out or run.folder, "--out")
    missing = draw_all(run, folder)
    for picture in PICTURES:
        why = missing.get(picture.name)
        print(f"left out {picture.name}: {why}" if why else folder / picture.name)
    print(folder / "scores.json", folder / "README.md", sep="\n")
