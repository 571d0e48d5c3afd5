"""Mistakes made on purpose in the model and its files."""

from tubevit_np.conformance.mistakes.mutant import Mutant

CHECKPOINT = [Mutant("tubevit_np/storage/checkpoint.py", *rest) for rest in [
    ("json.dumps(labels or {})", '"{}"', "test_params.py::test_labels_extra_and_metadata_come_back",
     "label names lost"),
    ("{name: widen_half(x) for", "{name: x for",
     "test_params.py::test_half_precision_is_read_as_float32_and_written_as_float32",
     "training in half precision because the file is"),
]]

LAYERS = [Mutant("tubevit_np/model/layers.py", *rest) for rest in [
    ("x - x.max(-1, keepdims=True)", "x - x.max()", "test_layers.py::test_softmax_of_huge_scores",
     "one maximum for all rows"),
]]

CHECKS = [Mutant("tubevit_np/model/checks.py", *rest) for rest in [
    (" if shape[0] > 1 else ():", ":",
     "test_model.py::test_an_image_leaves_tubes_out_without_a_word", "warns of every image"),
    ("if type(cfg) is not Config:", "if False:",
     "test_model.py::test_a_variant_is_refused_with_the_way_out",
     "fixed positions for a variant, in silence"),
    ("if highest > 2 * white:", "if highest > 300 * white:",
     "test_raw_pixels.py::test_forward_warns_once_with_the_way_out", "floats to 255 taken as they are"),
    ("elif 0.5 < highest <= 1 and", "elif highest > 1 and",
     "test_raw_pixels.py::test_forward_warns_once_with_the_way_out", "floats to 1 taken as they are"),
    (" and x.min() < 0.1:", ":", "test_raw_pixels.py::test_no_warning_for_usual_clips",
     "a warning of a pale clip"),
    (" or cfg.mean <= 0 or", " or", "test_raw_pixels.py::test_no_warning_where_floats_from_0_to_1_are_right",
     "a warning where nothing is to do"),
]]

MODEL = [*CHECKPOINT, *LAYERS, *CHECKS]
