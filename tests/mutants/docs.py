"""Mistakes made on purpose in docstrings, type hints, public names and READMEs."""

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

DOCS = [*DOCSTRINGS, *NAMES, *READMES]
