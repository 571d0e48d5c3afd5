"""The files of class folders, PATH/CLASS/FILE, and what kind of file each one is."""

from tubevit_np.data.datasets.part_names import canonical_part
from tubevit_np.data.datasets.tables.row import Row, class_name
from tubevit_np.data.datasets.walk import is_hidden, walk_files
from tubevit_np.data.decoding.file_kind import file_kind, picture_kind
from tubevit_np.data.decoding.suffixes import IMAGE_SUFFIXES, VIDEO_SUFFIXES, suffix_of

SUFFIXES = {"video": VIDEO_SUFFIXES, "image": IMAGE_SUFFIXES}


def class_folder_rows(folder, kind):
    """Rows of the videos or images in the class folders of a folder, and in folders below these.

    PATH/CLASS/train/FILE names the part of the file."""
    files = ((file, file.relative_to(folder).parts) for file in walk_files(folder))
    return [Row(file, class_name(names[0]), inner_part(names)) for file, names in files
            if len(names) > 1 and is_kind(file, kind)]


def inner_part(names):
    """The name of the folder below a class folder, if it names a part, else "".

    names: of the folders of a file, from its class on, and its own."""
    return names[1] if len(names) > 2 and canonical_part(names[1]) else ""


def is_kind(file, kind):
    """Whether a file is a "video" or an "image", and not hidden."""
    return not is_hidden(file.name) and kind_in_set(file, kind) == kind


def kind_in_set(file, kind):
    """"video", "image" or "": what a file is in a set of videos or of images.

    FFmpeg opens no file that has a usual suffix of the set, because that takes long. But a still
    image with the suffix of a video is an image. For other suffixes the content decides."""
    if suffix_of(file) not in SUFFIXES[kind]:
        return file_kind(file)
    return "image" if kind == "image" or picture_kind(file) == "still" else "video"


def subfolders(folder):
    """The folders in a folder, without hidden ones; none if `folder` is not a folder."""
    return [child for child in children(folder) if child.is_dir() and not is_hidden(child.name)]


def files_in(folder, kind):
    """The videos or images that lie directly in a folder."""
    return [file for file in children(folder) if file.is_file() and is_kind(file, kind)]


def children(folder):
    """The files and folders in a folder; none if it is not a folder, or cannot be read."""
    try:
        return [*folder.iterdir()] if folder.is_dir() else []
    except OSError:  # unused.py names it
        return []
