"""Pages: relative links and anchors lead somewhere; tables count lines correctly."""

import re
from pathlib import Path

import pytest

from notebooks.build.prose import anchor

TOP = Path(__file__).resolve().parents[2]
README = sorted(path for path in TOP.rglob("README.md")
                if not any(part.startswith(".") for part in path.relative_to(TOP).parts))
PAGES = [*README, *(TOP / page for page in (
    "notebooks/GLOSSARY.md", "CHANGELOG.md", "tests/conformance/KILLS.md"))]
LINK = re.compile(r"\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
ROW = re.compile(r"^\| \[`([^`]+)`\]\([^)]+\)[^|]*\|[^|]*\| ([\d,]+) \|", re.MULTILINE)
FOLDER = 50, 0.03  # lines of a folder may be off by 50 or 3 %; lines of a file are exact


def words(path):
    """The text of a Markdown file without its blocks of code."""
    return re.sub(r"(?ms)^```.*?^```", "", path.read_text(encoding="utf-8"))


def anchors(text):
    """The names that GitHub gives to the headings of a text."""
    headings = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    slugs = [anchor(heading) for heading in headings]
    return {f"{slug}-{slugs[:i].count(slug)}" if slug in slugs[:i] else slug
            for i, slug in enumerate(slugs)}


def broken(path):
    """The relative links of a README that lead nowhere."""
    links = [link for link in LINK.findall(words(path)) if not re.match(r"[a-z]+:", link)]
    return [link for link in links if not leads_somewhere(path, link)]


def leads_somewhere(path, link):
    file, _, heading = link.partition("#")
    target = path.parent / file if file else path
    return target.exists() and (not heading or heading in anchors(words(target)))


def lines(path):
    """The number of lines of a file, or of the Python files below a folder."""
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)


def allowed(path, count):
    """How far the stated number of lines of a file or folder may be off."""
    return max(FOLDER[0], FOLDER[1] * count) if path.is_dir() else 0


def miscounted(path):
    """[(name, lines stated, lines)] of the rows of tables that state a wrong number."""
    rows = [(name, int(stated.replace(",", "")), lines(path.parent / name))
            for name, stated in ROW.findall(path.read_text(encoding="utf-8"))]
    return [(name, stated, count) for name, stated, count in rows
            if abs(stated - count) > allowed(path.parent / name, count)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TOP)))
def test_links_lead_somewhere(path):
    assert broken(path) == []


@pytest.mark.parametrize("path", README, ids=lambda path: str(path.relative_to(TOP)))
def test_numbers_of_lines(path):
    assert miscounted(path) == []


def test_links_are_found():
    """A little fewer than today: a pattern that matches nothing must fail."""
    glossary = LINK.findall(words(TOP / "notebooks/GLOSSARY.md"))
    assert len(glossary) >= 80
    assert len(LINK.findall(words(TOP / "README.md"))) >= 30


def map_rows(text):
    """The rows of the table of folders, without its head."""
    table = re.search(r"^\| folder \|.*\n\| --- .*\n((?:\|.*\n)+)", text, re.MULTILINE)
    return table[1].splitlines()


def unread(rows):
    """The rows of the table of folders whose folder and number of lines are not compared."""
    return [row for row in rows
            if not (ROW.match(row) or row.startswith("| [`figures`](figures/README.md) |"))]


def test_all_rows_of_the_map_are_compared():
    """Each row links to its folder or to a page; `figures` alone has no lines to count."""
    text = (TOP / "README.md").read_text(encoding="utf-8")
    rows = map_rows(text)
    assert unread(rows) == []
    folders = {row.split("`")[1] for row in rows}
    assert len(folders) == len(rows)
    assert folders == {"tubevit_tg", "notebooks", "tests", "figures"} | {
        f"tubevit_np/{path.parent.name}" for path in (TOP / "tubevit_np").glob("*/__init__.py")}


@pytest.mark.parametrize("old, new", [
    ("`tubevit_tg`", "tubevit_tg"), ("2,100", "about 2,100"), ("](tubevit_tg/README.md)", "]")])
def test_a_row_that_is_not_compared_is_found(old, new):
    row = "| [`tubevit_tg`](tubevit_tg/README.md) | the same model in tinygrad | 2,100 | |"
    assert row.count(old) == 1 and unread([row]) == []
    wrong = row.replace(old, new)
    assert unread([wrong]) == [wrong]


def test_the_files_of_the_model_are_counted():
    text = (TOP / "tubevit_np/model/README.md").read_text(encoding="utf-8")
    files = {path.name for path in (TOP / "tubevit_np/model").glob("*.py")} - {"__init__.py"}
    assert {name for name, _ in ROW.findall(text)} == files


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.py").write_text("1\n2\n3\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("# One, two\n## One, two\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("text, wrong", [
    ("[there](a.py) [here](#one) ![picture](.)", []),
    ("# One\n[gone](b.py), [two\nlines](c.py)", ["b.py", "c.py"]),
    ("[other](README.md#one-two) [second](README.md#one-two-1)", []),
    ("[other](README.md#one-two-2) [own](#two)", ["README.md#one-two-2", "#two"]),
    ("```\n[code](b.py)\n```\n[web](https://example.org/x)", []),
])
def test_broken_links_are_found(folder, text, wrong):
    page = folder / "page.md"
    page.write_text(f"# One\n\n{text}\n", encoding="utf-8")
    assert broken(page) == wrong


@pytest.mark.parametrize("row, wrong", [
    ("| [`a.py`](a.py) | numbers | 3 | 1 |", []),
    ("| [`a.py`](a.py) | numbers | 4 | 1 |", [("a.py", 4, 3)]),
    ("| [`.`](a.py) | numbers | 53 | 1 |", []),
    ("| [`.`](a.py) | numbers | 1,003 | 1 |", [(".", 1003, 3)]),
    ("| [`a.py`](a.py) | numbers | Section 3 | 1 |", []),
])
def test_a_wrong_number_of_lines_is_found(folder, row, wrong):
    page = folder / "page.md"
    page.write_text(f"| file | what | lines | paper |\n| --- | --- | --- | --- |\n{row}\n",
                    encoding="utf-8")
    assert miscounted(page) == wrong
