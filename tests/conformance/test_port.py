"""The suite under pytest: a port of --adapter, or both packages in both dtypes.

    python -m pytest tests/conformance --adapter my_port.adapter --report report.json"""

from pathlib import Path

import pytest

from tubevit_np.conformance import adapters, expected, port, report
from tubevit_np.conformance.mistakes import named
from tubevit_np.conformance.suite import FAILED, SKIPPED, checks, judge
from tubevit_np.conformance.vectors import vectors

ADAPTERS = "tubevit_np.conformance.adapters"
OURS = {f"{ADAPTERS}.tubevit_np:adapter": None, f"{ADAPTERS}.tubevit_np_fast:adapter": None,
        f"{ADAPTERS}.tubevit_tg:adapter": Path(adapters.__file__).with_name("tubevit_tg.txt")}


def pytest_generate_tests(metafunc):
    """One test for each check of each adapter in each of its dtypes."""
    option, stored = metafunc.config.getoption, vectors()
    files = {option("adapter"): option("expected_failures")} if option("adapter") else OURS
    try:
        port.check_place(option("report"))
        if option("report") and not option("adapter"):
            raise ValueError("--report is about one --adapter")
        asked = [part for name, file in files.items()
                 for part in every_check(name, file, option("dtype"), stored)]
    except (ValueError, OSError) as error:
        raise pytest.UsageError(str(error)) from None
    metafunc.parametrize("adapter, check, dtype, lines", asked)


def every_check(name, file, dtype, stored):
    adapter, lines = port.find(name), expected.read(file, stored) if file else []
    port.check_ops(adapter, name, stored)
    short = name.removeprefix(ADAPTERS + ".").partition(":")[0]
    for each in [dtype] if dtype else port.dtypes(adapter):
        for check in checks(stored, each):
            yield pytest.param(adapter, check, each, lines, id=f"{short}-{each}-{check.id}")


@pytest.fixture(scope="session")
def found(pytestconfig):
    """(verdicts, {(check id, dtype): mistakes}), written at the end where a report is asked."""
    everything = [], {}
    yield everything
    if path := pytestconfig.getoption("report"):
        verdicts, mistakes = everything
        name = pytestconfig.getoption("adapter")
        Path(path).write_text(report.as_json(verdicts, name, mistakes) + "\n")


def test_port(adapter, check, dtype, lines, found, pytestconfig):
    verdicts, mistakes = found
    verdict = expected.settle(judge(check, adapter, dtype), lines)
    verdicts.append(verdict)
    if verdict.status == expected.EXPECTED:
        pytest.xfail(verdict.text)
    if verdict.status == SKIPPED and pytestconfig.getoption("adapter"):  # ours have everything
        pytest.skip(verdict.text)
    if verdict.status in (FAILED, SKIPPED):
        mistakes[verdict.id, dtype] = named(verdict)
        equals = [f"equals the answer with: {mistake}" for mistake in mistakes[verdict.id, dtype]]
        pytest.fail("\n".join([report.line(verdict), *equals]), pytrace=False)
