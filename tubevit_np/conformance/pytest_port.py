"""Run the suite under pytest, one test for each check of a port.

The test file of the port::

    from tubevit_np.conformance.pytest_port import *

    ADAPTERS = {"my_port.adapter": None}  # {MODULE:ADAPTER: file of expected failures, or None}

`from tubevit_np.conformance.pytest_port import pytest_addoption` in the conftest.py at the top of
the port's tests adds the options --adapter, --dtype, --expected-failures and --report to pytest.
With `COMPLETE = True` in the test file a skipped check fails.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tubevit_np.conformance import expected, port, report
from tubevit_np.conformance.case import FLOATS
from tubevit_np.conformance.mistakes import named
from tubevit_np.conformance.suite import FAILED, SKIPPED, Check, checks, judge
from tubevit_np.conformance.vectors import Vector, vectors

__all__ = ["pytest_generate_tests", "results", "test_port"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --adapter, --dtype, --expected-failures and --report to pytest.

    Parameters
    ----------
    parser : pytest.Parser
        Given by pytest.
    """
    group = parser.getgroup("conformance", "compare a port of TubeViT with the golden vectors")
    group.addoption("--adapter", help="MODULE:ADAPTER; see tubevit_np/conformance/README.md")
    group.addoption("--dtype", choices=FLOATS, help="check this dtype only")
    group.addoption("--expected-failures", help="file that lists the checks known to fail")
    group.addoption("--report", help="JSON file to write")


def option(config: pytest.Config, name: str) -> Any:
    """Return the value of an option; None where pytest_addoption is not in use."""
    return config.getoption(name, None)


def adapters(config: pytest.Config, module: ModuleType) -> dict[str, Any]:
    """Return {MODULE:ADAPTER: file of expected failures or None}.

    --adapter takes precedence over the test file's ADAPTERS. Raises ValueError for --report with
    several adapters or into a missing folder.
    """
    name, path = option(config, "adapter"), option(config, "report")
    files = {name: option(config, "expected_failures")} if name else module.ADAPTERS
    port.check_place(path)
    if path and len(files) > 1:
        raise ValueError("--report takes one adapter: name it with --adapter")
    return files


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test for each check of each adapter, in each of its dtypes.

    pytest ends with a usage error if an adapter or a file of expected failures cannot be read.

    Parameters
    ----------
    metafunc : pytest.Metafunc
        Given by pytest.
    """
    config, stored = metafunc.config, vectors()
    try:
        tests = [test for name, file in adapters(config, metafunc.module).items()
                 for test in every_check(name, file, option(config, "dtype"), stored)]
    except (ValueError, OSError) as error:
        raise pytest.UsageError(str(error)) from None
    metafunc.parametrize("adapter, check, dtype, lines", tests)


def every_check(name: str, file: str | Path | None, dtype: str | None,
                stored: Sequence[Vector]) -> Iterator[Any]:
    """Yield the tests of one adapter; dtype None: in all of its dtypes."""
    adapter, lines = port.find(name), expected.read(file, stored) if file else []
    port.check_ops(adapter, name, stored)
    short = name.removeprefix("tubevit_np.conformance.adapters.").partition(":")[0]
    for each in [dtype] if dtype else port.dtypes(adapter):
        for check in checks(stored, each):
            yield pytest.param(adapter, check, each, lines, id=f"{short}-{each}-{check.id}")


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> Iterator[tuple[list, dict]]:
    """Collect (verdicts, {(check id, dtype): mistakes}); --report writes them at the end."""
    verdicts: list[Any] = []
    mistakes: dict[tuple[str, str], list[str]] = {}
    yield verdicts, mistakes
    if path := option(request.config, "report"):
        name, = adapters(request.config, request.module)
        Path(path).write_text(report.as_json(verdicts, name, mistakes) + "\n", encoding="utf-8")


def test_port(adapter: Any, check: Check, dtype: str, lines: list, results: tuple[list, dict],
              request: pytest.FixtureRequest) -> None:
    """Run one check; pytest_generate_tests sets its arguments."""
    verdicts, mistakes = results
    verdict = expected.settle(judge(check, adapter, dtype), lines)
    verdicts.append(verdict)
    if verdict.status == expected.EXPECTED:
        pytest.xfail(verdict.text)
    if verdict.status == SKIPPED and not must_be_complete(request):
        pytest.skip(verdict.text)
    if verdict.status in (FAILED, SKIPPED):
        mistakes[verdict.id, dtype] = named(verdict)
        equals = [f"{report.SAME} {mistake}" for mistake in mistakes[verdict.id, dtype]]
        pytest.fail("\n".join([report.line(verdict), *equals]), pytrace=False)


def must_be_complete(request: pytest.FixtureRequest) -> bool:
    """Return whether a skipped check fails: with COMPLETE in the test file, without --adapter."""
    return getattr(request.module, "COMPLETE", False) and not option(request.config, "adapter")
