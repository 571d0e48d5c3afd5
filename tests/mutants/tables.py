"""Mistakes made on purpose in the tables of data sets."""

from tubevit_np.conformance.mistakes.mutant import Mutant

PLACE = "tubevit_np/data/datasets/tables"

KINETICS = [Mutant(f"{PLACE}/kinetics.py", *rest) for rest in [
    ("if ids[name] == 1 else None", "if name else None",
     "test_annotations.py::test_an_id_is_no_key", "a file without seconds for either of two rows"),
    ("{int(row['time_end']):06d}", "{int(row['time_end'])}",
     "test_annotations.py::test_kinetics_of_2017", "seconds not filled up with zeros"),
]]

SOMETHING_SOMETHING = [Mutant(f"{PLACE}/something_something.py", *rest) for rest in [
    ('.replace("]", "")', "", "test_annotations.py::test_something_something", "a bracket left"),
]]

LISTS = [Mutant(f"{PLACE}/list_files.py", *rest) for rest in [
    ("names.get(label, label)", "label", "test_annotations.py::test_lists_of_files",
     "numbers where there are names"),
]]

OFFICIAL_SPLITS = [Mutant(f"{PLACE}/official_splits.py", *rest) for rest in [
    ("folder in inside or splits(one, path)", "True",
     "test_splits.py::test_lists_beside_another_set_are_not_its_own", "lists of another set"),
    ('(("train", "train"), ("val", "test"))', '(("train", "test"), ("val", "train"))',
     "test_splits.py::test_the_lists_of_ucf101_are_read", "trained on the test list"),
    ("Path(name).parent.name or names.get(number)", "names.get(number) or number",
     "test_splits.py::test_the_lists_of_ucf101_are_read", "test lines have no number"),
    ("HMDB51.fullmatch(file.name)[2] == number}", "HMDB51.fullmatch(file.name)}",
     "test_splits.py::test_the_lists_of_hmdb51_are_read", "the lists of all three splits"),
]]

TABLES = [*KINETICS, *SOMETHING_SOMETHING, *LISTS, *OFFICIAL_SPLITS]
