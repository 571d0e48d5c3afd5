"""Folders of pictures that lie in no class folders: PATH/FILE, or PATH/train/FILE."""

from tubevit_np.data.datasets.class_folders import files_in, subfolders
from tubevit_np.data.datasets.find_parts import parts_in_tables
from tubevit_np.data.datasets.part_names import canonical_part, rank
from tubevit_np.data.datasets.tables.row import Row


def loose_pictures(path, training=True):
    """list_sources of pictures that lie in no class folders; None if there are class folders."""
    if training and canonical_part(path.name) and parts_without_classes(path.parent):
        path = path.parent
    folders = parts_without_classes(path)
    return folders and (folders, {part: sorted(Row(file, path.name) for file
                                               in files_in(folder, "image"))
                                  for part, folder in folders.items()})


def parts_without_classes(path):
    """{part: folder} if its pictures lie in no class folders, else {}."""
    if not path.is_dir() or parts_in_tables(path):
        return {}
    parts = [folder for folder in sorted(subfolders(path)) if canonical_part(folder.name)]
    parts.sort(key=lambda folder: rank(folder.name.lower()), reverse=True)
    named = {canonical_part(folder.name): folder for folder in parts}
    folders = named or {"train": path}
    with_classes = any(files_in(child, "image") for folder in folders.values()
                       for child in subfolders(folder))
    loose = any(files_in(folder, "image") for folder in folders.values())
    return folders if loose and not with_classes else {}
