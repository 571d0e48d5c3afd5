"""Mistakes made on purpose in lessons, their builder and their pictures."""

from tubevit_np.conformance.mistakes.mutant import Mutant

BUILDER = [Mutant(f"notebooks/{file}.py", old, new, f"test_notebooks.py::test_{test}", why)
           for file, old, new, test, why in [
    ("build/execute", "record_timing=False", "record_timing=True", "a_notebook_is_the_same_each_time",
     "the time of day in every notebook"),
    ("build/execute", "    made.metadata = nbformat.from_dict(METADATA)  # without the kernel's version\n",
     "", "a_notebook_is_the_same_each_time", "another file with each Python"),
    ("build/execute", "timeout=TIMEOUT, ", "timeout=TIMEOUT, allow_errors=True, ",
     "a_picture_without_a_caption_stops_the_build", "a lesson that fails is written"),
    ("build/cells", "counts[digest] = counts.get(digest, 0) + 1", "counts[digest] = len(made)",
     "an_id_stays_when_other_cells_change", "equal cells of one id, or ids by place"),
    ("build/cells", "if before.strip():", "if False:", "sources_that_are_none", "text lost"),
    ("build/compare", "if not same(old, new):", "if len(old) != len(new):", "what_differs_is_told",
     "another number of the same length"),
    ("build/compare", "<= max(unit(a), unit(b))", "<= 2 * max(unit(a), unit(b))",
     "texts_are_the_same_but_for_a_last_digit", "two in the last digit"),
    ("build/compare", "(k % 2 and abs", "(abs", "texts_are_the_same_but_for_a_last_digit",
     "words taken for numbers"),
    ("build/compare", "np.mean(np.abs(first - second) > LEVELS) <= SHARE",
     "np.abs(first - second).mean() <= LEVELS", "pictures_are_alike_but_for_what_nobody_sees",
     "a line more or less is overlooked"),
    ("build/compare", "if off else", "if len(off) > 1 else", "what_differs_is_told",
     "one picture may be another"),
    ("build/html", "{html.escape(text)}</pre>", "{text}</pre>",
     "pages_need_nothing_else_and_keep_the_words", "output taken for HTML"),
    ("build/html", "}.html{link[2]", "}.ipynb{link[2]",
     "pages_need_nothing_else_and_keep_the_words", "links to what is not there"),
    ("lesson", "if not caption.strip():", "if caption is None:",
     "a_picture_without_a_caption_stops_the_build", "a picture without a caption"),
    ("lesson", "html.escape(self.caption)", "html.escape(self.caption, quote=False)",
     "a_notebook_shows_what_its_lesson_shows", "alt text cut off at a quotation mark"),
    ("lesson", "<figcaption><em>{caption}</em></figcaption>", "",
     "a_notebook_shows_what_its_lesson_shows", "the caption in the code alone"),
    ("lesson", "lines[doc.lineno - 1:doc.end_lineno] =", "lines[doc.lineno - 1:doc.lineno] =",
     "a_source_is_printed_without_the_sections_of_its_docstring", "the rest of the docstring left"),
    ("build/prose", 'if "$" in QUOTED.sub("", page):', "if False:",
     "a_broken_formula_is_an_error", "a lone $ in a page"),
    ("build/prose", "if len(part) != CHILDREN.get(part.tag, len(part)):", "if False:",
     "a_broken_formula_is_an_error", "a fraction without denominator"),
    ("build/prose", r'''if re.search(r"[\\{}&]", part.text or ""):''', "if False:",
     "a_broken_formula_is_an_error", "an unknown command printed as text"),
    ("build/execute", "            _check_formulas(cell.source, source.name)\n", "            pass\n",
     "a_broken_formula_stops_the_build", "found only when pages are made"),
]]

PICTURES = [Mutant(f"tubevit_np/plots/{file}.py", old, new, f"test_frames.py::test_{test}", why)
            for file, old, new, test, why in [
    ("lesson_plots/frames", "chosen = np.arange(0, len(clip), every)", "chosen = np.arange(len(clip) // every)",
     "a_film_shows_every_so_many_frames_with_their_numbers", "the first frames alone"),
    ("lesson_plots/frames", "clip[:, row].swapaxes(0, 1)", "clip[:, row]", "a_slice_has_time_to_the_right",
     "time goes down"),
    ("lesson_plots/frames", "/ weights.max()", "/ part.max()", "every_token_has_its_weight_in_its_place",
     "each tube against itself"),
    ("lesson_plots/frames", "ax.add_patch(Rectangle(at[::-1]", "ax.add_patch(Rectangle(at",
     "every_token_has_its_weight_in_its_place", "rows and columns swapped"),
    ("lesson_plots/frames", "first + tube.kernel[0] // 2", "first", "every_token_has_its_weight_in_its_place",
     "the first frame of a tube"),
    ("lesson_plots/arrays", "vmin=-most if signed else 0", "vmin=matrix.min()",
     "zero_is_white_in_a_matrix_and_its_bar_tells_the_limits", "white is not zero"),
    ("lesson_plots/arrays", "set_params(integer=True)", "set_params(integer=False)",
     "zero_is_white_in_a_matrix_and_its_bar_tells_the_limits", "ticks between two rows"),
    ("lesson_plots/arrays", "        first += count\n", "        first += count + 1\n",
     "the_bars_at_a_matrix_are_as_long_as_the_tubes_have_tokens", "bars that shift"),
    ("lesson_plots/arrays", "if k == right", "if k == np.argmax(shares) + 1",
     "the_true_class_has_a_color_of_its_own", "the wrong class marked"),
    ("model_plots/model_map", "part in marked)\n", "k < len(marked))\n",
     "the_map_marks_what_is_asked_and_nothing_else", "the first parts marked"),
]]

BESIDE = [Mutant("tubevit_np/plots/kernel_plots/grid.py", "        left += picture.shape[1] + BETWEEN\n",
                 "        left += BETWEEN\n",
                 "test_figures.py::test_pictures_side_by_side_are_there_pixel_for_pixel",
                 "one picture over the other")]

LESSONS = [*BUILDER, *PICTURES, *BESIDE]
