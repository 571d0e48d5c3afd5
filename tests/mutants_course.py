"""Mistakes made on purpose in the judge of the assignments; see mutants.py."""

from tests.mutants import Mutant

HINTS = "every_wrong_answer_loses_points_and_gets_its_hint[01_patches_and_tubes]"
STOPPED = "nothing_that_a_student_does_stops_the_others"
TOLD = "a_difference_is_told_without_the_wanted_values"
JUDGED = [Mutant(f"notebooks/assignments/{file}.py", old, new, f"test_assignments.py::test_{test}",
                 why) for file, old, new, test, why in [
    ("course/comparing", "    if wanted.shape != found.shape:", "    if wanted.size != found.size:",
     TOLD, "any shape will do"),
    ("course/comparing", "if wanted.size and _dtype(wanted)", "if False and _dtype(wanted)", TOLD,
     "any dtype will do"),
    ("course/comparing", "it is {value}\")", "it is {value}, not 5.125\")", TOLD,
     "the wanted value is told"),
    ("course/comparing", "return list(value)\n    return value",
     "return tuple(value)\n    return value",
     "lists_tuples_and_arrays_of_the_same_numbers_are_the_same",
     "lists of two arrays are taken for equal"),
    ("course/judging", "        return Verdict(0, *_visible", "        return Verdict(1, *_visible",
     "who_writes_nothing_gets_nothing[01_patches_and_tubes]", "points for what is wrong"),
    ("course/judging", "if all(explains(name, *pair) for pair in zip(cases, answers))),",
     "if False),", HINTS.replace("01_patches_and_tubes", "02_positions"),
     "the first mistake that fits one case"),
    ("course/judging", "if _wrong(exercise, hidden, unseen) is None:", "if True:", HINTS,
     "hidden cases do not count"),
    ("course/runner", "words = \"prints without end\" if self.printed > PRINTED else words", "pass",
     STOPPED, "who prints without end is not named"),
    ("course/runner", "                self._note_changes()", "                pass", STOPPED,
     "who replaces NumPy's tests is not named"),
    ("course/calls", "except BaseException as error:", "except Exception as error:", STOPPED,
     "exit ends the judging"),
    ("course/handing", "            names.add(name)\n", "",
     "cells_that_are_missing_doubled_or_edited_are_named", "the last of doubled cells counts"),
    ("course/handing", "not locked(cell) and name", "name",
     "cells_that_are_missing_doubled_or_edited_are_named", "a given cell may be edited"),
    ("handout", 'if "tags" not in metadata])', "])",
     "what_students_get_has_no_solutions_and_no_hidden_cases[01_patches_and_tubes]",
     "students see why"),
    ("changes", "SOLUTION.sub(\"\", cell.source)", "cell.source",
     "what_students_get_is_what_counts_as_a_change", "a better solution is a change for students"),
    ("changes", "if newest and newest[1] == digest(handout):", "if digest(handout) in changelog:",
     "what_students_get_is_what_counts_as_a_change", "an entry further down, or of another"),
    ("changes", "[(wrong.name, wrong.hint) for wrong in each]", "len(each) > 3",
     "the_changelog_tells_of_hints_and_visible_cases", "new hints are no change"),
    ("course/picturing", "wrong.mean() > MOST", "wrong.all()",
     "no_picture_where_it_shows_nothing", "a picture that is black but for a value"),
    ("course/calls", 'if "ipykernel_" in frame.filename', "if False",
     "an_error_names_a_line_of_the_students", "no line is named in Jupyter"),
    ("course/__init__", "[textwrap.fill(line, WIDTH)", "[line",
     "jupyter_shows_the_words_of_a_verdict_alone_and_breaks_none", "words broken by Jupyter"),
    ("course/comparing", "if all(isinstance(part", "if value and all(isinstance(part",
     "lists_tuples_and_arrays_of_the_same_numbers_are_the_same", "empty lists are no arrays"),
    ("course/comparing", "if wanted.size and", "if",
     "lists_tuples_and_arrays_of_the_same_numbers_are_the_same", "a dtype of nothing"),
    ("course/judging", 'if able and not isinstance(cases[k]["wanted"], bool)', "if able",
     "of_truths_only_a_mistake_that_explains_all_is_named", "any mistake explains a truth"),
    ("checks_03", "[[1000.0, -1000, 0]]", "[[1000.0, 1000, 999]]", HINTS.replace(
        "01_patches_and_tubes", "03_attention"), "the mean taken off is as good as the largest"),
]]

MISSING = "a_missing_name_is_told_with_what_counts"
OWN = "constants_of_added_cells_count"
ALONE = "a_slip_costs_the_points_of_its_own_exercise_alone"
STUDENTS = [Mutant(f"notebooks/assignments/course/{file}.py", old, new,
                   f"test_students.py::test_{test}", why) for file, old, new, test, why in [
    ("submission", "if verdict.right or not wrong or", "if True or", ALONE,
     "a slip costs later exercises, too"),
    ("submission", "[*verdicts][:[*verdicts].index(name)]", "[*verdicts]",
     "a_right_first_exercise_makes_no_wrong_second_right", "an exercise replaced itself"),
    ("submission", "With a right {names} in place of yours: ", "", ALONE,
     "nobody is told that an earlier exercise is wrong"),
    ("calls", "other = last and _cell(last) != name", "other = False",
     "what_is_not_written_is_named", "what is written is not"),
    ("calls", "if missing else ''", "if False else ''", MISSING, "what counts is not told"),
    ("own_cells", "    space.update(before)\n", "", "an_added_cell_replaces_no_exercise",
     "an added cell replaces an exercise"),
    ("runner", "                if taken := reply", "                if taken := {} and reply",
     "an_added_cell_replaces_no_exercise", "who defines an exercise twice is not named"),
    ("own_cells", "ast.UnaryOp, ", "", OWN, "no constant below 0"),
    ("own_cells", "(ast.Assign, ast.AnnAssign)", "ast.Assign", OWN, "no constant with a type"),
    ("own_cells", "isinstance(value, ast.Lambda)", "False", OWN, "no lambda"),
    ("own_cells", "with suppress(Exception)", "with suppress()", OWN,
     "a part that fails takes the others with it"),
    ("own_cells", "ast.unparse(value.func) in ARRAYS and all(", "all(",
     "what_calls_does_not_count", "whatever is called counts"),
]]

HANDED = [Mutant(f"notebooks/assignments/{file}.py", old, new, f"test_handouts.py::test_{test}",
                 why) for file, old, new, test, why in [
    ("checks_02", "or none for plain numbers.", "or none for plain numbers; sines only t.",
     "no_probe_shows_a_solution_or_a_hidden_kind", "a hidden kind in a probe"),
    ("checks_02", "        at = np.asarray(at, float)\n",
     "        angles = at[:, None, :] * frequencies(count, tau)[None, :, None]\n",
     "no_probe_shows_a_solution_or_a_hidden_kind", "a solution in a probe"),
]]

COURSE = [*JUDGED, *STUDENTS, *HANDED]
