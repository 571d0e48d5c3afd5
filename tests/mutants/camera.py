"""Mistakes made on purpose in clips of a camera over pictures."""

from tubevit_np.conformance.mistakes.mutant import Mutant

MOTION = [Mutant("tubevit_np/data/camera/motion.py", *rest) for rest in [
    ("rng.choice(time, shape))", "0)",
     "test_camera.py::test_a_random_frame_has_the_same_distribution_for_all_verbs",
     "one frame shows what moves"),
    (" * min(1, FRAMES / frames)", "", "test_camera.py::test_long_clips_travel_as_far_as_short_ones",
     "long clips leave the picture"),
    ("[0, 0, -1, 0], [0, 0, 1, 0]", "[0, 0, 1, 0], [0, 0, -1, 0]",
     "test_camera.py::test_the_pixels_show_the_verb_and_backward_the_reversed_one", "in is out"),
    ("[[-1, 0, 0, 0], [1, 0, 0, 0]", "[[1, 0, 0, 0], [-1, 0, 0, 0]",
     "test_camera.py::test_the_pixels_show_the_verb_and_backward_the_reversed_one",
     "the picture moves, not the camera"),
    ("speed[..., 3] *= rng.choice([-1, 1], shape[:2])", "speed[..., 3] *= 1",
     "test_camera.py::test_a_turn_has_either_direction", "turns one way only"),
]]

FILM = [Mutant("tubevit_np/data/camera/film.py", *rest) for rest in [
    ("x - left - (cos - sin)", "x - left - (cos + sin)",
     "test_camera.py::test_film_is_bilinear_sampling_of_a_mirrored_picture",
     "turned about another point"),
    ("2 * length - 1 - inside", "2 * length - inside",
     "test_camera.py::test_a_picture_continues_as_its_mirror_image", "one pixel off"),
    ("cos * x - sin * y, sin * x + cos * y", "x, y",
     "test_scenes.py::test_every_direction_is_equally_likely", "pans along the picture's axes"),
    ("Image.Resampling.BILINEAR", "Image.Resampling.NEAREST",
     "test_camera.py::test_film_is_bilinear_sampling_of_a_mirrored_picture", "jumps by pixels"),
]]

CAMERA_SOURCE = [Mutant("tubevit_np/data/camera/source.py", *rest) for rest in [
    ("if self.with_class else {}", "if self.labels else {}",
     "test_camera_source.py::test_pictures_without_classes_have_only_a_verb", "calls itself"),
]]

OPEN_CAMERA = [Mutant("tubevit_np/data/camera/open_camera.py", *rest) for rest in [
    ("recipe.memory / COPIES", "recipe.memory",
     "test_camera_source.py::test_pictures_that_take_too_much_memory_are_decoded_on_the_fly",
     "the worker's copies forgotten"),
    ("set(names) <= set(labels[name])]", "names]",
     "test_camera_source.py::test_a_model_of_scenes_is_evaluated_on_the_motion_over_pictures",
     "classes for a head that does not have them"),
]]

SCENES = [Mutant("tubevit_np/data/generated/scenes.py", *rest) for rest in [
    ("np.arange(pictures) % len(NOUNS)", "0 * np.arange(pictures)",
     "test_scenes.py::test_labels_are_uniform", "one noun"),
    ("pools.nouns[chosen]", "pools.nouns[:len(chosen)]",
     "test_scenes.py::test_a_clip_shows_a_picture_of_its_noun", "nouns of other pictures"),
    ("tilt=np.pi", "tilt=0.1", "test_scenes.py::test_every_direction_is_equally_likely",
     "pictures always upright"),
]]

LEAVES = [Mutant("tubevit_np/data/generated/leaves.py", *rest) for rest in [
    ("rng.integers(1 - len(mask), len(canvas), size=2)",
     "rng.integers(max(1, len(canvas) - len(mask)), size=2)",
     "test_scenes.py::test_leaves_cover_their_picture_and_cross_its_edges",
     "no leaf crosses an edge"),
    ("np.sin(wave * along + phase) * np.sin(wave * across + other)", "np.sin(wave * along + phase)",
     "test_scenes.py::test_textures_differ_as_their_names_say", "checks are stripes"),
]]

CAMERA = [*MOTION, *FILM, *CAMERA_SOURCE, *OPEN_CAMERA, *SCENES, *LEAVES]
