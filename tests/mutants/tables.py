"""Mistakes made on purpose in the tables of data sets."""

from tubevit_np.conformance.mistakes.mutant import Mutant

PLACE = "tubevit_np/data/datasets/tables"

TEXT_FILES = [Mutant(f"{PLACE}/text_files.py", *rest) for rest in [
    ('"utf-8-sig"', '"utf-8"', "test_tables.py::test_lines_of_text", "a byte order mark in a name"),
    ('.replace("\\r", "\\n")', "", "test_tables.py::test_lines_of_text", "old line ends"),
    ('read_text(path).split("\\n"), 1)', "read_text(path).splitlines(), 1)",
     "test_tables.py::test_lines_of_text", "a line ends inside a name"),
    ("line {bad[0] + 1}", "line {bad[0]}", "test_tables.py::test_files_that_are_not_text",
     "lines counted from 0"),
    ("even > odd", "even < odd", "test_tables.py::test_files_that_are_not_text", "the bytes of UTF-16 swapped"),
]]

ROWS = [Mutant(f"{PLACE}/row.py", *rest) for rest in [
    ('normalize("NFC", text.strip())', 'normalize("NFC", text)', "test_tables.py::test_unicode_forms_of_a_class_and_of_a_file_are_one",
     "a space makes a class"),
    ('form, text) for form in ("NFC", "NFD"))', 'form, text) for form in ("NFC",))',
     "test_tables.py::test_unicode_forms_of_a_class_and_of_a_file_are_one", "a decomposed name on disk is not found"),
    (" or os.path.isfile(file):\n        return \"\"", ":\n        return \"\"",
     "test_tables.py::test_paths_of_windows_get_a_hint", "a backslash in a name"),
    ("is None for label in labels if label)", "is None for label in labels)",
     "test_tables.py::test_tables_as_people_have_them", "floats of a column with gaps"),
]]

CSV_FILES = [Mutant(f"{PLACE}/csv_files.py", *rest) for rest in [
    ("skipinitialspace=True, strict=True", "skipinitialspace=True",
     "test_tables.py::test_tables_with_mistakes", "quotes that do not close"),
    ("if any(map(str.strip, fields[len(columns):])):", "if False:",
     "test_tables.py::test_tables_with_mistakes", "fields beyond the header thrown away"),
    ("if any(map(str.strip, fields[len(columns):])):", "if fields[len(columns):]:",
     "test_tables.py::test_tables_as_people_have_them", "empty fields beyond the header"),
    ("line = reader.line_num + 1", "line += 1", "test_tables.py::test_tables_with_mistakes",
     "rows counted instead of lines"),
    ("in field and column in USED", "in field", "test_tables.py::test_tables_as_people_have_them",
     "notes of several lines"),
    ('"\\t": "tabs", ', "", "test_tables.py::test_tables_as_people_have_them", "tabs"),
]]

COLUMNS = [Mutant(f"{PLACE}/columns.py", *rest) for rest in [
    ("text.strip().lower()", "text.strip()", "test_tables.py::test_tables_as_people_have_them",
     "columns in capitals"),
    ('("split", "subset", "partition")', '("split", "subset")', "test_tables.py::test_a_column_names_the_parts",
     "a name of the column with the part"),
    ("return next((record[name]", 'return "" and next((record[name]', "test_tables.py::test_a_column_names_the_parts",
     "the part in a row ignored"),
]]

CLASS_NAMES = [Mutant(f"{PLACE}/class_names.py", *rest) for rest in [
    ("names[number]\n", "text\n", "test_annotations.py::test_lists_of_files",
     "numbers where there are names"),
    ("0 <= number < len(names)", "number < len(names)",
     "test_tables.py::test_labels_that_cannot_be_looked_up", "-1 is the last name"),
    ("range(1, len(names) + 1)", "range(len(names) + 1)", "test_tables.py::test_labels_that_cannot_be_looked_up",
     "a guess that is wrong"),
    ("if {*texts} <= known and not", "if False and not", "test_tables.py::test_labels_of_a_list_are_looked_up",
     "names that are numbers"),
    ("if name != path.name and", "if", "test_tables.py::test_tables_as_people_have_them",
     "a list read as its own names"),
]]

JSON_FILES = [Mutant(f"{PLACE}/json_files.py", *rest) for rest in [
    ("lambda name: None", "lambda name: name", "test_tables.py::test_tables_as_people_have_them",
     "NaN is a class"),
    ('USED | {"id", "template"}', 'USED | {"id"}', "test_tables.py::test_tables_with_mistakes",
     "a template that is not text"),
]]

KINETICS = [Mutant(f"{PLACE}/kinetics.py", *rest) for rest in [
    ("clips.get(full_name, name) if ids[name] == 1 else", "clips.get(full_name, name) if name else",
     "test_annotations.py::test_an_id_is_no_key", "a file without seconds for either of two rows"),
    ("{second:06d}", "{second}",
     "test_annotations.py::test_kinetics_of_2017", "seconds not filled up with zeros"),
]]

SOMETHING_SOMETHING = [Mutant(f"{PLACE}/something_something.py", *rest) for rest in [
    ('.replace("]", "")', "", "test_annotations.py::test_something_something", "a bracket left"),
]]

LISTS = [Mutant(f"{PLACE}/list_files.py", *rest) for rest in [
    ('SEPARATORS = "\\t;, "', 'SEPARATORS = ";, "', "test_tables.py::test_tables_as_people_have_them",
     "a tab before the label"),
    ("SUFFIX.search(pair[0])]", "suffix_of(pair[0]) in VIDEO_SUFFIXES]",
     "test_tables.py::test_a_list_of_images", "only videos are files"),
    ("             or [pair for pair in pairs if os.path.isfile(folder / pair[0])])", ")",
     "test_tables.py::test_tables_as_people_have_them", "files without a suffix"),
    ("if len(fields) == 2 else None", "if False else (file, label)",
     "test_tables.py::test_tables_with_mistakes", "half a quote in a label"),
]]

OFFICIAL_SPLITS = [Mutant(f"{PLACE}/official_splits.py", *rest) for rest in [
    ("folder in inside or splits(one, path)", "True",
     "test_splits.py::test_lists_beside_another_set_are_not_its_own", "lists of another set"),
    ('(("train", "train"), ("val", "test"))', '(("train", "test"), ("val", "train"))',
     "test_splits.py::test_the_lists_of_ucf101_are_read", "trained on the test list"),
    ("Path(name).parent.name or names.get(int(number or -1))", "names.get(int(number or -1)) or number",
     "test_splits.py::test_the_lists_of_ucf101_are_read", "test lines have no number"),
    ("HMDB51.fullmatch(file.name)[2] == number}", "HMDB51.fullmatch(file.name)}",
     "test_splits.py::test_the_lists_of_hmdb51_are_read", "the lists of all three splits"),
    ("and int(number) not in names", "and not names", "test_tables.py::test_official_lists_with_mistakes",
     "a number that classInd.txt does not have"),
    ("if not name or part not in HMDB51_PARTS", "if not name", "test_tables.py::test_official_lists_with_mistakes",
     "a file of no part"),
]]

SUBSET = [Mutant("tubevit_np/data/datasets/subset.py", *rest) for rest in [
    ("if not is_utf8(file) or", "if", "test_annotations.py::test_no_table_with_names_that_cannot_be_read",
     "a table that cannot be read"),
]]

TABLES = [*SUBSET, *TEXT_FILES, *ROWS, *CSV_FILES, *COLUMNS, *CLASS_NAMES, *JSON_FILES, *KINETICS,
          *SOMETHING_SOMETHING, *LISTS, *OFFICIAL_SPLITS]
