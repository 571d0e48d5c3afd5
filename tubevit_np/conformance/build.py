"""Compute all golden vectors, or check that the stored files are equal to them.

::

    python -m tubevit_np.conformance.build            # writes the folder vectors/; a minute
    python -m tubevit_np.conformance.build --check    # compares every byte, writes nothing
"""

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import gmpy2
import numpy as np
from tqdm import tqdm

from tubevit_np.conformance import SPEC, noise, oracle
from tubevit_np.conformance.case import LEVELS, Case, Draw, gathered
from tubevit_np.conformance.cases.all import all_cases
from tubevit_np.conformance.exact import PRECISION, exact_array, gradients, rounded
from tubevit_np.conformance.files import FILES
from tubevit_np.conformance.vectors import FOLDER, digest, npz
from tubevit_np.model.config import Tube
from tubevit_np.variants.config import from_json

PLAIN = ("shapes", "preset", "init")  # their answers are plain values, stored in the manifest


def answer(case: Case) -> tuple[dict[str, Any], Any]:
    """Return the members of the case's .npz file, and its plain answer or None."""
    gmpy2.get_context().precision = PRECISION
    members = {f"in.{name}": array for name, array in case.arrays.items()}
    if case.judge == "refused":
        return members, None
    numbers = {name: _exact(case, name, array) for name, array in case.arrays.items()}
    results = getattr(oracle, case.op)(**gathered(numbers), **_typed(case.attributes))
    if case.op in PLAIN:
        return members, results
    members |= {f"out.{name}": _stored(array) for name, array in results.items()}
    return members | (_gradients(case, numbers, results) if case.gradients else {}), None


def _exact(case, name, array):
    live = name.partition(".")[0] in case.gradients
    return exact_array(array, live) if array.dtype == np.float32 else array


def _typed(attributes):
    """Return Tubes and Configs in place of plain dicts."""
    readers = {"tube": lambda tube: Tube(**tube),
               "tubes": lambda tubes: [Tube(**tube) for tube in tubes],
               "cfg": lambda cfg: from_json(json.dumps(cfg))}
    return {name: readers.get(name, lambda value: value)(value)
            for name, value in attributes.items()}


def _stored(array):
    array = np.asarray(array)
    return rounded(array) if array.dtype == object else array


def _gradients(case, numbers, results):
    """Return the gradients of the sum of answer times random cotangents, and the cotangents."""
    draw = Draw(f"cotangents {case.name}")
    cotangents = {name: draw(*np.shape(array)) for name, array in results.items()
                  if name == "out" or name.startswith("logits.")}
    total = sum(np.sum(np.asarray(results[name]) * ct) for name, ct in cotangents.items())
    inputs = {name: array for name, array in numbers.items()
             if name.partition(".")[0] in case.gradients}
    return ({f"ct.{name}": ct for name, ct in cotangents.items()}
            | {f"grad.{name}": rounded(g) for name, g in gradients(total, inputs).items()})


def entry(case: Case, content: bytes | None, plain: Any) -> dict[str, Any]:
    """Return the case's entry in the manifest."""
    fields = {"level": case.level, "name": case.name, "op": case.op, "why": case.why,
              "attributes": case.attributes, "judge": case.judge, "dtypes": list(case.dtypes)}
    if content is not None:
        fields |= {"file": f"{case.name}.npz", "sha256": digest(content)}
    if plain is not None:
        fields |= {"answer": plain}
    return fields | noise.tolerances(case)


def build() -> dict[str, bytes]:
    """Return {file name: bytes} of the whole folder."""
    cases, files = all_cases(), {name: content for name, (content, _) in FILES.items() if content}
    entries = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        answers = zip(cases, pool.map(answer, cases), strict=True)
        for case, (members, plain) in tqdm(answers, total=len(cases), unit="case", disable=None):
            content = npz(members) if members else None
            if content:
                files[f"{case.name}.npz"] = content
            entries.append(entry(case, content, plain))
    text = json.dumps({"spec": SPEC, "levels": LEVELS, "float64": noise.FLOAT64, "cases": entries},
                      indent=1)
    return files | {"manifest.json": text.encode() + b"\n"}


def main() -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tubevit_np.conformance.build",
                                     description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the stored files")
    check, files = parser.parse_args().check, build()
    stored = {path.name: path.read_bytes() for path in FOLDER.glob("*")}
    changed = sorted(name for name in files | stored if files.get(name) != stored.get(name))
    size = sum(map(len, files.values()))
    print(f"{len(files)} files, {size / 1e6:.2f} MB; "
          f"{len(changed)} differ from the stored ones: {', '.join(changed[:5]) or 'none'}")
    if check:
        return int(bool(changed))
    for name in changed:
        path = FOLDER / name
        path.write_bytes(files[name]) if name in files else path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
