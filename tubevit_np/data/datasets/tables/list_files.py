"""Lists: lines "PATH LABEL" or "PATH,LABEL"; a number may stand for a name of labels.txt."""

from pathlib import Path

from tubevit_np.data.datasets.clip_index import dataset_folder, index_clips
from tubevit_np.data.datasets.tables.row import Row
from tubevit_np.data.decoding.suffixes import VIDEO_SUFFIXES

CLASS_NAMES = ("labels.txt", "label_map.txt", "classes.txt")  # one name per line, next to a list


def list_file_rows(path):
    """Yield the Rows of lines "PATH LABEL"; a number is an index into the class names file."""
    names = read_class_names(path)
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if line.strip():
            name, label = _split_line(line.strip(), f"{path}, line {number}")
            file = path.parent / name
            if Path(name).name == name and not file.is_file():  # lists often omit the folder
                file = index_clips(dataset_folder(path)).get(Path(name).stem, file)
            yield Row(file, names.get(label, label))


def _split_line(line, where):
    """(path, label) of a line: the label is last; a path may contain spaces and commas.

    where: the file and line for the error message.  Raises ValueError."""
    for separator in (",", " "):
        file, _, label = (part.strip() for part in line.rpartition(separator))
        if label and Path(file).suffix.lower() in VIDEO_SUFFIXES:
            return file, label
    words = line.split()
    kind = ("several labels for one video" if Path(words[0]).suffix.lower() in VIDEO_SUFFIXES
            else "folders of frames")
    hint = f"; lists with {kind} are not supported" if len(words) > 2 else ""
    raise ValueError(f"{where}: expected PATH LABEL of a video, got {line!r}{hint}")


def read_class_names(path):
    """{"0": first name, ...} from the class names file next to a list; {} without such a file."""
    files = [path.parent / name for name in CLASS_NAMES if (path.parent / name).is_file()]
    names = files[0].read_text(encoding="utf-8-sig").splitlines() if files else []
    return {str(k): name.strip() for k, name in enumerate(names)}
