"""Tables as people have them: encodings, separators, quotes, labels and times."""

import codecs
import json
import unicodedata

import pytest

from tubevit_np.data.datasets.listing import list_parts
from tubevit_np.data.datasets.subset import choose_classes, read_classes
from tubevit_np.data.datasets.tables.class_names import read_names
from tubevit_np.data.datasets.tables.row import make_row
from tubevit_np.data.datasets.tables.text_files import read_lines

LATIN = "0.mp4 café\n1.mp4 thé\n"
AB = {"0.mp4": "a", "1.mp4": "b"}
SECONDS = "label,youtube_id,time_start,time_end"
NFC, NFD = (unicodedata.normalize(form, "é") for form in ("NFC", "NFD"))


def write(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rows(path, kind="video"):
    """{file: class} of the files in a table that exist."""
    return {row.file.relative_to(path.parent).as_posix(): row.label
            for some in list_parts(path, kind).values() for row in some if row.file.is_file()}


def records(*labels, **more):
    """The text of a JSON with these labels for 0.mp4, 1.mp4, ..."""
    return json.dumps([{"path": f"{k}.mp4", "Label": label} | more
                       for k, label in enumerate(labels)])


@pytest.fixture
def place(tmp_path):
    """A folder with some empty files."""
    (tmp_path / "a.b, c").mkdir()
    for name in ("0.mp4", "1.mp4", "2.mp4", "a.b, c/3.mp4", "bare", 'say "hi" 4.mp4', "5.JPEG",
                 "id_000010_000020.mp4", "id_000020_000030.mp4", "six.MTS"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize("data, lines", [
    (codecs.BOM_UTF8 + b"a\r\nb\rc\n", [(1, "a"), (2, "b"), (3, "c")]),
    ("é\u2028è\x0cx\n\n b \n".encode(), [(1, "é\u2028è\x0cx"), (3, "b")])])
def test_lines_of_text(tmp_path, data, lines):
    assert read_lines(write(tmp_path / "x.txt", data)) == lines


@pytest.mark.parametrize("data, words", [
    (b"a\n" + LATIN.encode("latin-1"), "line 2: not UTF-8; .*Latin-1 .*'0.mp4 café'; .*-f W.*; if"),
    (b"a\r\xc3\xa9 0\r\xe9 1", "line 3: not UTF-8, but other lines are; .*reads 'é 1'"),
    (LATIN.encode("utf-16"), "line 1: .*looks like UTF-16; .*iconv -f UTF-16 "),
    (LATIN.encode("utf-16-le"), "line 1: .*looks like UTF-16; .*iconv -f UTF-16LE "),
    (b"PK\n\3\0" + bytes(range(1, 90)), "line 2: a byte 00, .*a spreadsheet as CSV"),
    (b" \r\n\n", "is empty"), (None, "cannot be read: Is a directory")])
def test_files_that_are_not_text(tmp_path, data, words):
    path = tmp_path / "x.txt"
    path.mkdir() if data is None else write(path, data)
    with pytest.raises(ValueError, match=f"x.txt(, | ){words}") as caught:
        read_lines(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name, data", [
    (name, LATIN.replace(" ", ",").encode("latin-1"))
    for name in ("x.csv", "x.txt", "x.json", "trainlist01.txt", "a_test_split1.txt")])
def test_every_table_is_read_as_utf8(place, name, data):
    with pytest.raises(ValueError, match=f"{name}, line 1: not UTF-8; it looks like Latin-1"):
        list_parts(write(place / name, data), "video")
    with pytest.raises(ValueError, match=f"{name}, line 1: not UTF-8"):
        read_classes(str(place / name))


@pytest.mark.parametrize("name, text, expected", [
    ("x.csv", "path;label\n0.mp4;a, b\n1.mp4;b\n", AB | {"0.mp4": "a, b"}),
    ("x.csv", "\tpath\tlabel\n0\t0.mp4\ta\n1\t1.mp4\tb\n", AB),  # with pandas' index
    ("x.csv", b"\xef\xbb\xbfPath , LABEL\r\n\r\n0.mp4,a\r\n1.mp4,b,\r\n,,\r\n", AB),
    ("x.csv", 'path,label\n"0.mp4" , "a"\n1.mp4,"b ""c"" , d"\n', AB | {"1.mp4": 'b "c" , d'}),
    ("x.csv", 'note,path,label\n"two\nlines",0.mp4,a\n,1.mp4,b\n', AB),
    ("x.csv", "path,label\n0.mp4,0.0\n1.mp4,12.\n2.mp4,\n", {"0.mp4": "0", "1.mp4": "12",
                                                           "2.mp4": ""}),
    ("x.csv", "path,label\n0.mp4,1.0\n1.mp4,1.5\n", {"0.mp4": "1.0", "1.mp4": "1.5"}),
    ("x.csv", "0.mp4 a\nsix.MTS b\n", {"0.mp4": "a", "six.MTS": "b"}),  # of VideoMAE
    ("x.txt", "path,label\n0.mp4,a\n1.mp4,b\n", AB),
    ("x.txt", "0.mp4\ta b, c\n1.mp4;b\n", {"0.mp4": "a b, c", "1.mp4": "b"}),
    ("x.txt", '0.mp4,"a, b"\n"a.b, c/3.mp4" "b c"\n', {"0.mp4": "a, b", "a.b, c/3.mp4": "b c"}),
    ("x.txt", 'a.b, c/3.mp4 0.0\nbare 1.0\nsay "hi" 4.mp4 2\n',
     {"a.b, c/3.mp4": "0", "bare": "1", 'say "hi" 4.mp4': "2"}),
    ("x.csv", f"{SECONDS}\na,id,10.0,20\nb,id,20.00,30.\n",
     {"id_000010_000020.mp4": "a", "id_000020_000030.mp4": "b"}),
    ("x.json", records("a", "b"), AB), ("x.json", records(1.0, 0), {"0.mp4": "1", "1.mp4": "0"}),
    ("x.json", records("a", float("nan")), AB | {"1.mp4": ""}),
    ("labels.txt", "0.mp4 a\n1.mp4 b\n", AB)])  # a list with the name of a names file
def test_tables_as_people_have_them(place, name, text, expected):
    assert rows(write(place / name, text)) == expected


def test_a_list_of_images(place):
    assert rows(write(place / "val.txt", "5.JPEG 65\ngone.JPEG 3\n"), "image") == {"5.JPEG": "65"}


@pytest.mark.parametrize("name, text, words", [
    ("x.csv", "path,label\n0.mp4,a\n1.mp4,b, c and d\n",
     "x.csv, line 3: 3 fields for the 2 .*'1.mp4,b,c and d'; a label with commas needs quotes"),
    ("x.csv", "path;label\n0.mp4;b;c\n", "line 2: 3 .* path;label: .* with semicolons needs quot"),
    ("x.csv", 'note,path,label\n"two\nlines",0.mp4,a\n\n,1.mp4,"b\n,2.mp4,c\n',
     "line 5: the quotes of the row that begins here do not match: ',1.mp4,\"b'; close each"),
    ("x.csv", 'path,label\n0.mp4,"a\n1.mp4,"b"\n', "line 2: the quotes .* '0.mp4,\"a'"),
    ("x.csv", 'path,label\n0.mp4,"a\n1.mp4,b"\n', "line 2: the quote before 'a' does not close"),
    ("x.csv", "path,label,Label\n0.mp4,a,b\n", "x.csv has two columns label; remove"),
    ("x.csv", "path,label\n\n", "x.csv has a header, but no rows"), ("x.csv", "", "csv is empty"),
    ("x.csv", "path,class\n0.mp4,a\n", "a header with the columns path,label, or youtube_id,time"),
    ("x.csv", f"{SECONDS}\na,id,10.0,20\nb,id,10.5,20\n", "x.csv, line 3: .* not '10.5' and '20'"),
    ("x.csv", f"{SECONDS}\na,id,10\n", "x.csv, line 2: time_start .* not '10' and ''"),
    ("x.csv", f'n,{SECONDS}\n"two\nlines",a,id,1,2\n,a,id,-1,2\n', "line 4: .* not '-1' and '2'"),
    ("x.txt", '0.mp4 a\n1.mp4,"b\n', "x.txt, line 2: expected PATH LABEL, .*; close every quote"),
    ("x.txt", "my 0.mp4 arm wrestling\n", "line 1: .*; a label with spaces or commas needs a tab"),
    ("x.txt", "my 0.mp4 0 3\n", "line 1: .*; lists with several labels for one video are not"),
    ("x.json", records("a", ["b"]), r"record 2: label must be text or a number, not \['b'\]"),
    ("x.json", '[{"path": "0.mp4",\n"label": }]', "with path and label: line 2: Expecting value"),
    ("x.json", "[]", "it is an empty list"),
    ("x.json", '[{"id": 1, "template": "a"}, {"id": 2, "template": 5}]',
     "x.json, record 2: template must be text, not 5")])
def test_tables_with_mistakes(place, name, text, words):
    with pytest.raises(ValueError, match=words) as caught:
        list_parts(write(place / name, text), "video")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("column", ["split", "Subset", " partition"])
def test_a_column_names_the_parts(place, column):
    text = f"path,label,{column}\n0.mp4,a,train\n1.mp4,b,train\n2.mp4,a,VAL\n"
    parts = list_parts(write(place / "x.csv", text), "video")
    assert [row.file.name for row in parts["val"]] == ["2.mp4"]
    parts = list_parts(write(place / "x.json", records("a", "b", split="validation")), "video")
    assert len(parts["val"]) == 2
    text = json.dumps([{"id": 0, "template": "[a]", "split": "train"},
                       {"id": "1", "template": "b", "split": "val"}])
    parts = list_parts(write(place / "x.json", text), "video")
    assert [row.label for part in ("train", "val") for row in parts[part]] == ["a", "b"]


NAMES = "abseiling\narchery\nyoga\n\n"


@pytest.mark.parametrize("names, labels, expected", [
    (NAMES, "0 2", ["abseiling", "yoga"]), (NAMES, "1.0 02", ["archery", "yoga"]),
    (NAMES, "yoga 1", ["yoga", "archery"]), ("2023\n2024\n", "2024 2023", ["2024", "2023"]),
    (f"{NFD}\nb\n", f"{NFC} 1", [NFC, "b"]), ("\ufeffa\r\nb\r\n", "0 1", ["a", "b"])])
def test_labels_of_a_list_are_looked_up(place, names, labels, expected):
    write(place / "labels.txt", names)
    text = "".join(f"{k}.mp4 {label}\n" for k, label in enumerate(labels.split()))
    assert [*rows(write(place / "x.txt", text)).values()] == expected


@pytest.mark.parametrize("labels, words", [
    ("1 2 3", r"line 3: labels.txt has no name for the number 3; .* 0 to 2; do .* begin at 1\?"),
    ("0 1 3", "line 3: .* number 3; .* 0 to 2$"), ("1 2 4", "line 3: .* number 4; .* 0 to 2$"),
    ("0 -1", "line 2: .* number -1; .* 0 to 2$"),
    ("1.0 1.5", "line 2: label '1.5' is neither a name in labels.txt nor a number from 0 to 2$"),
    ("yoga archrey", r"line 2: label 'archrey' .* 0 to 2 \(did you mean archery\?\)$")])
def test_labels_that_cannot_be_looked_up(place, labels, words):
    write(place / "labels.txt", NAMES)
    text = "".join(f"{k}.mp4 {label}\n" for k, label in enumerate(labels.split()))
    with pytest.raises(ValueError, match=f"x.txt, {words}"):
        list_parts(write(place / "x.txt", text), "video")


@pytest.mark.parametrize("text, words", [
    ("a\n\nb\n", "line 2 is blank; line 1 is the name for the number 0"),
    ("a\nb\na \n", "line 3: the name 'a' is on line 1, too"), ("\n", "is empty")])
def test_names_with_mistakes(tmp_path, text, words):
    with pytest.raises(ValueError, match=f"x.txt(,)? {words}"):
        read_names(write(tmp_path / "x.txt", text))


@pytest.mark.parametrize("name, text, words", [
    ("trainlist01.txt", "a/0.avi 1\nb/1.avi 5\n", "01.txt, line 2: .* number 5; .* 1 to 2"),
    ("trainlist01.txt", "0.avi 0\n", "01.txt, line 1: .* number 0; .* 1 to 2"),
    ("a_test_split1.txt", "0.avi\t1\n1.avi 3\n", r"split1.txt, line 2: .* or 0 .*, got '1.avi 3'"),
    ("classInd.txt", "1 a\nb\n", "classInd.txt, line 2: expected a new number"),
    ("classInd.txt", "1 a\n1 b\n", "classInd.txt, line 2: expected a new number")])
def test_official_lists_with_mistakes(tmp_path, name, text, words):
    for file, content in {"classInd.txt": "1 a\n2 b\n", "trainlist01.txt": "0.avi 1\n",
                          name: text}.items():
        write(tmp_path / file, content)
    with pytest.raises(ValueError, match=words):
        list_parts(tmp_path / name.replace("classInd", "trainlist01"), "video")


def test_unicode_forms_of_a_class_and_of_a_file_are_one(tmp_path):
    (tmp_path / NFD).mkdir()
    (tmp_path / NFD / f"{NFC}.mp4").touch()
    assert make_row(tmp_path, f"{NFC}/{NFD}.mp4", f" {NFD} ")[:2] == (
        tmp_path / NFD / f"{NFC}.mp4", NFC)
    gone = tmp_path / NFC / "gone.mp4"
    assert make_row(tmp_path, f"{NFC}/gone.mp4", "a").file == gone
    assert rows(write(tmp_path / "x.txt", f"{NFD}.mp4 a\n")) == {f"{NFD}/{NFC}.mp4": "a"}
    assert read_classes(str(write(tmp_path / "names.txt", f"{NFD}\r\n\r\nb"))) == [NFC, "b"]
    with pytest.raises(ValueError, match=r"'arhcery' .*\(did you mean archery\?\)"):
        choose_classes(["archery", "yoga"], ["arhcery"], None)


def test_paths_of_windows_get_a_hint(tmp_path):
    (tmp_path / r"a\0.mp4").touch()
    names = (r"a\0.mp4", r"a\1.mp4", r"C:\a\0.mp4", "C:/a/0.mp4", "2.mp4")
    text = "".join(f"{name},a\n" for name in names)
    parts = list_parts(write(tmp_path / "x.csv", f"path,label\n{text}"), "video")
    slashes, relative = r"no such file; write / instead of \ ", "no such file; write paths relative"
    reasons = {row.file: row.reason for some in parts.values() for row in some}
    for name, reason in zip(names, ("", slashes, relative, relative, ""), strict=True):
        assert reasons[tmp_path / name][:len(reason) or 1] == reason


@pytest.mark.parametrize("name, text, reason", [
    ("x.csv", "path,label\n0.mp4,a\n,b\n,c\n", "no path"),
    ("x.csv", f"{SECONDS}\na,id,10,20\nb,,10,20\nc,,,\n", "no youtube_id"),
    ("x.json", json.dumps([{"path": "0.mp4", "label": "a"}, {"label": "b"},
                           {"path": None, "label": "c"}]), "no path")])
def test_rows_without_a_file_are_left_out_one_by_one(place, name, text, reason):
    parts = list_parts(write(place / name, text), "video")
    left_out = [(row.file.name, row.reason) for row in parts["train"] if row.reason]
    where, first = ("record", 2) if name == "x.json" else ("line", 3)
    assert left_out == [(f"{name}, {where} {first + k}", reason) for k in range(2)]
