"""The suite under pytest: one test for each check of a port.  A test file of the port:

    from tubevit_np.conformance.pytest_port import *

    ADAPTERS = {"my_port.adapter": None}  # {MODULE:ADAPTER: file of expected failures, or None}

With `from tubevit_np.conformance.pytest_port import pytest_addoption` in the conftest.py at the top
of its tests, pytest has the options --adapter, --dtype, --expected-failures and --report too."""

from pathlib import Path

import pytest

from tubevit_np.conformance import expected, port, report
from tubevit_np.conformance.case import FLOATS
from tubevit_np.conformance.mistakes import named
from tubevit_np.conformance.suite import FAILED, SKIPPED, checks, judge
from tubevit_np.conformance.vectors import vectors

__all__ = ["pytest_generate_tests", "results", "test_port"]


def pytest_addoption(parser):
    group = parser.getgroup("conformance", "a port against the golden vectors")
    group.addoption("--adapter", help="MODULE:ADAPTER; see tubevit_np/conformance/README.md")
    group.addoption("--dtype", choices=FLOATS, help="only this one")
    group.addoption("--expected-failures", help="a file of checks that are known to fail")
    group.addoption("--report", help="a JSON file to write")


def option(config, name):
    """The value of an option; None where pytest_addoption is not in use."""
    return config.getoption(name, None)


def adapters(config, module):
    """{MODULE:ADAPTER: its file of expected failures or None}: --adapter, else those of the file.

    Raises ValueError for a report on several adapters, or into a folder that is not there."""
    name, path = option(config, "adapter"), option(config, "report")
    files = {name: option(config, "expected_failures")} if name else module.ADAPTERS
    port.check_place(path)
    if path and len(files) > 1:
        raise ValueError("--report is about one --adapter")
    return files


def pytest_generate_tests(metafunc):
    """One test for each check of each adapter in each of its dtypes."""
    config, stored = metafunc.config, vectors()
    try:
        asked = [part for name, file in adapters(config, metafunc.module).items()
                 for part in every_check(name, file, option(config, "dtype"), stored)]
    except (ValueError, OSError) as error:
        raise pytest.UsageError(str(error)) from None
    metafunc.parametrize("adapter, check, dtype, lines", asked)


def every_check(name, file, dtype, stored):
    """The tests of one adapter; dtype: None for all that it has."""
    adapter, lines = port.find(name), expected.read(file, stored) if file else []
    port.check_ops(adapter, name, stored)
    short = name.removeprefix("tubevit_np.conformance.adapters.").partition(":")[0]
    for each in [dtype] if dtype else port.dtypes(adapter):
        for check in checks(stored, each):
            yield pytest.param(adapter, check, each, lines, id=f"{short}-{each}-{check.id}")


@pytest.fixture(scope="module")
def results(request):
    """(verdicts, {(check id, dtype): mistakes}); --report writes them at the end."""
    verdicts, mistakes = [], {}
    yield verdicts, mistakes
    if path := option(request.config, "report"):
        name, = adapters(request.config, request.module)
        Path(path).write_text(report.as_json(verdicts, name, mistakes) + "\n")


def test_port(adapter, check, dtype, lines, results, request):
    verdicts, mistakes = results
    verdict = expected.settle(judge(check, adapter, dtype), lines)
    verdicts.append(verdict)
    if verdict.status == expected.EXPECTED:
        pytest.xfail(verdict.text)
    if verdict.status == SKIPPED and not must_be_complete(request):
        pytest.skip(verdict.text)
    if verdict.status in (FAILED, SKIPPED):
        mistakes[verdict.id, dtype] = named(verdict)
        equals = [f"equals the answer with: {mistake}" for mistake in mistakes[verdict.id, dtype]]
        pytest.fail("\n".join([report.line(verdict), *equals]), pytrace=False)


def must_be_complete(request):
    """True where a skipped check fails: the test file says COMPLETE and names its adapters."""
    return getattr(request.module, "COMPLETE", False) and not option(request.config, "adapter")
