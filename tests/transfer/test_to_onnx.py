"""Export of a whole model as ONNX graphs, run by onnxruntime."""

import json
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
import small
from tiny import finished

import tubevit_np as tv
from tubevit_np.__main__ import ENGINE
from tubevit_np.commands import cli
from tubevit_np.transfer import to_onnx as exported
from tubevit_np.transfer.to_onnx import export

ROUNDING = 1e-5  # relative, float32; 7e-7 was measured
MODELS = {name: cfg for name, cfg in small.MODELS.items() if name != "divided"}
LABELS = {"verb": list("abcde"), "noun": list("tuvwxyz")}


def float32(cfg, rng):
    return tv.nest({name: np.asarray(w, np.float32)
                    for name, w in tv.flatten(small.params(cfg, rng)).items()})


def logits_of(path, x):
    """{head: logits} by onnxruntime."""
    session = onnxruntime.InferenceSession(path)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"pixels": x}), strict=True))


@pytest.mark.parametrize("name", MODELS)
def test_logits_equal_those_of_the_reference(name, tmp_path, rng):
    """Of videos and images, in batches of 1 and 3."""
    cfg = MODELS[name]
    params = float32(cfg, rng)
    assert export(tmp_path, params, cfg, LABELS, (7, 10, 13)) == ["model-video.onnx",
                                                                 "model-image.onnx"]
    for kind, shape in (("video", (7, 10, 13, 2)), ("image", (10, 13, 2))):
        for batch in (1, 3):
            x = rng.integers(0, 256, (batch, *shape), dtype=np.uint8)
            wanted, _ = small.forward(tv.nest({name: w.astype(float) for name, w
                                               in tv.flatten(params).items()}),
                                      x, cfg, tuple(cfg.classes))
            found = logits_of(tmp_path / f"model-{kind}.onnx", x)
            assert found.keys() == wanted.keys()
            for head, logits in wanted.items():
                small.assert_close(found[head], logits, ROUNDING)


def test_what_a_file_says_about_itself(tmp_path, rng):
    export(tmp_path, float32(small.MODEL, rng), small.MODEL, LABELS, (7, 10, 13))
    model = onnx.load(tmp_path / "model-video.onnx")
    [pixels] = model.graph.input
    sizes = [axis.dim_param or axis.dim_value for axis in pixels.type.tensor_type.shape.dim]
    assert sizes == ["batch", 7, 10, 13, 2] and model.opset_import[0].version == 20
    assert pixels.type.tensor_type.elem_type == onnx.TensorProto.UINT8
    assert json.loads({p.key: p.value for p in model.metadata_props}["labels"]) == LABELS


def test_a_model_without_patches_has_no_graph_for_images(tmp_path, rng):
    cfg = small.replace(small.MODEL, tubes=(small.OVERLAPPING,))
    assert export(tmp_path, float32(cfg, rng), cfg, {}, (7, 10, 13)) == ["model-video.onnx"]


def test_what_is_refused(tmp_path, rng, monkeypatch):
    divided, model = small.MODELS["divided"], small.MODEL
    params = float32(model, rng)
    with pytest.raises(ValueError, match="divided attention; only global attention can be"):
        export(tmp_path / "x", float32(divided, rng), divided, {}, (7, 10, 13))
    with pytest.raises(ValueError, match="no tube fits into 7x2x13"):
        export(tmp_path / "x", params, model, {}, (7, 2, 13))
    monkeypatch.setattr(exported, "MAX_BYTES", 4 * sum(w.size for w in
                                                       tv.flatten(params).values()))
    with pytest.raises(ValueError, match="limit of an ONNX file; use --format torch"):
        export(tmp_path / "x", params, model, {}, (7, 10, 13))
    assert not (tmp_path / "x").exists()


def run(*arguments):
    return cli.main("tubevit_np", ENGINE, [str(argument) for argument in arguments])


def test_a_run_is_exported_at_its_own_size_or_another(tmp_path, capfd):
    assert run("export", finished(), "--format", "onnx", "--out", tmp_path / "own") == 0
    text = capfd.readouterr().out
    assert "model-video.onnx: opset 20" in text and "batch x 16x24x24x3" in text
    assert "batch x 24x24x3" in text and "logits of verb (8 classes), noun (9 classes)" in text
    with pytest.warns(UserWarning, match="gives no tokens for 8x32x32"):
        assert run("export", finished(), "--format", "onnx", "--frames", 8, "--size", 32, "--out",
                   tmp_path / "other") == 0
    video = np.random.default_rng(0).integers(0, 256, (2, 8, 32, 32, 3), dtype=np.uint8)
    params, cfg, _ = tv.load(finished())
    wanted, _ = tv.forward(params, video, cfg, "verb")
    found = logits_of(tmp_path / "other/model-video.onnx", video)["verb"]
    small.assert_close(found, wanted, ROUNDING)


def test_without_the_package_one_line_says_what_to_install(tmp_path, capfd, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    for name in ("to_onnx", "onnx_graph"):
        monkeypatch.delitem(sys.modules, f"tubevit_np.transfer.{name}", raising=False)
    assert run("export", finished(), "--format", "onnx", "--out", tmp_path / "x") == 2
    [line] = capfd.readouterr().err.splitlines()
    assert "onnx is not installed; pip install" in line and "[onnx]" in line


def test_a_model_without_heads_is_refused(tmp_path, capfd, rng):
    cfg = small.replace(small.MODEL, classes={})
    tv.save(tmp_path / "model", tv.init(cfg, rng), cfg)
    for fmt in ("torch", "onnx"):
        assert run("export", tmp_path / "model", "--format", fmt, "--out", tmp_path / "x") == 2
        assert "has no head, so a whole model would have no output" in capfd.readouterr().err
