"""Public names: numpydoc sections that fit the signature, type hints, and examples that run."""

import os

os.environ.setdefault("DEV", "CPU")  # read when tinygrad is imported

import ast
import builtins
import doctest
import importlib
import inspect
import pkgutil
import re
import sys
import textwrap
from types import FunctionType

import numpy as np
import pytest

import tubevit_np as tv
import tubevit_tg as tg
from tubevit_np import plots

# Module, and its public names; None: the names in its __all__.
PUBLIC = [
    ("tubevit_np", None),
    ("tubevit_np.variants", ["forward", "backward"]),
    ("tubevit_tg", None),
    ("tubevit_tg.variants", ["forward"]),
    ("tubevit_np.conformance.__main__", ["main"]),
    ("tubevit_np.conformance.case", ["Case", "Draw", "gathered", "plain"]),
    ("tubevit_np.conformance.compare", ["Difference", "compare", "compare_array", "compare_plain",
                                        "compare_spread"]),
    ("tubevit_np.conformance.expected", ["Line", "read", "settle"]),
    ("tubevit_np.conformance.port", ["check_ops", "check_place", "dtypes", "find"]),
    ("tubevit_np.conformance.pytest_port", ["pytest_addoption", "pytest_generate_tests"]),
    ("tubevit_np.conformance.report", ["as_json", "line", "missing", "summary"]),
    ("tubevit_np.conformance.suite", ["Check", "Verdict", "ask", "checks", "differ", "judge"]),
    ("tubevit_np.conformance.vectors", ["Vector", "manifest", "vectors"]),
]
ORDER = ["Parameters", "Returns", "Raises", "Warns", "References", "Examples"]
PAPER = r"(Sections?|Eq\.|Tables?|Fig\.) \d"
NOT_IN_THE_PAPER = {"backward", "flatten", "nest"}  # functions of model/; all others are
# Public functions whose docstrings or type hints differ between the packages, and why.
DIFFERENT = {
    "cross_entropy": "labels of Tensors are not checked",
}
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


# Public functions of plots that other drawings call: a summary is enough.
HELPERS = {
    "analysis.pixels": "all_alike fit parts patches",
    "analysis.spectrum": "blocks highest padded",
    "fonts": "can_write writable",
    "free_labels": "box_beside hidden overlap",
    "gallery.run_data": "need",
    "kernel_plots.color_axes": "bright",
    "kernel_plots.controls": "medians_line sample",
    "kernel_plots.history": "brief stacked",
    "kernel_plots.slices": "note",
    "kernel_plots.spectra": "plane",
    "kernel_plots.tuning_histograms": "pale say_why",
    "layout": "banded columned head label mark shaded shortened with_note write",
    "measure": "cut extent wrapped",
    "model_plots.architecture": "one_row",
    "model_plots.attention": "numbered outline_token pooling_rows token_rows",
    "model_plots.position_similarity": "outline_token",
    "model_plots.position_table": "label_wavelengths",
    "paper.boxes": "barred below picture",
    "paper.kernels": "film heading tube_name",
    "paper.look": "check_font_size",
    "paper.panels": "Edges alone outside wrap_labels",
    "paper.positions": "color_bar",
    "model_plots.frame_strip": "named_frames picks strip zoomed",
    "model_plots.overlay": "outline shades",
    "model_plots.sampling": "name_tube",
    "training_plots.ablation": "limits name_points",
    "training_plots.confusion_matrix": "font labels",
    "training_plots.curves": "accuracies ends series smooth spread",
}
HELPERS = {f"tubevit_np.plots.{module}": names.split() for module, names in HELPERS.items()}


def own(module):
    """{name: thing} of the public functions and classes that a module itself defines."""
    return {name: thing for name, thing in vars(module).items()
            if getattr(thing, "__module__", None) == module.__name__ and not name.startswith("_")
            and (inspect.isfunction(thing) or inspect.isclass(thing))}


def has_parameters(thing):
    return "\nParameters\n" in inspect.cleandoc(thing.__doc__ or "")


def names_in_plots(name):
    """All public functions and classes of a module of plots that take arguments, except HELPERS.

    Exceptions need no sections."""
    things = own(importlib.import_module(name))
    return [each for each, thing in things.items() if each not in HELPERS.get(name, [])
            and not (inspect.isclass(thing) and issubclass(thing, Exception))
            and (has_parameters(thing) or inspect.signature(thing).parameters)]


PUBLIC += [(module.name, names_in_plots(module.name)) for module
           in pkgutil.walk_packages(plots.__path__, "tubevit_np.plots.") if not module.ispkg]


def documented():
    """{"module.name": function or class} of all public names, aliases and modules left out."""
    modules = [(importlib.import_module(name), names) for name, names in PUBLIC]
    things = {f"{module.__name__}.{name}": getattr(module, name)
              for module, names in modules for name in (module.__all__ if names is None else names)}
    return {name: thing for name, thing in things.items()
            if (inspect.isfunction(thing) or inspect.isclass(thing))
            and name.endswith(f".{thing.__name__}")}


NAMES = documented()
METHODS = {f"{name}.{method}": thing for name, each in NAMES.items() if inspect.isclass(each)
           for method, thing in vars(each).items()
           if inspect.isfunction(thing) and not method.startswith("_")}


def sections(docstring):
    """{title: lines} of a numpydoc docstring; the lines before the first title are "Summary"."""
    lines = inspect.cleandoc(docstring).splitlines()
    parts, title = {"Summary": []}, "Summary"
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line and re.fullmatch("-+", following):
            title = line
            parts[title] = []
        elif not (re.fullmatch("-+", line) and not parts[title]):
            parts[title].append(line)
    return parts


def entries(lines):
    """[(name, type)] of a section such as Parameters; "g, b : array" gives two."""
    heads = [line.partition(" : ") for line in lines if line and not line.startswith(" ")]
    return [(name, kind) for names, _, kind in heads for name in names.split(", ")]


def arguments(thing):
    """[(name, annotation)] of a signature, with the stars of *args and **options."""
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [(stars.get(parameter.kind, "") + name, parameter.annotation)
            for name, parameter in inspect.signature(thing).parameters.items() if name != "self"]


def wrong_defaults(thing):
    """The parameters whose default the docstring states wrongly or, in a function, not at all.

    Right are "int, default 3" and "int, optional": the latter for None, or where the text explains
    what the default is. Functions as defaults need not be stated; "see Config" refers elsewhere."""
    kinds = dict(entries(sections(thing.__doc__ or "").get("Parameters", [])))
    parameters = inspect.signature(thing).parameters
    return [name for name, kind in kinds.items()
            if name in parameters and not kind.startswith("see ")
            and not default_fits(thing, kind, default_of(thing, parameters[name]))]


def default_of(thing, parameter):
    """The default of a parameter; for a field of a dataclass, what its factory returns."""
    made = [field.default_factory() for field in getattr(thing, "__dataclass_fields__", {}).values()
            if field.name == parameter.name and callable(field.default_factory)]
    return made[0] if made else parameter.default


def default_fits(thing, kind, default):
    _, is_stated, stated = kind.partition(", default ")
    is_optional = kind.endswith(", optional")
    if default is inspect.Parameter.empty:
        return "default" not in kind and not is_optional
    if is_stated:
        value = eval(stated, vars(sys.modules.get(thing.__module__, builtins)))
        return value == default and isinstance(value, bool) == isinstance(default, bool)
    return is_optional or "default" not in kind and (inspect.isclass(thing) or callable(default))


def problems(thing):
    """Everything that is wrong with the docstring and the type hints of a function or class."""
    parts = sections(thing.__doc__ or "")
    titles, wanted = list(parts)[1:], arguments(thing)
    listed = entries(parts.get("Parameters", []))
    result = inspect.signature(thing).return_annotation
    hints = [name for name, hint in wanted if hint is inspect.Parameter.empty]
    returns = inspect.isfunction(thing) and result is not None
    in_model = re.match(r"tubevit_\w\w\.model\.", thing.__module__)
    references = " ".join(parts.get("References", []))
    errors = [name for name, _ in entries(parts.get("Raises", []))]
    return [problem for problem, wrong in {
        "no summary that ends in a period": not (parts["Summary"] or [""])[0].endswith("."),
        "no blank line after the summary": any(parts["Summary"][1:2]),
        f"sections {titles}, in order {ORDER}": titles != [each for each in ORDER if each in parts],
        f"lists {[name for name, _ in listed]}, has {[name for name, _ in wanted]}":
            [name for name, _ in listed] != [name for name, _ in wanted],
        f"states another default of {wrong_defaults(thing)}": wrong_defaults(thing),
        "a parameter without a type": not all(kind or "*" in name for name, kind in listed),
        f"no type hints for {hints}": hints,
        "no type hint for the result": inspect.isfunction(thing) and result is inspect._empty,
        "no Returns": returns and not any(parts.get("Returns", [])),
        "Returns of None": inspect.isfunction(thing) and not returns and "Returns" in parts,
        f"raises {errors}": not all(hasattr(builtins, error) for error in errors),
        "no place in the paper": in_model and thing.__name__ not in NOT_IN_THE_PAPER
            and not re.search(PAPER, references),
    }.items() if wrong]


@pytest.mark.parametrize("name", NAMES)
def test_a_docstring_fits_its_function(name):
    assert problems(NAMES[name]) == []


@pytest.mark.parametrize("name", METHODS)
def test_a_docstring_fits_its_method(name):
    """A summary is enough for a method; if it has sections, they must fit."""
    method = METHODS[name]
    allowed = [] if has_parameters(method) else [
        f"lists [], has {[each for each, _ in arguments(method)]}", "no Returns"]
    assert [problem for problem in problems(method) if problem not in allowed] == []


def test_methods_are_found():
    assert {name.rpartition("conformance.")[2] for name in METHODS} >= {
        "case.Draw.params", "expected.Line.fits", "suite.Check.tolerance"}


@pytest.mark.parametrize("module", HELPERS)
def test_helpers_have_no_parameters_section(module):
    """A helper with this section is not in the list, so that the section is compared."""
    things = own(importlib.import_module(module))
    assert [name for name in HELPERS[module] if has_parameters(things[name])] == []


@pytest.mark.parametrize("module", [name for name, _ in PUBLIC if "conformance." in name])
def test_the_table_has_all_functions_with_parameters(module):
    things = own(importlib.import_module(module))
    listed = dict(PUBLIC)[module]
    assert [name for name, thing in things.items() if has_parameters(thing)
            and name not in listed] == []


def scale(x: float, factor: float = 2.0) -> float:
    """Multiply a number.

    Parameters
    ----------
    x : float
    factor : float, default 2

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If x is infinite.

    References
    ----------
    Section 3.
    """


@pytest.mark.parametrize("old, new, problem", [
    ("Multiply a number.", "Multiply a number", "no summary"),
    ("number.\n\n", "number.\nTwice.\n\n", "no blank line"),
    ("x : float\n", "", "lists ['factor'], has ['x', 'factor']"),
    ("x : float\nfactor", "factor", "lists ['factor']"),
    ("factor : float, default 2", "factor : float\ny : float", "lists ['x', 'factor', 'y']"),
    ("x : float\nfactor : float, default 2", "factor : float\nx : float", "lists ['factor', 'x']"),
    ("default 2", "default 3", "states another default of ['factor']"),
    ("float, default 2", "float", "states another default of ['factor']"),
    ("default 2", "optional", None),
    ("default 2", "default True", "states another default of"),
    ("x : float\n", "x : float, default 2\n", "states another default of ['x']"),
    ("x : float\n", "x : float, optional\n", "states another default of ['x']"),
    ("x : float\n", "x\n", "a parameter without a type"),
    ("Returns\n-------\nfloat\n", "", "no Returns"),
    ("Raises\n------\nValueError\n    If x is infinite.\n", "", None),
    ("ValueError", "an error", "raises ['an error']"),
    ("Raises\n------", "Errors\n------", "sections ['Parameters', 'Returns', 'Errors'"),
])
def test_each_mistake_in_a_docstring_is_found(old, new, problem):
    right = inspect.cleandoc(scale.__doc__)
    assert right.count(old) == 1
    found = problems(with_docstring(scale, right.replace(old, new)))
    assert found == [] if problem is None else found and found[0].startswith(problem)


def with_docstring(function, docstring, annotations=None, module="copy"):
    """A copy of a function with another docstring, type hints and module."""
    copy = FunctionType(function.__code__, {"__name__": module}, None, function.__defaults__)
    copy.__doc__ = docstring
    copy.__annotations__ = function.__annotations__ if annotations is None else annotations
    return copy


def test_a_missing_type_hint_is_found():
    hints = scale.__annotations__
    assert problems(scale) == []
    for name, problem in [("factor", "no type hints for ['factor']"),
                          ("return", "no type hint for the result")]:
        fewer = {key: hint for key, hint in hints.items() if key != name}
        assert problems(with_docstring(scale, scale.__doc__, fewer)) == [problem]
    assert problems(with_docstring(scale, scale.__doc__, hints | {"return": None})) == [
        "Returns of None"]


def test_a_part_of_the_model_needs_its_place_in_the_paper():
    assert problems(with_docstring(scale, scale.__doc__, module="tubevit_np.model.copy")) == []
    for references in ("The paper.", "Section"):
        wrong = scale.__doc__.replace("Section 3.", references)
        assert problems(with_docstring(scale, wrong, module="tubevit_np.model.copy")) == [
            "no place in the paper"]


MODULES = sorted({thing.__module__ for thing in NAMES.values()} | {name for name, _ in PUBLIC})


@pytest.mark.parametrize("module", MODULES)
def test_examples_run(module):
    """The examples of a module see NumPy and the public names of its package."""
    module = importlib.import_module(module)
    package = importlib.import_module(module.__name__.partition(".")[0])
    names = {name: getattr(package, name) for name in package.__all__}
    results = doctest.testmod(module, extraglobs={"np": np} | names | vars(module),
                              optionflags=FLAGS)
    assert results.failed == 0


def test_there_are_examples():
    lines = [line for thing in (tv, tg, *NAMES.values()) for line in thing.__doc__.splitlines()]
    assert sum(">>> " in line for line in lines) > 30


def head(function):
    """The arguments and type hints of a function, as they are written."""
    node, = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    return f"({ast.unparse(node.args)}) -> {ast.unparse(node.returns)}"


def text(function):
    """The lines of a docstring without its examples and without blank lines."""
    parts = sections(function.__doc__)
    return [line for title, lines in parts.items() if title != "Examples"
            for line in [title, *lines] if line]


def mirrored():
    """The public functions that both packages write, with the same arguments."""
    both = {name: (getattr(tv, name), getattr(tg, name))
            for name in tv.__all__ if hasattr(tg, name)}
    both["variants.forward"] = tv.variants.forward, tg.variants.forward
    return [name for name, (ours, theirs) in both.items()
            if inspect.isfunction(ours) and ours.__module__ != theirs.__module__
            and [name for name, _ in arguments(ours)] == [name for name, _ in arguments(theirs)]]


@pytest.mark.parametrize("name", mirrored())
def test_both_packages_have_the_same_docstring(name):
    ours, theirs = (eval(f"package.{name}", {"package": package}) for package in (tv, tg))
    if ours.__name__ in DIFFERENT:
        assert [head(ours), text(ours)] != [head(theirs), text(theirs)]
    else:
        assert head(ours) == head(theirs)
        assert text(ours) == text(theirs)


@pytest.mark.parametrize("package", [tv, tg])
def test_all_lists_the_public_names(package):
    visible = {name for name, thing in vars(package).items() if not name.startswith("_")
               and (not inspect.ismodule(thing) or name in ("fast", "variants"))} - {"require"}
    assert set(package.__all__) == visible
    assert len(package.__all__) == len(visible)


@pytest.mark.parametrize("package", [tv.fast, tv.variants, tg.variants])
def test_all_lists_what_a_package_imports(package):
    tree = ast.parse(inspect.getsource(package))
    assert package.__all__ == sorted(name.asname or name.name for node in tree.body
                                     if isinstance(node, ast.ImportFrom) for name in node.names)


@pytest.mark.parametrize("package", [tv, tg])
def test_the_names_of_earlier_releases(package):
    assert package.centres is package.centers
    assert package.clip is package.clip_grad_norm
    assert package.count is package.num_params
    assert package.__version__ == tv.__version__
