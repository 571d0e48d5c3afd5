"""The picture of the whole model: voxels where they belong, and the tokens that a model has."""

import numpy as np
import pytest
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure

import tubevit_np as tv
from tests.helpers import small
from tubevit_np.plots.model_plots.architecture import draw_architecture
from tubevit_np.plots.model_plots.oblique import DEPTH, draw_edges, draw_voxels, project
from tubevit_np.plots.style import TUBE_COLORS, page, place, render

SHAPE = 7, 10, 13
CLIP = np.random.default_rng(0).integers(256, size=(*SHAPE, 3), dtype=np.uint8)
CFG = small.replace(small.MODEL, channels=3)


@pytest.fixture
def ax():
    return place(page(400, 300), 0, 0, 400, 300)


def quads(ax):
    """Corners (n, 4, 2) and face colors of everything that is drawn into the axes, in order."""
    paths = [path.vertices[:4] for group in ax.collections for path in group.get_paths()]
    return np.array(paths), np.concatenate([group.get_facecolor() for group in ax.collections])


def test_a_later_frame_lies_to_the_upper_right():
    at = project(np.array([100.0, 50.0]), 3.0, np.array([0, 2]), 4, 5)
    assert at.tolist() == [[115, 62], [115 + 6 * DEPTH[0], 62 + 6 * DEPTH[1]]]
    assert DEPTH[0] > 0 > DEPTH[1]  # rows count downward


def test_the_three_faces_show_the_first_row_the_last_column_and_the_first_frame(ax):
    draw_voxels(ax, CLIP, np.zeros(2), 3.0)
    corners, shades = quads(ax)
    T, H, W = SHAPE
    faces = np.split(np.arange(len(corners)), np.cumsum([T * W, T * H]))
    for face, pixels, first in zip(faces, (CLIP[:, 0], CLIP[:, :, -1], CLIP[0]),
                                   ((0, 0), (3 * W, 0), (0, 0)), strict=True):
        assert np.allclose(shades[face, :3], pixels.reshape(-1, 3) / 255)
        assert corners[face[0], 0].tolist() == list(first)
    assert corners[faces[2][-1], 2].tolist() == [3 * W, 3 * H]  # the front's far corner


def test_pale_voxels_are_nearer_to_white(ax):
    draw_voxels(ax, CLIP, np.zeros(2), 3.0, pale=0.5)
    assert np.allclose(quads(ax)[1][-1, :3], (1 + CLIP[0, -1, -1] / 255) / 2)


def test_the_edges_of_a_box(ax):
    draw_edges(ax, (1, 2, 3), (4, 5, 6), np.zeros(2), 2.0, TUBE_COLORS[0])
    front = np.array([(3, 2), (9, 2), (9, 7), (3, 7)]) + DEPTH  # w, h of frame 1
    assert np.allclose(quads(ax)[0][2], 2 * front)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_the_video_shows_every_tube_and_the_image_its_patches_alone():
    shown = texts(draw_architecture(CLIP, CFG))
    counts = [f"{len(tv.centers(tube, SHAPE))} tokens" for tube in CFG.tubes]
    patches = f"{len(tv.centers(small.PATCH, (1, *SHAPE[1:])))} tokens"
    assert [text for text in shown if "tokens" in text] == [*counts, patches]
    sizes = [tube.name.replace("x", "×") for tube in CFG.tubes]
    assert [text for text in shown if text in sizes] == [*sizes, "1×4×3"]
    assert {"verb", "5 classes", "noun", "7 classes", "2 ViT blocks", "video, 7×10×13",
            "image, 10×13"} <= set(shown)


def test_a_tube_that_does_not_fit_is_left_out():
    shown = texts(draw_architecture(CLIP[:3], CFG))  # the third tube needs five frames
    assert "4×3×2" not in shown and shown.count("1×4×3") == 2


def test_tokens_of_a_time_step_lie_together_and_positions_have_the_color_of_their_center():
    figure = draw_architecture(CLIP, small.replace(CFG, tubes=(small.OVERLAPPING, small.PATCH)))
    tokens, positions, *_ = [group for group in figure.axes[0].collections
                             if isinstance(group, PatchCollection)]
    left = np.array([path.vertices[:, 0].min() for path in tokens.get_paths()]).reshape(2, 2, 3)
    assert (left[0] < left[1].min()).all() and (np.diff(left) > 0).all()
    at = tv.centers(small.OVERLAPPING, SHAPE)
    assert np.allclose(positions.get_facecolor()[:, :3], np.sin(at * np.pi / 26))


def test_the_picture_is_the_same_each_time():
    first, again = (render(draw_architecture(CLIP, CFG)) for _ in range(2))
    assert np.array_equal(first, again)
