"""The command share: a run as a folder that is ready for the Hugging Face Hub."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

from tubevit_np.required import install
from tubevit_np.runs.run_folder import MODEL, load_model, shared_notes
from tubevit_np.storage.atomic_files import new_folder, write_text
from tubevit_np.storage.checkpoint import save
from tubevit_np.variants.params import num_params

RECIPE, KERNELS = "config.json", "kernels.png"


def share(options, engine):
    """Write the folder; print what is in it, what is missing, and the command that uploads it."""
    path, params, cfg, notes = load_model(options.run)
    with new_folder(options.folder, "FOLDER") as folder:
        missing = [*write_files(folder, path, params, cfg, notes, Path(options.folder).name)]
        names = sorted(file.name for file in folder.iterdir())
    print(f"{options.folder}: {', '.join(names)}", *missing, sep="\n")
    print("fill in: the license and the last limit in README.md\n"
          f"upload:  hf upload USER/{Path(options.folder).name} {options.folder}")


def write_files(folder, path, params, cfg, notes, title):
    """Write all files; yield one line for each that is missing."""
    from tubevit_np.transfer.model_card import model_card
    from tubevit_np.transfer.public_config import public_config

    run, recipe = path.parent, None
    save(folder / MODEL, params, cfg, notes["labels"], **shared_notes(notes))
    if (run / RECIPE).exists():
        write_text(folder / RECIPE, public_config(run / RECIPE))
        recipe = json.loads((run / RECIPE).read_text(encoding="utf-8"))["recipe"]
    else:
        yield f"left out {RECIPE}: {run} has none; evaluating the shared model will need --data"
    scores = read(run / "evaluation.json") if path.name == MODEL else None
    if scores is None:
        yield "no scores in README.md: " + (
            f"write them into the run first, with: evaluate {run}" if path.name == MODEL else
            f"evaluation.json of a run is for {MODEL}, not for {path.name}")
    if why := copy_kernels(folder, run, params, cfg, title):
        yield why
    card = model_card(title, cfg, notes, num_params(cfg), recipe, read(run / "data.json"), scores,
                      (folder / KERNELS).exists())
    write_text(folder / "README.md", card)


def read(path):
    """A JSON file, or None if there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def copy_kernels(folder, run, params, cfg, title):
    """Copy the picture of the kernels, or draw it; returns a line if neither is possible."""
    if (run / KERNELS).exists():
        shutil.copyfile(run / KERNELS, folder / KERNELS)
    elif find_spec("matplotlib"):
        from tubevit_np.plots.gallery.run_plots import draw_still

        draw_still(params, cfg, title, folder / KERNELS)
    else:
        return f"left out {KERNELS}: {install('matplotlib')}"
    return None
