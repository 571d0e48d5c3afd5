"""Text cells as HTML: Markdown by mistune, formulas between dollars as MathML."""

import re
from xml.etree import ElementTree

import mistune
from latex2mathml.converter import convert

# Code stays as it is; then $$...$$ on lines of its own, and $...$ in a line.
PIECES = re.compile(r"(?P<code>```.*?```|`[^`]*`)|\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$]+)\$",
                    re.DOTALL)
QUOTED = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL)
HOLDER = "\x02{}\x03"  # stands for a formula while mistune reads the text around it
CHILDREN = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3,
            "munderover": 3}  # how many parts MathML requires


class Renderer(mistune.HTMLRenderer):
    """HTML whose headings can be linked to."""

    def heading(self, text, level, **attributes):
        return f'<h{level} id="{anchor(text)}">{text}</h{level}>\n'


MARKDOWN = mistune.create_markdown(renderer=Renderer(escape=False),
                                   plugins=["table", "strikethrough"])


def anchor(heading):
    """The name by which a link finds a heading: "Attention head" -> "attention-head"."""
    return re.sub(r"[^\w -]", "", re.sub(r"<[^>]+>", "", heading)).lower().replace(" ", "-")


def to_html(text):
    """Markdown as HTML with MathML.  Raises ValueError for a broken formula and for a lone $."""
    formulas = []

    def hold(match):
        if match["code"]:
            return match["code"]
        formulas.append(mathml(match["block"] or match["inline"],
                               "block" if match["block"] else "inline"))
        return HOLDER.format(len(formulas) - 1)

    page = MARKDOWN(PIECES.sub(hold, text))
    if "$" in QUOTED.sub("", page):
        raise ValueError(f"broken formula: a $ has no partner in {text[:60]!r}")
    return re.sub(HOLDER.format(r"(\d+)"), lambda match: formulas[int(match[1])], page)


def mathml(formula, display):
    """A formula in LaTeX as a <math> element.  Raises ValueError if it is broken."""
    if formula.count("{") != formula.count("}"):
        raise ValueError(f"broken formula {formula!r}: unequal numbers of {{ and }}")
    try:
        tree = ElementTree.fromstring(convert(formula, display=display).replace(
            ' xmlns="http://www.w3.org/1998/Math/MathML"', ""))
    except Exception as error:  # noqa: BLE001, latex2mathml's exceptions have no common base
        raise ValueError(f"broken formula {formula!r}: {type(error).__name__}") from None
    for part in tree.iter():
        check_part(part, formula)
    return ElementTree.tostring(tree, encoding="unicode")


def check_part(part, formula):
    """Raises ValueError if an element lacks a part, or shows a command that is unknown."""
    if len(part) != CHILDREN.get(part.tag, len(part)):
        raise ValueError(f"broken formula {formula!r}: {part.tag} has {len(part)} parts")
    if re.search(r"[\\{}&]", part.text or ""):
        raise ValueError(f"broken formula {formula!r}: {part.text} is unknown")
