"""Mistakes made on purpose in the figures for a paper."""

from tubevit_np.conformance.mistakes.mutant import Mutant

LEGIBLE = "test_paper.py::test_all_texts_are_legible_and_in_their_place"

PAPER = [Mutant(f"tubevit_np/plots/{file}.py", old, new, test if "::" in test else
                f"test_paper.py::test_{test}", why) for file, old, new, test, why in [
    ("style", "return max(SMALLEST, size *", "return max(1, size *",
     "the_font_size_holds_and_nothing_is_below_six_points", "letters of 5 points"),
    ("style", '".png": ("Software",)', '".png": ()',
     "figures_have_their_width_and_the_same_bytes_twice[png]", "the version of the software"),
    ("style", '"CreationDate", ', "", "figures_have_their_width_and_the_same_bytes_twice[pdf]",
     "a date"),
    ("style", '"pdf.fonttype": 42', '"pdf.fonttype": 3', "text_in_vector_files_is_text",
     "letters as drawings"),
    ("paper/look", '"svg.fonttype": "none"', '"svg.fonttype": "path"',
     "text_in_vector_files_is_text", "letters as outlines"),
    ("paper/look", "FILES | sizes, own,", "own, FILES | sizes,",
     "the_look_from_bottom_to_top", "the gallery above the own settings"),
    ("paper/look", "yours() | dict(own_style or {})", "dict(own_style or {})",
     "the_look_from_bottom_to_top", "a matplotlibrc ignored"),
    ("paper/look", '"savefig.bbox", ', "", "figures_have_their_width_and_the_same_bytes_twice[svg]",
     "a page as wide as what stands on it"),
    ("paper/boxes", "if rows[-1] and sum", "if False and sum", "boxes_wrap_as_words_do",
     "one row for all"),
    ("paper/panels", "    wrap_labels(ax, width, height)\n    box =", "    box =",
     LEGIBLE, "space for one line, labels of two"),
    ("paper/pages", "figure.set_facecolor(", "str(", "a_style_reaches_the_figure", "white in any style"),
    ("paper/pages", ' or self.form == "png"', "",
     "animations_stay_as_they_are_and_are_left_out_of_vector_files", "no animation at all"),
    ("paper/kernels", "TWO_COLUMNS = 800", "TWO_COLUMNS = 1",
     "a_narrow_page_has_fewer_frames", "one layout for all widths"),
    ("own_axes", "facecolor=color(tube)", "facecolor=color(0)", "kernels_in_axes_of_ones_own",
     "the color of another tube"),
    ("gallery/pictures", "    if not page_too:\n        return missing\n", "",
     "test_gallery.py::test_only_some_pictures_have_no_page_and_the_same_bytes",
     "a page of some pictures over the page of all"),
]] + [
    Mutant("tubevit_np/commands/drawing.py", "{nearest(name, known)}", "",
           "test_gallery.py::test_a_mistake_is_one_line_and_status_2", "no nearest picture"),
    Mutant("tubevit_np/commands/drawing.py", "        paper.check(chosen)\n", "        pass\n",
           "test_gallery.py::test_a_mistake_is_one_line_and_status_2",
           "an animation left out that was asked for"),
]
