"""Tables as people have them: encodings, separators, quotes, labels and times."""

import codecs

import pytest

from tubevit_np.data.datasets.tables.text_files import read_lines

LATIN = "0.mp4 café\n1.mp4 thé\n"


@pytest.mark.parametrize("data, lines", [
    (codecs.BOM_UTF8 + b"a\r\nb\rc\n", [(1, "a"), (2, "b"), (3, "c")]),
    ("é\u2028è\x0cx\n\n b \n".encode(), [(1, "é\u2028è\x0cx"), (3, "b")])])
def test_lines_of_text(tmp_path, data, lines):
    (tmp_path / "x.txt").write_bytes(data)
    assert read_lines(tmp_path / "x.txt") == lines


@pytest.mark.parametrize("data, words", [
    (b"a\n" + LATIN.encode("latin-1"), "line 2: not UTF-8; .*Latin-1 .*'0.mp4 café'; .*iconv -f W"),
    (b"a\r\xc3\xa9 0\r\xe9 1", "line 3: not UTF-8, but other lines are; .*reads 'é 1'"),
    (LATIN.encode("utf-16"), "line 1: .*looks like UTF-16; .*iconv -f UTF-16 "),
    (LATIN.encode("utf-16-le"), "line 1: .*looks like UTF-16; .*iconv -f UTF-16LE "),
    (b"PK\n\3\0" + bytes(range(1, 90)), "line 2: a byte 00, .*a spreadsheet as CSV"),
    (b" \r\n\n", "is empty"), (None, "cannot be read: Is a directory")])
def test_files_that_are_not_text(tmp_path, data, words):
    path = tmp_path / "x.txt"
    path.mkdir() if data is None else path.write_bytes(data)
    with pytest.raises(ValueError, match=f"x.txt(, | ){words}") as caught:
        read_lines(path)
    assert "\n" not in str(caught.value)
