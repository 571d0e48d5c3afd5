"""The file with the class names of a list: line k, counted from 0, is the name for the number k."""

from tubevit_np.data.datasets.tables.row import class_name, whole_number, without_zeros
from tubevit_np.data.datasets.tables.text_files import read_text
from tubevit_np.nearest import nearest

CLASS_NAMES = ("labels.txt", "label_map.txt", "classes.txt")  # one name per line, next to a list


def names_of_labels(labels, path):
    """The class names for the labels of a list, from a file next to the list if there is one.

    labels: [(line number, label)].  Raises ValueError for a label that this file does not have."""
    texts = [class_name(text) for _, text in labels]
    files = [path.with_name(name) for name in CLASS_NAMES
             if name != path.name and path.with_name(name).is_file()]
    if not files:
        return without_zeros(texts)
    names = read_names(files[0])
    known, numbers = {*names}, [whole_number(text) for text in texts]
    in_range = [number is not None and 0 <= number < len(names) for number in numbers]
    if {*texts} <= known and not all(in_range):  # names, even if they are numbers, such as years
        return texts
    for (line, _), text, number, fits in zip(labels, texts, numbers, in_range, strict=True):
        if not fits and (number is not None or text not in known):
            raise ValueError(f"{path}, line {line}: {problem(text, numbers, names, files[0].name)}")
    return [text if number is None else names[number]
            for text, number in zip(texts, numbers, strict=True)]


def problem(label, numbers, names, file):
    """Why a label has no name, and the likely cause.

    numbers: the number of each label of the list, None for a label that is text."""
    if whole_number(label) is None:
        return (f"label {label!r} is neither a name in {file} nor a number from 0 to "
                f"{len(names) - 1}{nearest(label, names)}")
    found = {number for number in numbers if number is not None}
    cause = ("; do the numbers begin at 1? Then subtract 1 from each"
             if found <= {*range(1, len(names) + 1)} else "")
    return (f"{file} has no name for the number {label}; its {len(names)} names have the numbers "
            f"0 to {len(names) - 1}{cause}")


def read_names(path):
    """The names in a file, one per line.  Raises ValueError for a blank line or a name twice."""
    lines = {}  # of each name
    for line, text in enumerate(read_text(path).rstrip().split("\n"), 1):
        name = class_name(text)
        if not name:
            raise ValueError(f"{path}, line {line} is blank; line 1 is the name for the number 0, "
                             "line 2 for 1, and so on: remove the blank line, or write a name")
        if name in lines:
            raise ValueError(f"{path}, line {line}: the name {name!r} is on line {lines[name]}, "
                             "too; write each name once")
        lines[name] = line
    return [*lines]
