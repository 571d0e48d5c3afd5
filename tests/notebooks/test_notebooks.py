"""The lessons follow their rules, and every build gives identical notebooks.

Only a tiny lesson runs here; `python -m notebooks --check` runs all lessons."""

import ast
import base64
import inspect
import io
import re
import subprocess
import sys
from statistics import median

import nbformat
import numpy as np
import pytest
from PIL import Image

from notebooks import __main__ as command
from notebooks.build.cells import FOLDER, METADATA, lessons, notebook, split
from notebooks.build.compare import alike, differences, same
from notebooks.build.execute import build, executed
from notebooks.build.html import write_pages
from notebooks.build.prose import anchor, to_html

LESSONS = lessons()
TINY = '''# %% [markdown]
# # 1. Tiny

# %%
import lesson

print({"one", "two", "three"})
lesson.shapes(ones=[[1.0, 2.0]])

# %%
figure, ax = lesson.axes(160, 120)
ax.plot([1, 2])
lesson.show(figure, 'A line, "up" & on')
'''


def of_each_lesson(test):
    return pytest.mark.parametrize("source", LESSONS, ids=lambda path: path.stem)(test)


def code_cells(source):
    return [text for kind, text in split(source.read_text(encoding="utf-8")) if kind == "code"]


def stored(source):
    return nbformat.read(source.with_suffix(".ipynb"), as_version=4)


@of_each_lesson
def test_a_lesson_begins_with_its_title_and_the_map(source):
    cells = split(source.read_text(encoding="utf-8"))
    assert cells[0][0] == "markdown"
    assert cells[0][1].startswith(f"# {int(source.stem[:2])}. ")
    assert "lesson.overview(" in code_cells(source)[0]


@of_each_lesson
def test_cells_are_few_and_short(source):
    cells = code_cells(source)
    assert 8 <= len(cells) <= 22
    assert max(len(text.splitlines()) for text in cells) <= 14  # including the caption
    assert median(map(statements, cells)) <= 6


def statements(text):
    """The number of statements, including nested ones, excluding imports."""
    return sum(isinstance(node, ast.stmt) and not isinstance(node, ast.Import | ast.ImportFrom)
               for node in ast.walk(ast.parse(text)))


@of_each_lesson
def test_every_picture_has_a_caption(source):
    calls = [node for text in code_cells(source) for node in ast.walk(ast.parse(text))
             if isinstance(node, ast.Call) and ast.unparse(node.func) in ("lesson.show",
                                                                          "lesson.play")]
    assert calls
    for call in calls:
        assert len(ast.literal_eval(call.args[1])) > 20, ast.unparse(call)


@of_each_lesson
def test_a_lesson_ends_with_three_exercises_and_folded_answers(source):
    kind, text = split(source.read_text(encoding="utf-8"))[-1]
    _, tasks = text.split("## Exercises")
    tasks, answers = tasks.split("<details>", 1)
    assert kind == "markdown" and answers.rstrip().endswith("</details>")
    for part in (tasks, answers):
        assert re.findall(r"^(\d)\. ", part, re.MULTILINE) == ["1", "2", "3"]


@of_each_lesson
def test_the_notebook_beside_it_is_of_this_source(source):
    built = notebook(source.read_text(encoding="utf-8"))
    assert [(cell.cell_type, cell.source, cell.id) for cell in stored(source).cells] == [
        (cell.cell_type, cell.source, cell.id) for cell in built.cells]
    assert source.with_suffix(".ipynb").stat().st_size < 600_000


@of_each_lesson
def test_the_notebook_ran_from_top_to_bottom(source):
    cells = [cell for cell in stored(source).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {"stream", "display_data"}
    assert not [output.text for output in outputs if output.get("name") == "stderr"]


def test_no_two_lessons_have_one_number():
    assert len({source.stem[:2] for source in LESSONS}) == len(LESSONS)


def test_links_between_lessons_lead_somewhere():
    for source in LESSONS:
        for target in re.findall(r"\]\(([^)#:]+)\)", source.read_text(encoding="utf-8")):
            assert (FOLDER / target).exists() or (FOLDER / target).with_suffix(".py").exists()


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """The tiny lesson, built twice."""
    folder = tmp_path_factory.mktemp("lessons")
    sources = [folder / "01_one.py", folder / "01_two.py"]
    for source in sources:
        source.write_text(TINY, encoding="utf-8")
    return [path.read_text(encoding="utf-8") for path in build(sources, folder)]


def test_a_notebook_is_the_same_each_time(twice):
    assert twice[0] == twice[1]
    assert nbformat.reads(twice[0], as_version=4).metadata == METADATA


def test_a_notebook_shows_what_its_lesson_shows(twice):
    _, text, picture = nbformat.reads(twice[0], as_version=4).cells
    lines = text.outputs[0].text.splitlines()
    assert re.split(r"\s{2,}", lines[2]) == ["ones", "(1, 2)", "float64", "1", "2"]
    shown = picture.outputs[0].data["text/html"]
    assert 'alt="A line, &quot;up&quot; &amp; on"' in shown and 'width="100"' in shown
    assert "<figcaption><em>A line, &quot;up&quot; &amp; on</em></figcaption>" in shown
    png = base64.b64decode(re.search('base64,([^"]+)', shown)[1])
    assert Image.open(io.BytesIO(png)).size == (160, 120)
    assert picture.outputs[0].data["text/plain"] == 'A line, "up" & on'


def test_a_picture_without_a_caption_stops_the_build(tmp_path):
    source = tmp_path / "01_mute.py"
    source.write_text(TINY.replace("'A line, \"up\" & on'", '" "'), encoding="utf-8")
    with pytest.raises(ValueError, match=r"(?s)01_mute.py.*needs a caption"):
        executed(source)


def test_a_broken_formula_stops_the_build(tmp_path):
    source = tmp_path / "01_formula.py"
    source.write_text(TINY.replace("# # 1. Tiny", "# # 1. Tiny\n#\n# $\\frac{1}$"),
                      encoding="utf-8")
    with pytest.raises(ValueError, match="01_formula.py: broken formula"):
        executed(source)


@pytest.mark.parametrize("text, words", [
    (r"$\frac{1}$", "mfrac has 1 parts"), (r"$\foo$", "is unknown"), ("$a_$", "broken"),
    ("${a$", "unequal numbers"), ("costs $5", "has no partner")])
def test_a_broken_formula_is_an_error(text, words):
    with pytest.raises(ValueError, match=words):
        to_html(text)


def test_formulas_become_mathml():
    page = to_html("Of `$x` and $a_n < b$:\n\n$$\\frac{1}{2}$$\n\n| a |\n| --- |\n| $N^2$ |\n")
    assert "<code>$x</code>" in page and page.count("<math") == 3
    assert "<msub><mi>a</mi><mi>n</mi></msub>" in page
    assert "<msup><mi>N</mi><mn>2</mn></msup>" in page
    assert '<math display="block"><mrow><mfrac>' in page


def explained(x):
    """Double a number.

    Longer text.

    Parameters
    ----------
    x : int
    """
    return 2 * x


def test_a_source_is_printed_without_the_sections_of_its_docstring():
    code = ("import sys; sys.path[:0] = ['notebooks', 'tests/notebooks', 'tests/helpers']\n"
            "import lesson, test_notebooks as t\nlesson.source(t.explained, t.code_cells)")
    shown = subprocess.run([sys.executable, "-c", code], cwd=FOLDER.parent, text=True,
                           capture_output=True, check=True, encoding="utf-8").stdout
    assert shown == ('def explained(x):\n    """Double a number.\n\n    Longer text.\n    """\n'
                     '    return 2 * x\n\n\n'
                     + inspect.getsource(code_cells))


def glossary():
    """{term: entry}."""
    text = (FOLDER / "GLOSSARY.md").read_text(encoding="utf-8")
    _, *entries = re.split(r"^### ", text, flags=re.MULTILINE)
    return dict(entry.split("\n", 1) for entry in entries)


def singular(term):
    """A term as the glossary writes it: no capitals, no plural, no (abbreviation)."""
    term = re.sub(r" \(.*\)$", "", term).lower()
    return re.sub(r"(?<=ch)es$|(?<=ss)es$|(?<!s)s$", "", term)


def test_the_glossary_is_in_alphabetical_order():
    terms = [term.lower().replace("-", " ") for term in glossary()]
    assert terms == sorted(terms)


@of_each_lesson
def test_the_glossary_has_every_bold_term_of_a_lesson(source):
    cells = split(source.read_text(encoding="utf-8"))
    text = "\n".join(text for kind, text in cells if kind == "markdown")
    known = {singular(term) for term in glossary()}
    bold = re.findall(r"\*\*([^*]+)\*\*", re.sub(r"`[^`]*`", "", text.replace("\n", " ")))
    assert bold and not [term for term in bold if singular(term) not in known]
    assert "(GLOSSARY.md)" in text.split("\n## ")[0]


def test_the_glossary_leads_to_lessons_that_use_the_term():
    for term, entry in glossary().items():
        for name in re.findall(r"\]\((\d\d_\w+)\.ipynb\)", entry):
            words = (FOLDER / f"{name}.py").read_text(encoding="utf-8").replace("\n# ", " ").lower()
            assert singular(term) in words, (term, name)
        for target in re.findall(r"\]\(#([\w-]+)\)", entry):
            assert target in map(anchor, glossary())


def test_cells_of_a_source():
    assert split("# %% [markdown]\n# # A\n#\n# b\n\n# %%\nx = 1\n\n\ny = 2\n\n") == [
        ("markdown", "# A\n\nb"), ("code", "x = 1\n\n\ny = 2")]


@pytest.mark.parametrize("text, words", [("x = 1\n# %%\n", "'x = 1' comes before the first"),
                                         ("# %% [markdown]\nhello\n", "'hello' in a text cell")])
def test_sources_that_are_none(text, words):
    with pytest.raises(ValueError, match=words):
        split(text)


def test_an_id_stays_when_other_cells_change():
    first = notebook("# %%\nx\n\n# %%\ny\n\n# %%\ny\n").cells
    second = notebook("# %%\nother\n\n# %%\nmore\n\n# %%\ny\n\n# %%\ny\n").cells
    assert [cell.id for cell in first[1:]] == [cell.id for cell in second[2:]]
    assert len({cell.id for cell in (*first, *second[:2])}) == 5


def test_a_lesson_that_is_not_there(capsys):
    assert command.main(["77"]) == 2
    assert "no lesson '77'" in capsys.readouterr().err


def png(picture):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def shown(text, picture):
    """A notebook of one cell with a text and a picture."""
    data = base64.b64encode(png(picture)).decode()
    made = notebook("# %%\nx\n")
    made.cells[0].outputs = [
        nbformat.v4.new_output("stream", text=text),
        nbformat.v4.new_output("display_data", {
            "text/html": f'<img alt="a" src="data:image/png;base64,{data}">', "text/plain": "a"})]
    return nbformat.writes(made)


@pytest.mark.parametrize("text, other, equal", [
    ("a 1.23  b", "a 1.24 b", True), ("1.23", "1.25", False), ("-1.2e-06", "-1.3e-06", True),
    ("1.2e-06", "1.2e-05", False), ("1.2", "-1.2", False), ("102", "103", False),
    ("(3, 4)", "(4, 3)", False), ("1.2 a", "1.2 b", False), ("1. 2.", "1. 3.", False)])
def test_texts_are_the_same_but_for_a_last_digit(text, other, equal):
    assert same(text, other) is equal


def test_pictures_are_alike_but_for_what_nobody_sees(rng):
    picture = rng.integers(0, 200, (40, 50, 3), np.uint8)
    line = picture.copy()
    line[20, :, 0] += 50
    assert alike(png(picture), png(picture + 3))
    assert not alike(png(picture), png(line))
    assert not alike(png(picture), png(picture[:, 1:]))


def test_what_differs_is_told(rng):
    picture = rng.integers(0, 200, (40, 50, 3), np.uint8)
    book = shown("loss 1.25\n", picture)
    assert differences(book, shown("loss 1.26\n", picture + 1)) == []
    assert differences(book, shown("loss 2.25\n", picture)) == [
        "cell 0: new output 'loss 2.25', stored 'loss 1.25'"]
    assert differences(book, shown("loss 1.25\n", picture[::-1])) == [
        "cell 0: picture 0 differs"]
    assert differences(book, book.replace('"x"', '"y"')) == ["cell 0: the source differs"]


def test_pages_of_all_lessons_have_typeset_formulas_and_captions(tmp_path):
    write_pages(LESSONS, tmp_path)
    for source in LESSONS:
        page = (tmp_path / f"{source.stem}.html").read_text(encoding="utf-8")
        prose = re.sub(r"<(pre|code)\b.*?</\1>|src=\"[^\"]*\"", "", page, flags=re.DOTALL)
        assert "<math" in prose and "$" not in prose
        assert page.count("<figcaption>") == page.count("<img ")
        for link in re.findall(r'href="([^"]+)"', prose):
            assert (tmp_path / link.split("#")[0]).exists(), link


def test_pages_need_nothing_else_and_keep_the_words(tmp_path):
    source = tmp_path / "01_a.py"
    source.write_text(TINY, encoding="utf-8")
    made = notebook("# %% [markdown]\n# # One\n#\n# [next](02_b.ipynb), [tube](GLOSSARY.md#tube)\n"
                    "\n# %%\nx < 1\n")
    made.cells[1].outputs = [
        nbformat.v4.new_output("stream", text="<b> & so on"),
        nbformat.v4.new_output("display_data", {"text/html": '<img alt="a dot" src="data:x">'})]
    nbformat.write(made, tmp_path / "01_a.ipynb")
    index = write_pages([source], tmp_path / "html")
    page = (tmp_path / "html" / "01_a.html").read_text(encoding="utf-8")
    assert 'href="01_a.html">One<' in index.read_text(encoding="utf-8")
    assert 'href="02_b.html"' in page and '<img alt="a dot"' in page
    assert 'href="glossary.html#tube"' in page
    terms = (tmp_path / "html/glossary.html").read_text(encoding="utf-8")
    assert '<h3 id="attention-head">' in terms
    assert "&lt;b&gt; &amp; so on" in page and "prefers-color-scheme: dark" in page
    assert not re.search(r"<script|<link|https?:|@import", page)


def test_a_page_of_a_lesson_that_was_never_built(tmp_path):
    (tmp_path / "01_a.py").write_text(TINY, encoding="utf-8")
    with pytest.raises(ValueError, match="01_a.ipynb is missing; make it with: python -m noteb"):
        write_pages([tmp_path / "01_a.py"], tmp_path / "html")
