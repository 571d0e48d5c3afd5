"""Every README.md: relative links and anchors lead somewhere; tables count lines correctly."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
README = sorted(path for path in TOP.rglob("README.md")
                if not any(part.startswith(".") for part in path.relative_to(TOP).parts))
LINK = re.compile(r"\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
ROW = re.compile(r"^\| \[`([^`]+)`\]\([^)]+\)[^|]*\|[^|]*\| ([\d,]+) \|", re.MULTILINE)
FOLDER = 50, 0.03  # lines of a folder may be off by 50 or 3 %; lines of a file are exact


def words(path):
    """The text of a Markdown file without its blocks of code."""
    return re.sub(r"(?ms)^```.*?^```", "", path.read_text(encoding="utf-8"))


def anchors(text):
    """The names that GitHub gives to the headings of a text."""
    headings = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    slugs = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
    return {f"{slug}-{slugs[:i].count(slug)}" if slug in slugs[:i] else slug
            for i, slug in enumerate(slugs)}


def broken(path):
    """The relative links of a README that lead nowhere."""
    links = [link for link in LINK.findall(words(path)) if not re.match(r"[a-z]+:", link)]
    return [link for link in links if not leads_somewhere(path, link)]


def leads_somewhere(path, link):
    file, _, anchor = link.partition("#")
    target = path.parent / file if file else path
    return target.exists() and (not anchor or anchor in anchors(words(target)))


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


@pytest.mark.parametrize("path", README, ids=lambda path: str(path.relative_to(TOP)))
def test_links_lead_somewhere(path):
    assert broken(path) == []


@pytest.mark.parametrize("path", README, ids=lambda path: str(path.relative_to(TOP)))
def test_numbers_of_lines(path):
    assert miscounted(path) == []


def test_the_files_of_the_model_are_counted():
    text = (TOP / "tubevit_np/model/README.md").read_text(encoding="utf-8")
    files = {path.name for path in (TOP / "tubevit_np/model").glob("*.py")} - {"__init__.py"}
    assert {name for name, _ in ROW.findall(text)} == files


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.py").write_text("1\n2\n3\n")
    (tmp_path / "README.md").write_text("# One, two\n## One, two\n")
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
    page.write_text(f"# One\n\n{text}\n")
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
    page.write_text(f"| file | what | lines | paper |\n| --- | --- | --- | --- |\n{row}\n")
    assert miscounted(page) == wrong
