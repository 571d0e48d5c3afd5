"""Export of a whole model for PyTorch. Without torch: the files; with `-m torch`: the logits."""

import ast
import subprocess
import sys

import numpy as np
import pytest
import small
from safetensors.numpy import load_file, save_file
from tiny import finished

import tubevit_np as tv
from tubevit_np.transfer.to_torch import export

ROUNDING = 1e-5  # relative, float32; 7e-7 was measured
MODELS = {name: cfg for name, cfg in small.MODELS.items() if type(cfg) is tv.Config}
LABELS = {"verb": list("abcde"), "noun": list("tuvwxyz")}

RUNNER = """
import importlib.util, sys, torch
from pathlib import Path
from safetensors.torch import load_file, save_file

for folder in map(Path, sys.argv[1:]):
    spec = importlib.util.spec_from_file_location("model", folder / "model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.load()
    assert not model.training and model.labels["verb"] == list("abcde")
    with torch.no_grad():
        found = {f"{name}.{head}": logits for name, x in load_file(folder / "inputs").items()
                 for head, logits in model(x).items()}
    save_file(found | {f"_{name}": w for name, w in model.state_dict().items()}, folder / "found")
assert not any(name.startswith("tubevit") for name in sys.modules)
"""


def float32(cfg, rng):
    return tv.nest({name: np.asarray(w, np.float32)
                    for name, w in tv.flatten(small.params(cfg, rng)).items()})


def float64(params):
    return tv.nest({name: w.astype(float) for name, w in tv.flatten(params).items()})


def test_the_files_need_nothing_of_this_package(tmp_path, rng):
    params = float32(small.MODEL, rng)
    export(tmp_path / "out", params, small.MODEL, LABELS, frames=7, size=10)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"model.py", "model.safetensors"}
    code = (tmp_path / "out/model.py").read_text(encoding="utf-8")
    compile(code, "model.py", "exec")
    imported = {name for node in ast.walk(ast.parse(code)) if isinstance(node, (
        ast.Import, ast.ImportFrom)) for name in (
        [node.module] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])}
    assert {name.partition(".")[0] for name in imported} - sys.stdlib_module_names == {
        "torch", "safetensors"}
    written = load_file(tmp_path / "out/model.safetensors")
    assert {name: x.shape for name, x in written.items()} == tv.shapes(small.MODEL)
    _, cfg, notes = tv.load(tmp_path / "out")
    assert cfg == small.MODEL and notes["labels"] == LABELS and notes["frames"] == "7"


@pytest.mark.parametrize("name", ["learned", "divided"])
def test_a_variant_is_refused(name, tmp_path, rng):
    cfg = small.MODELS[name]
    with pytest.raises(ValueError, match="the format torch is only for TubeViT itself"):
        export(tmp_path / "out", float32(cfg, rng), cfg, {})
    assert not (tmp_path / "out").exists()


def test_a_run_is_not_overwritten(rng):
    with pytest.raises(ValueError, match="already holds model.safetensors; give another folder"):
        export(finished(), float32(small.MODEL, rng), small.MODEL, {})


@pytest.mark.torch
def test_logits_equal_those_of_the_reference(tmp_path, rng):
    """Of videos and images, of several sizes, as uint8 and as floats, without this package."""
    inputs, params = {}, {}
    for name, shape in {"video": (2, 7, 10, 13, 2), "longer": (1, 11, 12, 17, 2),
                        "image": (3, 10, 13, 2)}.items():
        inputs[name] = rng.integers(0, 256, shape, dtype=np.uint8)
        inputs[f"{name} of floats"] = rng.standard_normal(shape, np.float32)
    for name, cfg in MODELS.items():
        params[name] = float32(cfg, rng)
        export(tmp_path / name, params[name], cfg, LABELS)
        save_file(inputs, tmp_path / name / "inputs")
    subprocess.run([sys.executable, "-I", "-c", RUNNER, *(tmp_path / name for name in MODELS)],
                   check=True, cwd=tmp_path)
    for name, cfg in MODELS.items():
        found = load_file(tmp_path / name / "found")
        assert {key[1:] for key in found if key.startswith("_")} == tv.shapes(cfg).keys()
        for kind, x in inputs.items():
            wanted, _ = tv.forward(float64(params[name]), x, cfg, tuple(cfg.classes))
            for head, logits in wanted.items():
                small.assert_close(found[f"{kind}.{head}"], logits, ROUNDING)
