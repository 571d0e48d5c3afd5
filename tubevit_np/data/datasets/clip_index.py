"""The clips of a data set by the names that its tables give."""

import warnings
from functools import cache

from tubevit_np.data.datasets.walk import is_hidden, walk_files
from tubevit_np.data.decoding.file_kind import file_kind, is_picture
from tubevit_np.data.decoding.images import decoding, read_image
from tubevit_np.data.decoding.open_video import open_stream
from tubevit_np.data.decoding.suffixes import VIDEO_SUFFIXES, suffix_of

ANNOTATION_FOLDERS = ("annotations", "labels")  # next to the clips
OFFICIAL_FOLDERS = ("ucftraintestlist", "testtrainmulti_7030_splits")  # see official_splits.py


def dataset_folder(path):
    """The folder of the data set that an annotation file belongs to."""
    folders = (*ANNOTATION_FOLDERS, *OFFICIAL_FOLDERS)
    return path.parent.parent if path.parent.name.lower() in folders else path.parent


class ClipIndex:
    """The files below a folder by their names, with and without suffix.

    ambiguous: {requested name: its files}, for names that stand for several files."""

    def __init__(self, folder):
        self.folder, self.files, self.ambiguous = folder, {}, {}
        for file in sorted(walk_files(folder)):
            if not is_hidden(file.name):
                for name in {file.stem, file.name}:
                    self.files.setdefault(name, []).append(file)

    def get(self, *names):
        """The clip of the first name that has one; of several clips, the first in sorted order that
        can be decoded.

        Files with the suffix of a video come before other videos of the same name."""
        clips = list(dict.fromkeys(file for name in names for file in self.of_name(name)))
        if len(clips) > 1:
            self.ambiguous[names[0]] = clips
            return next(filter(can_be_decoded, clips), clips[0])
        return clips[0] if clips else None

    def of_name(self, name):
        """The files of a name with suffix; of one without, only videos."""
        files = self.files.get(name, [])
        return [file for file in files if file.name == name and file.suffix] or (
            [file for file in files if suffix_of(file) in VIDEO_SUFFIXES]
            or [file for file in files if file_kind(file) == "video"])

    def warn_of_ambiguous(self):
        """Warn of the names that stand for several files, and give the rule."""
        if self.ambiguous:
            name, files = min(self.ambiguous.items())
            names = ", ".join(str(file.relative_to(self.folder)) for file in files)
            warnings.warn(f"{self.folder}: names that stand for several files: "
                          f"{len(self.ambiguous)}, the first: {name} ({names}); the first file in "
                          "sorted order that can be decoded is used")


@cache
def index_clips(folder):
    """The ClipIndex of a folder; cached during a listing."""
    return ClipIndex(folder)


def can_be_decoded(path):
    """Whether the first frame of a file can be decoded."""
    try:
        if is_picture(path):
            return read_image(path, 1) is not None
        with decoding("video", path):
            file, stream = open_stream(path)
            with file:
                return next(file.decode(stream), None) is not None
    except ValueError:
        return False
