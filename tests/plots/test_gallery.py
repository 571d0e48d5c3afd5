"""All pictures of a run: equal bytes when drawn twice, shown with their texts, or left out."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import tubevit_np as tv
from tests.helpers import small
from tests.helpers.tiny import RECIPE
from tubevit_np.commands import cli, options
from tubevit_np.data.batch import PARAMETERS
from tubevit_np.model.presets import PRESETS
from tubevit_np.plots.gallery import pictures as gallery
from tubevit_np.plots.gallery.run_data import Missing, Opened
from tubevit_np.plots.kernel_plots import controls
from tubevit_np.runs.recipe_files import write_recipe
from tubevit_np.runs.snapshots import write_snapshot
from tubevit_np.training.kernel_snapshots import kernels

LABELS = {"video": {"verb": ["up", "down"], "noun": ["cat", "eel", "owl"]}, "image": {"noun": [
    "cat", "eel", "owl"]}}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a run with two of the demo's tubes, six kernels each, slightly trained."""
    folder = tmp_path_factory.mktemp("runs") / "six"
    folder.mkdir()
    cfg = replace(PRESETS["demo"], dim=6, heads=1, depth=2, mlp_dim=6,
                  tubes=PRESETS["demo"].tubes[:2], classes={"verb": 2, "noun": 3})
    write_recipe(folder / "config.json", RECIPE, cfg, LABELS)
    params = tv.init(cfg, np.random.default_rng([RECIPE.seed, PARAMETERS]))
    write_snapshot(folder, 0, kernels(params))
    for tube in params["tubes"].values():
        tube["w"] += 0.01 * np.random.default_rng(1).standard_normal((1, 1, 1, 3, 6), np.float32)
    heads = {kind: list(found) for kind, found in LABELS.items()}
    tv.save(folder / "model.safetensors", params, cfg, LABELS["video"], heads=json.dumps(heads),
            frames=16, size=24, step=1)
    (folder / "metrics.jsonl").write_text(json.dumps({"step": 1, "loss": 2.0, "lr": 1e-3}) + "\n",
                                          encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def control(run, tmp_path_factory):
    """A run of the same model, as if trained on frames in random order."""
    folder = tmp_path_factory.mktemp("runs") / "shuffled"
    shutil.copytree(run, folder)
    write_recipe(folder / "config.json", replace(RECIPE, shuffled=True), Opened(run).cfg, LABELS)
    return folder


@pytest.fixture(scope="module")
def drawn(run, control, tmp_path_factory):
    """Two folders of the pictures of the run, and the pictures that were left out."""
    folders = [tmp_path_factory.mktemp("drawn") for _ in range(2)]
    return folders, [gallery.draw_all(Opened(run, draws=1, control=control), folder)
                     for folder in folders]


def test_all_pictures_are_drawn_twice_to_the_same_byte(drawn):
    (first, again), missing = drawn
    names = {path.name for path in first.iterdir()}
    assert missing == [{}, {}]
    assert names == {picture.name for picture in gallery.PICTURES} | {"scores.json", "README.md"}
    for name in names:
        assert (first / name).read_bytes() == (again / name).read_bytes(), name


def test_the_page_shows_every_picture_with_its_words_and_every_score(drawn):
    folder = drawn[0][0]
    text = (folder / "README.md").read_text(encoding="utf-8")
    for picture in gallery.PICTURES:
        assert f"![{picture.words.alt}]({picture.name})\n\n{picture.words.caption}\n" in text
    scores = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    assert list(scores) == ["1x8x8", "8x8x8"]
    learned = scores["8x8x8"]["learned"]
    assert f"| 8×8×8, learned | {learned['gabor']:.2f} |" in text
    assert scores["1x8x8"]["learned"]["direction"] is None
    assert "gabor null" not in scores["8x8x8"]["untrained"]


def test_alternative_texts_are_whole_sentences_that_fit_markdown():
    for picture in gallery.PICTURES:
        alt, caption, paper = picture.words
        assert alt.endswith(".") and not set(alt) & set("[]\n"), picture.name
        assert caption.endswith(".") and paper.endswith("."), picture.name


def test_untrained_kernels_are_those_that_the_run_began_with(run):
    opened = Opened(run)
    new = tv.init(opened.cfg, np.random.default_rng([RECIPE.seed, PARAMETERS]))
    for i, w in enumerate(opened.untrained.values()):
        np.testing.assert_array_equal(w, new["tubes"][str(i)]["w"])


def test_kernels_stand_beside_those_of_a_control(run, control):
    sets = Opened(run, control=control).controls
    assert list(sets) == ["learned", "untrained", "frames in random order"]
    learned, untrained, shuffled = (tubes["8x8x8"][0] for tubes in sets.values())
    assert np.array_equal(learned, shuffled) and not np.array_equal(learned, untrained)
    figure = controls.draw_controls(sets)
    pictures = [ax.images[0].get_array() for ax in figure.axes if ax.images]
    assert [picture.shape for picture in pictures] == [(64, 389, 3), (328, 391, 3)] * 3
    said = [text.get_text() for text in figure.texts]
    own = sets["untrained"]["8x8x8"][1]
    assert any(text.startswith(f"gabor {np.median(own['gabor']):.2f}   direction") for text in said)


def test_only_a_run_of_shuffled_frames_is_a_control(run):
    with pytest.raises(ValueError, match="not a run of these tubes trained with --shuffled"):
        len(Opened(run, control=run).controls)
    with pytest.raises(Missing, match="no --control"):
        len(Opened(run).controls)


def test_chance_of_each_accuracy(run):
    assert Opened(run).chance == pytest.approx(
        {"verb": 1 / 2, "noun": 1 / 3, "both": 1 / 6, "image noun": 1 / 3})


def test_what_a_checkpoint_alone_has_not_is_left_out(run, tmp_path):
    shutil.copy(run / "model.safetensors", tmp_path)
    pictures = [one for one in gallery.PICTURES if one.name in ("curves.png", "sampling.png")]
    opened = Opened(tmp_path / "model.safetensors", draws=1)
    missing = gallery.draw_all(opened, tmp_path, pictures)
    assert missing == {"curves.png": f"{tmp_path} contains no metrics.jsonl"}
    assert (tmp_path / "sampling.png").exists() and not (tmp_path / "curves.png").exists()
    assert "curves.png" not in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_of_patches_and_of_other_colors_there_is_less_to_draw(tmp_path, rng):
    cfg = replace(small.MODEL, tubes=(small.PATCH,))
    tv.save(tmp_path / "model.safetensors", small.params(cfg, rng), cfg)
    opened = Opened(tmp_path)
    for name, words in (("moving", "one frame"), ("colored", "2 channels"), ("shape", "size")):
        with pytest.raises(Missing, match=words):
            getattr(opened, name)
    assert opened.scores["1x4x3"]["learned"]["color"] is None


def test_a_page_of_others_stays(run, tmp_path):
    (tmp_path / "README.md").write_text("# Mine\n", encoding="utf-8")
    with pytest.raises(ValueError, match="another --out"):
        gallery.draw_all(Opened(run), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def typed(*arguments):
    return cli.main("tubevit_np", None, ["figures", *map(str, arguments)])


def test_the_command_draws_into_the_runs_folder_unless_told_otherwise(
        run, tmp_path, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(gallery, "draw_all", lambda opened, folder, *_, **__: (
        asked.append(folder) or {"curves.png": "no log"}))
    assert typed(run) == typed(run / "model.safetensors", "--out", tmp_path / "new") == 0
    assert asked == [run, tmp_path / "new"] and (tmp_path / "new").is_dir()
    said = capsys.readouterr().out
    assert "left out curves.png: no log\n" in said and f"{run / 'kernels.png'}\n" in said


def test_only_some_pictures_have_no_page_and_the_same_bytes(run, drawn, tmp_path, capsys):
    (tmp_path / "README.md").write_text("# Mine\n", encoding="utf-8")
    assert typed(run, "--only", "sampling", "curves.png", "--out", tmp_path) == 0
    assert {one.name for one in tmp_path.iterdir()} == {"sampling.png", "curves.png", "README.md"}
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "# Mine\n"
    for name in ("sampling.png", "curves.png"):
        assert (tmp_path / name).read_bytes() == (drawn[0][0] / name).read_bytes()
    said = capsys.readouterr().out
    assert said == f"{tmp_path / 'sampling.png'}\n{tmp_path / 'curves.png'}\n"


@pytest.mark.parametrize("options, form", [
    (["--width", "3.5"], "pdf"), (["--format", "svg"], "svg"), (["--no-captions"], "pdf"),
    (["--font-size", "7", "--format", "png"], "png"), (["--style", "{style}"], "pdf")])
def test_an_option_for_paper_makes_figures_for_paper(options, form, run, tmp_path, capsys):
    style, out = tmp_path / "a.mplstyle", tmp_path / "out"
    style.write_text("font.size: 7\n", encoding="utf-8")
    options = [option.format(style=style) for option in options]
    assert typed(run, "--only", "sampling", *options, "--out", out) == 0
    assert capsys.readouterr().out == f"{out / f'sampling.{form}'}\n"
    assert [path.name for path in out.iterdir()] == [f"sampling.{form}"]


def test_all_figures_for_paper_leave_out_animations(run, control, tmp_path, capsys, monkeypatch):
    kept = [one for one in gallery.PICTURES if one.name in ("clip.png", "kernels.png")]
    monkeypatch.setattr(gallery, "PICTURES", kept)
    assert typed(run, "--width", 3.5, "--out", tmp_path) == 0
    said = capsys.readouterr().out
    assert "left out clip.pdf: it is an animation, which needs --format png\n" in said
    assert [path.name for path in tmp_path.iterdir()] == ["kernels.pdf"]


def test_the_options_name_all_pictures():
    assert list(options.PICTURES) == [Path(one.name).stem for one in gallery.PICTURES]
    assert set(options.FIGURE_FORMATS) == {"pdf", "svg", "png"}


@pytest.mark.parametrize("arguments, words", [
    (["{run}", "--only", "kernel"], "no picture 'kernel' (did you mean kernels?); there are "),
    (["{run}", "--only", "tubes", "--width", "7"], "tubes.pdf: it is an animation"),
    (["{run}", "--width", "1"], "give a width of 3.2 to 20 inches"),
    (["{run}", "--font-size", "4"], "give 6 to 9"), (["{run}", "--format", "gif"], "--help"),
    (["{run}", "--style", "nowhere", "--only", "sampling"], "there is no style file nowhere"),
    (["nowhere"], "no checkpoint at nowhere"), ([], "RUN"), (["a", "--depth", "3"], "--help"),
    (["{run}", "--out", "{run}/config.json"], "cannot make folder")])
def test_a_mistake_is_one_line_and_status_2(arguments, words, run, capsys):
    assert typed(*(one.format(run=run) for one in arguments)) == 2
    error = capsys.readouterr().err
    assert error.startswith("tubevit_np: ") and words in error and error.count("\n") == 1


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit):
        typed("--help")
    assert "examples:\n  python -m tubevit_np figures runs/demo" in capsys.readouterr().out


def test_the_page_of_the_demo_is_the_page_that_the_command_writes():
    folder = Path(__file__).parents[2] / "figures/demo"
    scores = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    run = SimpleNamespace(name="demo", scores=scores)
    assert (folder / "README.md").read_text(encoding="utf-8") == gallery.page(run, gallery.PICTURES)
    assert all((folder / picture.name).exists() for picture in gallery.PICTURES)
