"""The word about a model that is right on all its training files, but not on others."""

import warnings
from types import SimpleNamespace

import pytest
from tiny import class_folder, finished, recipe_on

from tubevit_np.commands.ending import print_by_heart
from tubevit_np.runs import run as run_module
from tubevit_np.runs.by_heart import by_heart
from tubevit_np.runs.open_run import new_run, open_run


def source(kind, *heads, files=True):
    found = SimpleNamespace(kind=kind, labels=dict.fromkeys(heads))
    return SimpleNamespace(**vars(found), description=None) if files else found


def log(*accuracies, name="pets"):
    return [{"step": step, f"train/{name}": accuracy} for step, accuracy in enumerate(accuracies)]


@pytest.mark.parametrize("trained, held_out, count, known", [
    ((0.5, 1.0, 0.995), 0.41, 44, True),
    ((1.0, 0.98, 1.0), 0.41, 44, False),  # the last record may be that of one step
    ((1.0, 1.0), 0.975, 44, False),  # one of 44 wrong may be chance
    ((1.0, 1.0), 0.975, 440, True),
    ((1.0, 1.0), 1.0, 4, False),
    ((), 0.41, 44, False),
])
def test_known_is_what_is_right_in_training_and_clearly_worse_outside(trained, held_out, count,
                                                                      known):
    found = by_heart(log(*trained), [source("video", "pets")], {"pets": (held_out, count)})
    assert list(found) == ["pets"] * known


def test_the_word_names_the_head_the_figures_and_what_may_help():
    records = log(1.0, 1.0, name="image pets")
    found = by_heart(records, [source("video", "acts"), source("image", "pets")],
                     {"image pets": (0.41, 44), "acts": (0.1, 44)})
    assert found == {"image pets": (
        "image pets: the model knows its training images by heart (100% correct, but 41% of 44 "
        "held-out images). What may help: more images, augmentation (--flip, --randaugment, "
        "--mixup), --dropout, or fewer steps (--patience)")}


def test_generated_examples_cannot_be_known_by_heart():
    assert by_heart(log(1.0, 1.0), [source("video", "pets", files=False)],
                    {"pets": (0.1, 2000)}) == {}


def test_it_is_said_once_in_training_and_at_the_end(tmp_path, monkeypatch, capsys):
    run = new_run(tmp_path / "run", recipe_on(data=str(class_folder(tmp_path / "pets", "video"))))
    monkeypatch.setattr(run_module, "evaluate",
                        lambda *given: {"pets": 0.25, "count": 40})
    for record in log(1.0, 1.0):
        run.records.append(record)
    with pytest.warns(UserWarning, match="by heart") as caught:
        run.evaluate(2, None, dict)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run.evaluate(4, None, dict)
    (run.folder / "model.safetensors").touch()
    (run.folder / "evaluation.json").write_text(
        '{"video": {"pets": 0.25, "count": 40, "number of classes": {"pets": 2}}}',
        encoding="utf-8")
    print_by_heart(run)
    assert capsys.readouterr().out == f"\n{caught[0].message}\n"


def test_otherwise_nothing_is_said(capsys):
    print_by_heart(open_run(finished()))
    assert capsys.readouterr().out == ""
