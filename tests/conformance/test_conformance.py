"""The conformance suite: which answers pass and fail, its messages, and the known mistakes."""

import json
import sys
import types
from pathlib import Path

import numpy as np
import pytest

import tubevit_np
from tests.conformance import kills
from tubevit_np import conformance
from tubevit_np.conformance import (
    SPEC,
    __main__,
    build,
    compare,
    expected,
    measure,
    mistakes,
    noise,
    port,
    suite,
    vectors,
)
from tubevit_np.conformance.adapters.tubevit_np import adapter
from tubevit_np.conformance.case import Draw
from tubevit_np.conformance.cases.all import all_cases
from tubevit_np.conformance.files import FILES

HERE = Path(conformance.__file__).parent
STORED = vectors.vectors()
CHECKS = {check.id: check for check in suite.checks(STORED, "float32")}
# In float64 these change nothing.
FLOAT32_ALONE = ("uint8 divided by 256, not 255", "positions turn float32 into float64")
ANSWER = np.array([[1.0, -2.0], [2.0, 4.0]])  # root mean square 2.5


def layer_norm(change, check="operations/layer_norm-usual", dtype="float32"):
    """Return the verdict on a port whose layer norm is correct except for a change."""
    def changed(**given):
        return change(adapter.layer_norm(**given))
    return suite.judge(CHECKS[check], types.SimpleNamespace(layer_norm=changed), dtype)


# The stored files.

def test_the_files_are_those_of_the_manifest_and_small():
    listed = {case["file"]: case["sha256"] for case in vectors.manifest()["cases"]
              if "file" in case}
    made = {name for name, (content, _) in FILES.items() if content}
    assert {path.name for path in vectors.FOLDER.iterdir()} == {*listed, *made, "manifest.json"}
    assert all(vectors.digest((vectors.FOLDER / name).read_bytes()) == sha256
               for name, sha256 in listed.items())
    assert sum(path.stat().st_size for path in vectors.FOLDER.iterdir()) < 3e6


def test_the_manifest_lists_every_case_once():
    manifest = vectors.manifest()
    assert [case["name"] for case in manifest["cases"]] == [case.name for case in all_cases()]
    assert len({case["name"] for case in manifest["cases"]}) == len(manifest["cases"])
    assert manifest["spec"] == SPEC and {*manifest["levels"]} == {c.level for c in CHECKS.values()}
    assert all(case["why"] for case in manifest["cases"])


@pytest.mark.parametrize("name", ["gelu-erf", "layer_norm-faint", "sincos_3d-20", "adamw-third"])
def test_a_case_made_anew_has_the_same_bytes(name):
    """tubevit_np.conformance.build --check does this for all cases."""
    case = next(case for case in all_cases() if case.name == name)
    members, _ = build.answer(case)
    assert vectors.npz(members) == (vectors.FOLDER / f"{name}.npz").read_bytes()


def test_inputs_are_float32_and_answers_float64():
    for vector in STORED:
        assert all(x.dtype == np.float32 for x in vector.inputs.values() if x.dtype.kind == "f")
        assert all(x.dtype == (np.float32 if vector.op == "load" else np.float64)
                   for x in (*vector.answers.values(), *vector.gradients.values())
                   if x.dtype.kind == "f")
        assert bool(vector.cotangents) == bool(vector.gradients)


def test_a_damaged_file_is_not_read(tmp_path, monkeypatch):
    entry = next(case for case in vectors.manifest()["cases"] if case["name"] == "gelu-erf")
    content = bytearray((vectors.FOLDER / entry["file"]).read_bytes())
    content[-300] ^= 1
    (tmp_path / entry["file"]).write_bytes(content)
    (tmp_path / "manifest.json").write_text(json.dumps({"cases": [entry]}), encoding="utf-8")
    monkeypatch.setattr(vectors, "FOLDER", tmp_path)
    monkeypatch.setattr(vectors, "MANIFEST", tmp_path / "manifest.json")
    with pytest.raises(ValueError, match="gelu-erf.npz is damaged"):
        vectors.vectors()


def test_draws_depend_on_the_name_alone():
    assert np.array_equal(Draw("a")(3, 4), Draw("a")(3, 4))
    assert not np.array_equal(Draw("a")(3, 4), Draw("b")(3, 4))


# Tolerances and the table that the README shows.

def test_tolerances_are_ten_times_what_was_measured():
    for vector in STORED:
        for kind, units in vector.entry.get("measured", {}).items():
            assert units == {package: noise.measured()[package]["float32"][f"{level}/{vector.name}"]
                             for package in measure.PACKAGES
                             for level in ["gradients" if kind == "gradients" else vector.level]}
            assert vector.tolerance[kind] == pytest.approx(10 * max(1, *units.values()), rel=0.1)
            assert vector.tolerance[kind] >= 10 * max(1, *units.values())


@pytest.mark.parametrize("units, wanted", [([0.0], 10), ([0.3, 1.0], 10), ([1.01], 11),
                                           ([3.0, 12.31], 130), ([87.7], 880)])
def test_a_tolerance_is_rounded_up_to_two_digits(units, wanted):
    assert noise.tolerance(units) == wanted


def test_the_readme_shows_the_table_as_measured_and_how_much_is_asked():
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    table = measure.table(noise.measured())
    other = readme.replace("| block | 4 | 4 |", "| block | 4 | 5 |")
    assert other != readme and measure.with_table(other, table) == readme
    refusals = sum(check.vector.judge == "refused" for check in CHECKS.values())
    gradients = sum(check.kind == "gradients" for check in CHECKS.values())
    answers = len(CHECKS) - gradients - refusals
    assert (f"{answers} forward checks, {gradients} gradient checks and {refusals} error checks"
            in readme and readme.count(f"of {len(mistakes.KNOWN)} ") == 2)


# What is a difference, and how large.

def test_units_of_rounding_and_the_worst_place():
    found = ANSWER.copy()
    found[1, 0] += 5 * np.finfo(np.float32).eps * 2.5
    worst = compare.compare_array(found.astype(np.float32), ANSWER, "float32", "out")
    assert worst.index == (1, 0) and worst.units == pytest.approx(5, rel=0.1)
    worst = compare.compare_array(found, ANSWER, "float64", "out")
    assert worst.units == pytest.approx(5 * 2**29, rel=1e-6)
    assert str(worst).startswith("out[1, 0] is 2.0000014") and worst.wanted == 2


@pytest.mark.parametrize("change, text", [
    (lambda y: y.astype(np.float64), "out has the dtype float64, not float32"),
    (lambda y: y.astype(np.float16), "out has the dtype float16, not float32"),
    (lambda y: np.round(y).astype(int), "out has the dtype int64, not floats"),
    (lambda y: y[0], r"out has the shape (6, 12), not (2, 6, 12)"),
    (lambda y: y[..., None], r"out has the shape (2, 6, 12, 1), not (2, 6, 12)"),
    (lambda y: np.where(y == y.max(), np.nan, y), "is nan, not"),
    (lambda y: np.where(y == y.max(), np.inf, y), "is inf, not"),
    (lambda y: {"y": y}, "the answer has no 'out'"),
    (lambda y: [[1.0], [2.0, 3.0]], "raised ValueError"),
    (lambda y: None, "out has the type NoneType, not a plain array of numbers"),
    (lambda y: y.astype(object), "out has the type ndarray, not a plain array"),
    (lambda y: np.ma.masked_array(y, np.isfinite(y)), "out has the type MaskedArray, not a plain"),
    (lambda y: y + 0j, "out has the dtype complex64, not floats"),
    (lambda y: 1 / 0, "raised ZeroDivisionError: division by zero (test_conformance.py:"),
    (lambda y: sys.exit(0), "raised SystemExit: 0 (test_conformance.py:"),
    (lambda y: y + np.float32(1e-4), "] is "),
])
def test_what_fails(change, text):
    verdict = layer_norm(change)
    assert verdict.status == suite.FAILED and text in verdict.text


def test_what_passes():
    assert layer_norm(lambda y: y).status == suite.PASSED
    assert layer_norm(lambda y: y + np.float32(1e-7)).status == suite.PASSED
    assert layer_norm(lambda y: np.asfortranarray(y)).status == suite.PASSED
    assert layer_norm(lambda y: {"out": y, "more": y[0]}).status == suite.PASSED


def test_float64_is_held_to_one_in_a_billion():
    for factor, status in ((1 + 1e-10, suite.PASSED), (1 + 2e-9, suite.FAILED)):
        assert layer_norm(lambda y, by=factor: y * by, dtype="float64").status == status


def test_plain_answers_must_be_equal():
    wanted = {"tubes": [{"kernel": [1, 2, 3]}], "gelu": "tanh", "shared": False}
    same = wanted | {"tubes": ({"kernel": (1, 2, 3)},)}
    assert compare.compare_plain(same, wanted) == compare.Difference()
    for found, text in ((wanted | {"tubes": []}, "the answer: tubes has 0 entries, not 1"),
                        (wanted | {"tubes": [{"kernel": [1, 2, 4]}]},
                         "the answer: tubes[0]: kernel[2] is 4, not 3"),
                        ({"gelu": "tanh", "more": 1}, "the answer has no 'shared'"),
                        (wanted | {"cls": 1}, "the answer has an unknown 'cls'"),
                        ([], "the answer is [], not {")):
        worst = compare.compare_plain(found, wanted)
        assert worst.units == np.inf and text in str(worst)


def test_new_parameters_must_have_their_shape_and_be_numbers():
    wanted = {"w": [[40, 50], 0.0, 2.0], "b": [[3], 0.0, 0.0]}
    right = {"w": np.random.default_rng(0).normal(0, 2, (40, 50)), "b": np.zeros(3)}
    assert compare.compare_spread(right, wanted).units < 3
    for name, w, text in (("b", np.zeros(0), "b has the shape (0,), not (3,)"),
                          ("b", np.array([0, 0, 1e-9]), "b is not 0.0 everywhere"),
                          ("w", right["w"].T, "w has the shape (50, 40), not (40, 50)"),
                          ("w", right["w"] * np.nan, "w is not finite")):
        worst = compare.compare_spread(right | {name: w}, wanted)
        assert worst.units == np.inf and str(worst) == text
    assert compare.compare_spread(right | {"w": right["w"] * 1.2}, wanted).units > 5


def test_a_file_has_no_more_and_no_other_numbers_than_it_has():
    check = CHECKS["checkpoint/load"]
    assert suite.differ(check, check.wanted, check.wanted, "float64").units == 0
    for found in (check.wanted | {"cls": np.zeros(3, np.float32)},
                  {name: w.astype(np.float64) for name, w in check.wanted.items()}):
        assert suite.differ(check, found, check.wanted, "float64").units == np.inf


def test_only_logits_must_be_given_and_gradients_of_what_took_part():
    check = CHECKS["model/forward-image"]
    logits = {name: y for name, y in check.wanted.items() if name.startswith("logits.")}
    assert suite.differ(check, logits, check.wanted, "float64").units == 0
    assert suite.differ(check, {}, check.wanted, "float64").units == np.inf
    wrong = logits | {"pooled": check.wanted["pooled"] + 1}
    assert suite.differ(check, wrong, check.wanted, "float64").units > 1e9
    check = CHECKS["gradients/forward-image"]
    part = {name: g for name, g in check.wanted.items() if g.any()}
    assert len(part) < len(check.wanted)  # video tubes see no image
    assert suite.differ(check, part, check.wanted, "float64").units == 0
    part.popitem()
    assert suite.differ(check, part, check.wanted, "float64").units == np.inf


def test_what_a_port_has_not_is_skipped_and_said():
    verdict = suite.judge(CHECKS["operations/softmax"], types.SimpleNamespace(), "float32")
    assert (verdict.status, verdict.text) == (suite.SKIPPED, "the adapter has no softmax")

    def later(**given):
        raise NotImplementedError("in spring")
    verdict = suite.judge(CHECKS["operations/softmax"], types.SimpleNamespace(softmax=later),
                          "float32")
    assert (verdict.status, verdict.text) == (suite.SKIPPED, "in spring")


def test_what_must_be_refused():
    check = CHECKS["refusals/labels-below"]
    careless = types.SimpleNamespace(cross_entropy=lambda **given: 1.0)
    useless = types.SimpleNamespace(cross_entropy=lambda logit, label: 1.0)
    verdict = suite.judge(check, useless, "float32")
    assert verdict.status == suite.FAILED
    assert verdict.text.startswith("the valid input cross_entropy-plain raised TypeError")
    verdict = suite.judge(check, careless, "float32")
    assert verdict.status == suite.FAILED
    assert verdict.text == "accepted, but must be refused: labels are 0 to K - 1"
    verdict = suite.judge(check, adapter, "float32")
    assert verdict.status == suite.PASSED and "ValueError: labels -1 to 0" in verdict.text


def test_a_port_may_change_all_that_it_is_given():
    def changing(op):
        def changed(**given):
            answer = getattr(adapter, op)(**given)
            given["cfg"].clear()
            given["x"][:] = 0
            return answer
        return changed
    port = types.SimpleNamespace(forward=changing("forward"))
    for _ in range(2):
        assert suite.judge(CHECKS["model/forward-image"], port, "float32").status == suite.PASSED


# Expected failures.

def test_expected_failures(tmp_path):
    (tmp_path / "known").write_text("# a comment\n\noperations/layer_*-us*  # why\n"
                                    "float64 operations/gelu-erf\n", encoding="utf-8")
    lines = expected.read(tmp_path / "known", STORED)
    bad, good = layer_norm(lambda y: y + 1), layer_norm(lambda y: y)
    assert expected.settle(bad, lines).status == expected.EXPECTED
    passes = expected.settle(good, lines)
    assert passes.status == suite.FAILED and f"{tmp_path / 'known'}:3" in passes.text
    other = layer_norm(lambda y: y + 1, "operations/layer_norm-faint")
    assert expected.settle(other, lines) is other
    assert [line.fits("operations/gelu-erf", dtype) for dtype in ("float32", "float64")
            for line in lines] == [False, False, False, True]


@pytest.mark.parametrize("text, message", [
    ("operations/gelu", "known:1: no check matches 'operations/gelu'"),
    ("float64 operations/scale_uint8", "known:1: no check matches 'operations/scale_uint8'"),
    ("\nfloat16 operations/gelu-erf", r"known:2: write \[float32|float64\] LEVEL/CASE"),
    ("float32 float64 operations/gelu-erf", "known:1: write"),
])
def test_a_line_that_expects_nothing_is_an_error(text, message, tmp_path):
    (tmp_path / "known").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        expected.read(tmp_path / "known", STORED)


# The command.

PORT = """
from tubevit_np.conformance.adapters.tubevit_np import adapter
softmax, grid, preset = adapter.softmax, adapter.grid, adapter.preset

def layer_norm(x, g, b, eps):
    return adapter.layer_norm(x=x, g=g, b=b, eps=1e-5 if eps == 1e-6 else eps)

class Half:
    dtypes = "float16"
"""


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """The command, with PORT as the module some_port; returns (exit code, output)."""
    (tmp_path / "some_port.py").write_text(PORT, encoding="utf-8")
    (tmp_path / "broken.py").write_text("\nimport not_there", encoding="utf-8")
    (tmp_path / "ending.py").write_text("import sys\nsys.exit(0)", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    def run(*arguments):
        code = __main__.main([*map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out + said.err
    return run


def test_a_port_with_a_mistake(command, tmp_path):
    code, said = command("some_port", "--only", "operations/*", "--report", tmp_path / "r.json")
    assert code == 1
    assert "float32  passed   operations/softmax" in said
    assert "float64  failed   operations/layer_norm-faint" in said
    assert "layer_norm-faint: same answer as the known mistake: eps 1e-5 (layers.py)" in said
    assert "float64  passed   operations/layer_norm-large-eps" in said
    assert "skipped: the adapter has no gelu" in said
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    entry = next(check for check in report["checks"] if check["status"] == "failed")
    assert (entry["id"], entry["dtype"]) == ("operations/layer_norm-usual", "float32")
    assert entry["mistakes"] == ["eps 1e-5 (layers.py)"] and entry["units"] > entry["tolerance"]
    assert report["spec"] == SPEC and sum(report["counts"].values()) == len(report["checks"])


def test_a_port_that_is_right(command, tmp_path):
    code, said = command("some_port", "--only", "*softmax*", "--dtype", "float64")
    assert code == 0 and "float32" not in said and "skipped: the adapter has no vjp" in said
    (tmp_path / "known").write_text("operations/layer_norm-usual\noperations/layer_norm-faint\n"
                                    "float64 operations/layer_norm-far  # float32 forgives it\n",
                                    encoding="utf-8")
    code, said = command("some_port", "--expected-failures", tmp_path / "known", "--quiet")
    assert code == 0 and "passed   " not in said and "expected failure" in said


@pytest.mark.parametrize("arguments, text", [
    ([], "name the port's adapter"),
    (["no_such_port"], "no module 'no_such_port': run in its folder"),
    (["some_port:nothing"], "some_port has no 'nothing'"),
    (["math"], "math has none of the functions of an adapter"),
    (["some_port", "--only", "nothing/*"], "no check matches 'nothing/*'"),
    (["some_port", "--expected-failures", "nowhere.txt"], "nowhere.txt"),
    (["some_port", "--only", "gradients/*"], "no check ran\nskipped: the adapter has"),
    (["some_port", "--report", "nowhere/r.json"], "name a file in an existing folder"),
    (["some_port.py"], "write my_port.adapter for my_port/adapter.py"),
    (["broken"], "the import of broken raised ModuleNotFoundError: No module named 'not_there'"),
    (["ending"], "the import of ending raised SystemExit: 0 (ending.py:2)"),
    (["some_port:Half"], "some_port:Half is a class: name an instance"),
])
def test_nothing_to_check(arguments, text, command):
    code, said = command(*arguments)
    assert code == 2 and "error: " in said and text in said


@pytest.mark.parametrize("typed, shown", [
    ("/some/bin/tubevit-conformance", "usage: tubevit-conformance ["),
    ("/a/folder/__main__.py", "usage: python -m tubevit_np.conformance [")])
def test_help_shows_the_command_as_typed(typed, shown, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [typed])
    with pytest.raises(SystemExit) as ended:
        __main__.main(["--help"])
    text = capsys.readouterr().out
    assert ended.value.code == 0 and text.startswith(shown)
    assert f"\n  {shown[7:-2]} my_port.adapter\n" in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_version_is_that_of_the_package_and_of_the_vectors(capsys):
    with pytest.raises(SystemExit):
        __main__.main(["--version"])
    assert capsys.readouterr().out == f"tubevit {tubevit_np.__version__}, golden vectors {SPEC}\n"


def test_an_adapter_is_found_in_the_folder_of_the_command(tmp_path, monkeypatch):
    """As a console script runs it: without the folder in sys.path."""
    (tmp_path / "port_in_this_folder.py").write_text("softmax = lambda x: x\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    assert __main__.main(["port_in_this_folder", "--only", "*softmax", "--dtype", "float32"]) == 1


def test_all_checks_can_be_listed(command):
    code, said = command("--list")
    assert code == 0 and len(said.splitlines()) == len(CHECKS)
    assert all(line.split()[0] in CHECKS and line.split()[1:] for line in said.splitlines())


def test_dtypes_that_are_none():
    for dtypes in (("float16",), "float16", (), lambda **given: 1.0):
        with pytest.raises(ValueError, match="use float32 or float64, or both"):
            port.dtypes(types.SimpleNamespace(dtypes=dtypes))
    assert port.dtypes(types.SimpleNamespace(dtypes="float32")) == ("float32",)
    assert port.dtypes(types.SimpleNamespace()) == ("float32", "float64")


def test_an_adapter_that_raises_where_it_has_nothing():
    class Table:
        def __getattr__(self, op):
            return {"gelu": adapter.gelu}[op]
    assert [suite.has(Table(), op) for op in ("gelu", "softmax")] == [True, False]


def test_the_example_of_the_readme(command, tmp_path):
    blocks = (HERE / "README.md").read_text(encoding="utf-8").split("```python\n")[1:]
    example, = (block.partition("```")[0] for block in blocks if "def forward_" in block)
    assert 35 <= len(example.splitlines()) <= 60
    (tmp_path / "example_port.py").write_text(example, encoding="utf-8")
    for only in ("*/layer_norm-*", "*/gelu-*", "layout/grid-*", "model/forward-image"):
        code, said = command("example_port", "--only", only, "--dtype", "float32")
        assert code == 0 and "skipped:" not in said
    code, said = command("example_port", "--only", "gradients/gate-*")
    assert code == 2 and "skipped: no gradients of gate yet" in said


# The known mistakes.

def rows():
    """Return {(mistake, file): the checks that KILLS.md names for it}."""
    cells = [line.split(" | ") for line in kills.TABLE.read_text(encoding="utf-8").splitlines()
             if line.startswith("| ")][2:]
    return {(why.removeprefix("| "), where): [f"{level}/{named.split()[0]}"
                                              for named in shown.split("; ")]
            for why, where, level, shown, _ in cells}


def key(mutant):
    return mutant.why, Path(mutant.file).name


def test_the_table_has_every_mistake():
    assert rows().keys() == {key(mutant) for mutant in mistakes.KNOWN}
    assert len(rows()) == len(mistakes.KNOWN) >= 30


@pytest.mark.parametrize("mutant", mistakes.KNOWN, ids=lambda mutant: ": ".join(key(mutant)[::-1]))
def test_a_mistake_is_noticed_at_its_level(mutant):
    shown = rows()[key(mutant)]
    assert shown and all(check.startswith(f"{mutant.level}/") for check in shown)
    for dtype in ("float32",) if mutant.why in FLOAT32_ALONE else ("float32", "float64"):
        failed = kills.noticed(mutant, dtype, [CHECKS[check].vector for check in shown])
        assert {*shown} <= {*failed} if dtype == "float32" else {*shown} & {*failed}


@pytest.mark.parametrize("why, check", [
    ("eps 1e-5", "block/block-faint"),
    ("tanh GELU and erf GELU swapped", "operations/feed_forward-erf"),
    ("offsets of h and w swapped", "layout/order"),
    ("a 12x4x4 tube, not 16x4x4", "layout/preset-B"),
    ("tube kernels of standard deviation 1", "initial/spread"),
    ("GELU gradient without the factor 3 of the cube", "gradients/gelu-tanh"),
    ("a gate after the last block accepted", "refusals/config-gate"),
    ("the gate added before the MLP", "model/forward-gate-all")])
def test_a_failure_names_the_mistake_that_it_equals(why, check):
    mutant = next(mutant for mutant in mistakes.KNOWN if mutant.why == why)
    verdict = suite.judge(CHECKS[check], mistakes.adapter(mutant), "float32")
    assert f"{why} ({Path(mutant.file).name})" in mistakes.named(verdict)


def test_a_failure_of_its_own_has_no_name():
    assert mistakes.named(layer_norm(lambda y: y * 1.5)) == []
    assert mistakes.named(layer_norm(lambda y: 1 / 0)) == []
    passes = layer_norm(lambda y: y)
    line = expected.Line("known:1", "*")
    assert mistakes.named(expected.settle(passes, [line])) == []


def test_the_mistakes_leave_the_packages_alone():
    names = {name: getattr(tubevit_np, name) for name in vars(tubevit_np)}
    mistakes.adapter.cache_clear()
    mutant = next(mutant for mutant in mistakes.KNOWN if mutant.why.startswith("tanh GELU"))
    assert mistakes.adapter(mutant).package is not tubevit_np
    assert adapter.package is tubevit_np is sys.modules["tubevit_np"]
    assert conformance.adapters is sys.modules["tubevit_np.conformance.adapters"]
    assert names.items() == vars(tubevit_np).items()
    assert suite.judge(CHECKS["operations/gelu-tanh"], adapter, "float32").status == suite.PASSED
