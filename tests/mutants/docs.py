"""Mistakes made on purpose in docstrings, type hints, public names, and what the READMEs describe."""

from tubevit_np.conformance.mistakes.mutant import Mutant

FITS = "test_docstrings.py::test_a_docstring_fits_its_function"

DOCSTRINGS = [
    Mutant("tubevit_np/model/layers.py", "    k, v : array, shape (B, A, N, E)\n        Keys and values.\n", "",
           f"{FITS}[tubevit_np.attention]", "parameters that the docstring lacks"),
    Mutant("tubevit_np/model/config.py", "    depth : int\n", "    layers : int\n",
           f"{FITS}[tubevit_np.Config]", "a field under another name"),
    Mutant("tubevit_np/model/tubes.py", "b: Array, tube: Tube) -> Array", "b: Array, tube) -> Array",
           f"{FITS}[tubevit_np.tube_tokens]", "a parameter without a type hint"),
    Mutant("tubevit_np/variants/config.py", "def to_json(cfg: Config) -> str:", "def to_json(cfg: Config):",
           f"{FITS}[tubevit_np.to_json]", "a result without a type hint"),
    Mutant("tubevit_np/model/gate.py", "Section 3.6, Eq. 8, Fig. 3.", "The paper.",
           f"{FITS}[tubevit_np.gate]", "no section of the paper"),
    Mutant("tubevit_np/model/position.py", "    Raises\n    ------\n", "    Throws\n    ------\n",
           f"{FITS}[tubevit_np.positions]", "a section that numpydoc lacks"),
    Mutant("tubevit_np/model/geometry.py", "    (2, 7, 7)\n", "    (2, 7, 8)\n",
           "test_docstrings.py::test_examples_run[tubevit_np.model.geometry]", "a wrong shape in an example"),
    Mutant("tubevit_np/__init__.py", "((2, 5), (2, 4, 12))", "((2, 5), (2, 8, 12))",
           "test_docstrings.py::test_examples_run[tubevit_np]", "tokens of an image miscounted"),
    Mutant("tubevit_tg/model/gate.py", "        Learned.\n", "        A parameter.\n",
           "test_docstrings.py::test_both_packages_have_the_same_docstring[gate]", "the mirror says something else"),
    Mutant("tubevit_tg/model/layers.py", "def gelu(x: Array, form: str)", "def gelu(x: Array, form: object)",
           "test_docstrings.py::test_both_packages_have_the_same_docstring[gelu]", "type hints that differ"),
    Mutant("tubevit_np/training/loss.py", "smoothing: float = 0.0) -> Array", "smoothing: float = 0.1) -> Array",
           f"{FITS}[tubevit_np.cross_entropy]", "a default that the docstring does not state"),
    Mutant("tubevit_np/plots/analysis/pixels.py", "count: int = 28", "count: int = 24",
           f"{FITS}[tubevit_np.plots.analysis.pixels.components]", "another default in a module of pictures"),
    Mutant("tubevit_np/plots/analysis/receptive_fields.py", "voxels that each token of a tube reads.\n\n    Parameters\n    ----------\n",
           "voxels that each token of a tube reads.\n\n", f"{FITS}[tubevit_np.plots.analysis.receptive_fields.voxels]", "no list of parameters in a module of pictures"),
    Mutant("tubevit_np/conformance/suite.py", "def tolerance(self, dtype: str)", "def tolerance(self, precision: str)",
           "test_docstrings.py::test_a_docstring_fits_its_method", "a method's parameter under another name"),
]

NAMES = [Mutant("tubevit_np/__init__.py", *rest) for rest in [
    ('"divided_block",', "", "test_docstrings.py::test_all_lists_the_public_names", "a public name that is not listed"),
    ("centres, clip, count = centers,", "centres, clip, count = grid,",
     "test_docstrings.py::test_the_names_of_earlier_releases", "an old name of something else"),
]]

READMES = [Mutant("tubevit_np/model/README.md", *rest) for rest in [
    ("(gate.py)", "(gates.py)", "test_readmes.py::test_links_lead_somewhere[tubevit_np/model/README.md]",
     "a link to a file that does not exist"),
    ("| [`layers.py`](layers.py)", "| [`gate.py`](layers.py)",
     "test_readmes.py::test_numbers_of_lines[tubevit_np/model/README.md]", "the lines of another file"),
]]

LISTS = [
    Mutant("tubevit_np/fast/__init__.py", '    "gelu",\n', "",
           "test_docstrings.py::test_all_lists_what_a_package_imports", "a tuned function that is not listed"),
    Mutant("tubevit_tg/variants/__init__.py", '__all__ = ["forward"]', "",
           "test_types.py::test_mypy_accepts_a_right_program_and_finds_mistakes", "a name that mypy does not find"),
    Mutant("pyproject.toml", '"tubevit_np.plots.style"', '"tubevit_np.plots.styles"',
           "test_metadata.py::test_modules_with_options_for_mypy_exist", "a module under another name"),
    Mutant("pyproject.toml", 'requires-python = ">=3.11"', 'requires-python = ">=3.12"',
           "test_metadata.py::test_the_versions_of_python_agree", "a version of Python that the classifiers list"),
    Mutant("pyproject.toml", 'course = ["tubevit[lessons]"', 'classes = ["tubevit[lessons]"',
           "test_front_door.py::test_extras_exist", "an extra under another name"),
]

FRONT_DOOR = [Mutant(file, old, new, f"test_front_door.py::{test}", why) for file, old, new, test, why in [
    ("tubevit_np/commands/options.py", '"--per-class"', '"--files-per-class"', "test_a_command_is_accepted",
     "an option of a README's command under another name"),
    ("tubevit_np/commands/options.py", 'FORMATS = ("timm", "hf", ', 'FORMATS = ("timm", "huggingface", ',
     "test_a_command_is_accepted", "a value of a README's command under another name"),
    ("tubevit_np/commands/options.py", '"--details"', '"--answers"', "test_options_exist",
     "an option in a README's text under another name"),
    ("tubevit_np/conformance/suite.py", "if vector.gradients:", "if vector.gradients and dtype == 'float64':", "test_the_numbers_of_checks",
     "fewer gradient checks than README states"),
    ("tubevit_np/variants/tube_sets.py", "(2, 16, 16)), PATCH)", "(2, 16, 16)),)", "test_the_numbers_of_tokens",
     "dense tubelets without the 2D patches"),
    ("tubevit_np/runs/chance.py", "inv_cdf(0.975)", "inv_cdf(0.95)", "test_the_table_of_accuracies",
     "intervals of 90%"),
]]

ENCODINGS = [Mutant("tubevit_np/runs/open_run.py", 'read_text(encoding="utf-8")', "read_text()", *rest) for rest in [
    ("test_encodings.py::test_every_text_names_its_encoding", "a text in the encoding of the system"),
    ("test_code_pages.py::test_every_command_reads_what_another_wrote", "resumed with another code page"),
]] + [Mutant(file, old, new, f"test_code_pages.py::{test}", why) for file, old, new, test, why in [
    ("tubevit_np/storage/atomic_files.py", 'errors="backslashreplace"', 'errors="strict"',
     "test_every_command_reads_what_another_wrote", "a name that is not UTF-8 stops data.json"),
    ("tubevit_np/data/datasets/summary.py", 'encode(errors="backslashreplace")', 'encode(errors="ignore")',
     "test_the_digest_of_names_in_utf8_is_that_of_earlier_releases", "two names that are not UTF-8, one digest"),
    ("tubevit_np/data/datasets/listing.py", "    check_class_names(rows)\n", "",
     "test_a_class_whose_name_is_not_utf8_is_refused", "a class name that no checkpoint can store"),
    ("notebooks/__main__.py", "with safe_output():", "if True:",
     "test_lessons_are_built_on_a_terminal_that_has_only_ascii", "letters that stop the lessons"),
]]

DOCS = [*DOCSTRINGS, *NAMES, *READMES, *LISTS, *FRONT_DOOR, *ENCODINGS]
