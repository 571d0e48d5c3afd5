"""Write exported files into a folder, without replacing a model that is already there."""

from contextlib import ExitStack
from pathlib import Path

from tubevit_np.storage.atomic_files import atomic_write, make_folder


def write_new(folder, files):
    """Write {name: bytes}.  Raises ValueError if the folder holds one of these files, such as the
    model.safetensors of a run."""
    folder = Path(folder)
    if existing := [name for name in files if (folder / name).exists()]:
        raise ValueError(f"{folder} already holds {existing[0]}; give another folder")
    make_folder(folder, "--out")
    with ExitStack() as undo:  # if the disk is full, for example, no part of the files stays
        for name, content in files.items():
            with atomic_write(folder / name, "wb") as file:
                file.write(content)
            undo.callback((folder / name).unlink)
        undo.pop_all()
