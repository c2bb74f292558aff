"""The last line of every test run: `N passed, 0 failed`, counted by pytest itself.

Printed after all other reports (coverage prints late), so that a person and a machine read the same line.
"""

import pytest
from _pytest.terminal import TerminalReporter

SESSION = pytest.StashKey[pytest.Session]()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    session.config.stash[SESSION] = session


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    session = config.stash.get(SESSION, None)
    if session is None or config.option.collectonly or not isinstance(reporter, TerminalReporter):
        return
    counts = {outcome: len(reports) for outcome, reports in reporter.stats.items()}
    for line in closing_lines(counts, pytest.ExitCode(session.exitstatus)):
        reporter.write_line(line)


def closing_lines(counts: dict[str, int], status: pytest.ExitCode) -> list[str]:
    """The closing line, and before it the reason when the run failed although no test did.

    >>> closing_lines({"passed": 3, "": 9}, pytest.ExitCode.OK)
    ['3 passed, 0 failed']
    >>> closing_lines({"passed": 3, "failed": 1, "error": 1}, pytest.ExitCode.TESTS_FAILED)
    ['3 passed, 2 failed']
    >>> closing_lines({"passed": 3, "skipped": 1}, pytest.ExitCode.OK)
    ['3 passed, 0 failed, 1 skipped']
    >>> closing_lines({"passed": 3}, pytest.ExitCode.TESTS_FAILED)
    ['no test failed, but the run did: TESTS_FAILED; the reason stands above', '3 passed, 1 failed']
    """
    failed = counts.get("failed", 0) + counts.get("error", 0)
    skipped = counts.get("skipped", 0) + counts.get("xfailed", 0)
    lines = []
    if failed == 0 and status is not pytest.ExitCode.OK:
        lines.append(f"no test failed, but the run did: {status.name}; the reason stands above")
        failed = 1
    line = f"{counts.get('passed', 0)} passed, {failed} failed"
    return [*lines, f"{line}, {skipped} skipped" if skipped else line]
