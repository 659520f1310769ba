"""Stage `lint`: everything that finds mistakes without running the code."""

import subprocess
import xml.etree.ElementTree
from collections.abc import Sequence
from pathlib import Path

from .node import ensure_node_tools
from .paths import ADDON, CHECKOUT, TOOLS, addons_folder
from .process import last_lines
from .results import StageResult

SCRIPT_FOLDERS = ("static/src", "static/tests", "simulator")
SHOWN_LINES = 60


def run_lint(python: Path) -> StageResult:
    """Run all linters; each counts as one test.

    :param python: Python of the virtual environment that has the tools.
    """
    result = StageResult("lint")
    scripts = python.parent
    addon = addons_folder() / ADDON
    _check(result, "ruff check", [scripts / "ruff", "check", "."])
    _check(result, "ruff format", [scripts / "ruff", "format", "--check", "."])
    _check(result, "pylint", [scripts / "pylint", f"--rcfile={TOOLS / 'pylintrc'}", addon])
    _check_scripts(result)
    _check_xml(result)
    return result


def _check_scripts(result: StageResult) -> None:
    files = [str(path.relative_to(CHECKOUT)) for path in _files(SCRIPT_FOLDERS, "*.js")]
    if not files:
        return
    tools = ensure_node_tools()
    programs = tools / "node_modules/.bin"
    eslint = [programs / "eslint", "--config", tools / "eslint.config.mjs", "--max-warnings=0"]
    _check(result, "eslint", [*eslint, *files])
    prettier = [programs / "prettier", "--config", tools / "prettier.json", "--check"]
    _check(result, "prettier", [*prettier, *files])


def _files(folders: Sequence[str], pattern: str) -> list[Path]:
    return sorted(path for folder in folders for path in (CHECKOUT / folder).rglob(pattern))


def _check(result: StageResult, name: str, command: Sequence[str | Path]) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        result.add_problem(f"{name}:\n{last_lines(done.stdout, SHOWN_LINES)}")
    else:
        result.passed += 1


def _check_xml(result: StageResult) -> None:
    problems = []
    for path in _files(("",), "*.xml"):
        try:
            xml.etree.ElementTree.parse(path)
        except xml.etree.ElementTree.ParseError as error:
            problems.append(f"    {path.relative_to(CHECKOUT)}: {error}")
    if problems:
        result.add_problem("\n".join(["xml:", *problems]))
    else:
        result.passed += 1
