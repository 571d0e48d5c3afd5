"""The length of a training in epochs."""

import math

import pytest
from tiny import class_folder

from tubevit_np.runs import epochs
from tubevit_np.runs.recipe import Recipe
from tubevit_np.runs.recipe_defaults import recipe_for

SMALL = {"size": 24, "frames": 4, "tubes": "demo-1"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """films: 6 videos for training;  many: 12 videos;  shots: 10 images."""
    place = tmp_path_factory.mktemp("sets")
    class_folder(place / "films", "video", train=3, size=20)
    class_folder(place / "many", "video", train=6, size=20)
    class_folder(place / "shots", "image", train=5, size=20)
    return place


def steps(place, data=(), images=(), **given):
    """The steps and the warmup of a recipe on sets in `place`, or on generated ones."""
    paths = [[str(place / one) if (place / one).exists() else one for one in sets]
             for sets in (data, images)]
    recipe = recipe_for(data=paths[0], images=paths[1], **SMALL | given)
    return recipe.steps, recipe.warmup


@pytest.mark.parametrize("given, wanted", [
    ({"data": ["films"], "epochs": 10, "batch": 2}, 30),
    ({"data": ["films"], "epochs": 0.5, "batch": 4}, 1),  # three quarters of a step, rounded up
    ({"data": ["films"], "images": ["shots"], "epochs": 10, "batch": 2, "image_batch": 1}, 30),
    ({"images": ["shots"], "epochs": 10, "image_batch": 2}, 50),
    ({"data": ["scenes"], "images": ["shots"], "epochs": 10, "image_batch": 2}, 50),
    ({"data": ["films", "many"], "epochs": 10, "batch": [1, 4]}, 60),  # the longest epoch
    ({"data": ["many", "films"], "epochs": 10, "batch": 2}, 60),
    ({"data": ["a=camera:PLACE/shots"], "epochs": 10, "batch": 2}, 50),
])
def test_epochs_are_those_of_the_videos_with_the_longest_one(place, given, wanted):
    data = [one.replace("PLACE", str(place)) for one in given.get("data", ())]
    assert steps(place, **given | {"data": data})[0] == wanted


@pytest.mark.parametrize("batch, wanted", [(6, 200), (2, 300), (1, 600)])
def test_files_have_usual_epochs_within_limits(place, monkeypatch, batch, wanted):
    assert steps(place, ["films"], batch=batch)[0] == wanted
    monkeypatch.setattr(epochs, "MOST", 250)
    assert steps(place, ["films"], batch=batch)[0] == min(wanted, 250)


def test_given_steps_win_and_nothing_is_opened(place):
    assert steps(place, ["films", "missing"], steps=7) == (7, Recipe.warmup)
    assert steps(place, ["missing"], recipe="k400")[0] == 300_000


def test_few_steps_have_a_short_warmup(place):
    assert steps(place, ["films"], epochs=10, batch=2) == (30, 6)
    assert steps(place, ["films"], epochs=100, batch=2) == (300, 60)
    assert steps(place, ["films"], epochs=1000, batch=2) == (3000, Recipe.warmup)
    assert steps(place, ["films"], epochs=10, batch=2, warmup=25) == (30, 25)
    assert steps(place, ["films"], recipe="k400", epochs=1000, batch=2) == (3000, 100)


@pytest.mark.parametrize("given, told", [
    ({"epochs": 3}, "generated data have no epochs"),
    ({"data": ["films"], "epochs": 3, "steps": 9}, "steps 9 and epochs 3 are two lengths"),
    ({"data": ["films"], "epochs": 0}, "epochs is 0; it must be above 0"),
    ({"data": ["films"], "epochs": math.inf}, "epochs is inf; it must be above 0"),
    ({"data": ["films"], "epochs": math.nan}, "epochs is nan; it must be above 0"),
    ({"data": ["missing"], "epochs": 3}, "data missing does not exist|.*missing does not exist"),
])
def test_lengths_that_cannot_be_are_refused(place, given, told):
    with pytest.raises(ValueError, match=told):
        steps(place, **given)
