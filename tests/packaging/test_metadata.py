"""What pyproject.toml, requirements.txt, LICENSE, CITATION.cff and CHANGELOG.md say is true."""

import ast
import hashlib
import re
import sys
import tomllib
from datetime import date
from importlib.metadata import packages_distributions
from operator import attrgetter
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import tubevit_np as tv

TOP = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
EXTRAS = PROJECT["optional-dependencies"]
ELSEWHERE = {"torch": "tests/benchmarks/requirements.txt", "cluster": None}  # None: not used yet
OURS = {"tubevit_np", "tubevit_tg", "notebooks", "tests"}
FOUND_BESIDE = {"course", "lesson"} | {file.stem for file in (TOP / "tests/helpers").glob("*.py")}
DISTRIBUTIONS = packages_distributions()
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"

# Which extras a folder may import; the longest prefix of a path counts.
IMPORTS = {
    "tubevit_np": [],
    "tubevit_np/commands": ["completion"],
    "tubevit_np/runs": ["tensorboard", "yaml"],
    "tubevit_np/storage": ["hub"],
    "tubevit_np/transfer": ["torch", "onnx"],
    "tubevit_np/conformance": ["tg", "dev"],  # an adapter; what builds and tests the vectors
    "tubevit_tg": ["tg"],
    "notebooks": ["lessons"],
    "notebooks/assignments": ["course"],
    "tests": ["dev"],
    "tests/benchmarks": ["dev", "torch"],
    "tests/transfer": ["dev", "torch"],
}
OPTIONAL = {"tests/transfer": {"timm", "transformers"}}  # compared with where installed


def expanded(requirements):
    """Yield requirements; those of tubevit itself give way to its extras' requirements."""
    for requirement in map(Requirement, requirements):
        if requirement.name == "tubevit":
            for extra in requirement.extras:
                yield from expanded(EXTRAS[extra])
        else:
            yield requirement


def needed(*extras):
    """Return the requirements of the base install with these extras."""
    return [*expanded(PROJECT["dependencies"]),
            *(each for extra in extras for each in expanded(EXTRAS[extra]))]


def pins(file):
    """Return {name: version} of a file of exact requirements."""
    lines = (TOP / file).read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def third_party(path):
    """Return the top-level names that a file imports, without the standard library and ours."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.partition(".")[0])
    return names - OURS - FOUND_BESIDE - {file.stem for file in path.parent.glob("*.py")} - set(
        sys.stdlib_module_names)


@pytest.mark.parametrize("extra", [None, *EXTRAS])
def test_the_exact_versions_fit_the_ranges(extra):
    file = ELSEWHERE.get(extra, "requirements.txt")
    if not file:
        return
    exact = pins(file) | pins("requirements.txt")
    for requirement in needed(*[extra] if extra else []):
        assert requirement.name in exact, f"{file} lacks {requirement.name}"
        assert requirement.specifier.contains(exact[requirement.name]), requirement


@pytest.mark.parametrize("folder", IMPORTS)
def test_imported_packages_are_declared(folder):
    declared = {canonicalize_name(each.name) for each in needed(*IMPORTS[folder])}
    for path in sorted((TOP / folder).rglob("*.py")):
        place = path.relative_to(TOP).as_posix()
        if max((name for name in IMPORTS if place.startswith(f"{name}/")), key=len) != folder:
            continue
        for name in third_party(path) - OPTIONAL.get(folder, set()):
            known = {canonicalize_name(each) for each in DISTRIBUTIONS.get(name, [name])}
            assert known & declared, f"{place} imports {name}"


def test_the_conformance_extra_is_numpy_and_safetensors():
    assert {each.name for each in expanded(EXTRAS["conformance"])} == {"numpy", "safetensors"}
    ranges = {each.name: each.specifier for each in needed()}
    assert all(ranges[each.name] == each.specifier for each in expanded(EXTRAS["conformance"]))


@pytest.mark.parametrize("script", PROJECT["scripts"])
def test_a_script_leads_to_a_function(script):
    module, _, function = PROJECT["scripts"][script].partition(":")
    path = TOP / f"{module.replace('.', '/')}.py"
    assert function in {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body
                        if isinstance(node, ast.FunctionDef)}


def test_the_license_is_the_standard_text():
    text, count = re.subn(r"Copyright \d{4} .*", "Copyright [yyyy] [name of copyright owner]",
                          (TOP / "LICENSE").read_text(encoding="utf-8"))
    assert count == 1 and hashlib.sha256(text.encode()).hexdigest() == APACHE_2


def test_the_citation_file_is_valid_and_gives_this_version():
    citation = yaml.safe_load((TOP / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation.keys() == {
        "cff-version", "message", "title", "abstract", "type", "authors", "version",
        "date-released", "license", "keywords", "references"}
    assert citation["authors"] == PROJECT["authors"]
    assert citation["cff-version"] == "1.2.0" and citation["type"] == "software"
    assert citation["version"] == tv.__version__ and citation["license"] == PROJECT["license"]
    assert isinstance(citation["date-released"], date)
    [paper] = citation["references"]
    assert paper.keys() == {
        "type", "title", "authors", "collection-title", "year", "identifiers", "url"}
    assert paper["type"] == "conference-paper" and paper["title"] == (
        "Rethinking Video ViTs: Sparse Video Tubes for Joint Image and Video Learning")
    assert [(each["given-names"], each["family-names"]) for each in paper["authors"]] == [
        ("AJ", "Piergiovanni"), ("Weicheng", "Kuo"), ("Anelia", "Angelova")]
    assert paper["year"] == 2023 and paper["url"] == "https://arxiv.org/abs/2212.03229"
    assert paper["identifiers"] == [{"type": "other", "value": "arXiv:2212.03229"}]


def test_the_versions_of_python_agree():
    """Those of the classifiers are allowed, and the one before the first is not."""
    minors = [int(minor) for line in PROJECT["classifiers"]
              for minor in re.findall(r"^Programming Language :: Python :: 3\.(\d+)$", line)]
    assert len(minors) >= 3 and minors == list(range(minors[0], minors[-1] + 1))
    allowed = SpecifierSet(PROJECT["requires-python"])
    assert [minor for minor in range(minors[-1] + 1) if f"3.{minor}" in allowed] == minors
    readme = " ".join((TOP / "README.md").read_text(encoding="utf-8").split())
    assert f"Python 3.{minors[0]} or newer" in readme


def test_modules_with_options_for_mypy_exist():
    [override] = SETTINGS["tool"]["mypy"]["overrides"]
    assert len(override["module"]) >= 30
    assert [name for name in override["module"]
            if not (TOP / f"{name.replace('.', '/')}.py").exists()] == []


def test_the_changelog_has_this_version():
    released = yaml.safe_load((TOP / "CITATION.cff").read_text(encoding="utf-8"))["date-released"]
    changes = (TOP / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", changes, re.MULTILINE)
    assert f"{tv.__version__} ({released})" in headings


def test_names_of_the_changelog_exist():
    changes = (TOP / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = changes.split("\n## 0.2.0")[1].split("\n## ")[0]
    names = re.findall(r"`tv\.([\w.]+)", newest)
    assert len(names) >= 15
    for name in names:
        attrgetter(name)(tv)
    renamed = re.search(r"New names; the old ones are kept: (.*?)\.\n", newest, re.DOTALL)[1]
    pairs = re.findall(r"`tv\.(\w+)`\s+\(`(\w+)`\)", renamed)
    assert len(pairs) == 3
    assert all(getattr(tv, new) is getattr(tv, old) for new, old in pairs)
    extras = re.search(r"Extras: (.*?)\. ", newest, re.DOTALL)[1]
    assert set(re.findall(r"`(\w+)`", extras)) <= set(EXTRAS)
