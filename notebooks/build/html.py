"""The stored notebooks as web pages: no script, nothing to download, light, dark and for print."""

import html
import re

import nbformat
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from notebooks.build.cells import FOLDER
from notebooks.build.prose import to_html
from tubevit_np.storage.atomic_files import make_folder, write_text

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title><style>{css}</style></head>
<body><nav>{links}</nav><main>{body}</main><nav>{links}</nav></body></html>
"""
CSS = """
:root { --ink: #1f2328; --faint: #5b6570; --page: #ffffff; --code: #f5f6f8; --line: #d6dbe0;
        --link: #0b5cad; --note: #fff8e6 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e7ea; --faint: #a3acb5; --page: #14171a; --code: #1e2328; --line: #3a424a;
          --link: #7ab8f5; --note: #262215 } }
body { margin: 0 auto; max-width: 60rem; padding: 1rem 1.2rem 3rem; background: var(--page);
       color: var(--ink); font: 17px/1.6 system-ui, sans-serif }
main > p, main > ul, main > ol, main > table { max-width: 46rem }
h1 { line-height: 1.2; margin: 1rem 0 .5rem } h2 { margin: 2.2rem 0 .4rem }
a { color: var(--link) } nav { display: flex; justify-content: space-between; gap: 1rem;
                               color: var(--faint); font-size: 15px; padding: .4rem 0 }
pre { font: 14px/1.5 ui-monospace, Consolas, "DejaVu Sans Mono", monospace; margin: 0;
      padding: .6rem .8rem; overflow-x: auto }
code { font: .88em ui-monospace, Consolas, "DejaVu Sans Mono", monospace; background: var(--code);
       padding: .1em .25em; border-radius: 3px } pre code { padding: 0; background: none }
.code, main > pre { background: var(--code); border-left: 3px solid var(--link); margin: 1rem 0 0 }
.out { margin: 0 0 1rem; border-left: 3px solid var(--line) }
img { display: block; margin: .7rem 0 .3rem; border-radius: 4px }
figcaption { color: var(--faint); font-size: 15px; max-width: 46rem; padding: 0 .2rem .4rem }
math[display="block"] { margin: .8rem 0 } h3 { margin: 1.1rem 0 .2rem } h3 + p { margin: 0 }
table { border-collapse: collapse; margin: .8rem 0 } th, td { padding: .25rem .7rem;
      border: 1px solid var(--line); text-align: left; vertical-align: top }
details { background: var(--note); border: 1px solid var(--line); border-radius: 4px;
          padding: .4rem .9rem; margin: .8rem 0 } summary { cursor: pointer; font-weight: 600 }
@media print {
  :root { --ink: #000; --page: #fff; --code: #f5f6f8; --faint: #444; --line: #bbb; --note: #fff }
  body { max-width: none; font-size: 11pt } nav { display: none }
  pre { white-space: pre-wrap; font-size: 8pt }
  .code, .out, img { break-inside: avoid } h2 { break-after: avoid } }
"""
HOME = '<a href="index.html">all lessons</a>'
FORMAT = HtmlFormatter(nowrap=True)
DARK = HtmlFormatter(style="github-dark")
LINK = re.compile(r'href="(\d\d_\w+\.ipynb|GLOSSARY\.md)(#[\w-]+)?"')


def write_pages(sources, folder):
    """A page for each lesson (a path), glossary.html and index.html; returns the path of the last.

    Raises ValueError for a lesson without its notebook."""
    titles = {}
    books = {source.stem: _read(source.with_suffix(".ipynb")) for source in sources}
    folder = make_folder(folder, "folder for --html")
    for name, book in books.items():
        titles[name] = book.cells[0].source.splitlines()[0].lstrip("# ")
    for name, book in books.items():
        body = "\n".join(map(_cell, book.cells))
        write_text(folder / f"{name}.html", _page(titles[name], _links(name, titles), body))
    items = "".join(f'<li><a href="{name}.html">{html.escape(title)}</a></li>'
                    for name, title in titles.items())
    glossary = _text((FOLDER / "GLOSSARY.md").read_text(encoding="utf-8"))
    write_text(folder / "glossary.html", _page("Glossary", HOME, glossary))
    body = f'<h1>Lessons</h1><ul>{items}</ul><p><a href="glossary.html">Glossary</a></p>'
    write_text(folder / "index.html", _page("Lessons", "", body))
    return folder / "index.html"


def _read(path):
    if not path.exists():
        raise ValueError(f"{path.name} is missing; make it with: python -m notebooks {path.stem}")
    return nbformat.read(path, as_version=4)


def _page(title, links, body):
    dark = f"@media screen and (prefers-color-scheme: dark) {{{DARK.get_style_defs('.code')}}}"
    css = CSS + FORMAT.get_style_defs(".code") + dark
    return PAGE.format(title=html.escape(title), css=css, links=links, body=body)


def _links(name, titles):
    """Links to the previous lesson, to all lessons, to the glossary, to the next lesson."""
    names = list(titles)
    at = names.index(name)
    near = [names[k] if 0 <= k < len(names) else None for k in (at - 1, at + 1)]
    before, after = (f'<a href="{n}.html">{html.escape(titles[n])}</a>' if n else "<span></span>"
                     for n in near)
    return f'{before}{HOME}<a href="glossary.html">glossary</a>{after}'


def _cell(cell):
    if cell.cell_type == "markdown":
        return _text(cell.source)
    code = f'<pre class="code">{highlight(cell.source, PythonLexer(), FORMAT)}</pre>'
    return code + "".join(map(_output, cell.outputs))


def _text(markdown):
    """HTML, with links to pages instead of notebooks."""
    def page(link):
        name = link[1].split(".")[0]
        return f'href="{name.lower() if link[1].endswith(".md") else name}.html{link[2] or ""}"'
    return LINK.sub(page, to_html(markdown))


def _output(output):
    """HTML outputs (pictures) unchanged, others as text."""
    data = output.get("data", {})
    if "text/html" in data:
        return f'<div class="out">{data["text/html"]}</div>'
    text = output.get("text", data.get("text/plain", ""))
    return f'<pre class="out">{html.escape(text)}</pre>'
