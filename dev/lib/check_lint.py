"""The linters. Each of them counts as one test."""

import sys
from pathlib import Path
from xml.etree import ElementTree

from .node import ensure_node_tools
from .odoo import Instance
from .paths import CHECKOUT, TOOLS
from .report import detail, show
from .side_by_side import run_program

SCRIPTS = ("static/src", "static/tests", "simulator/page", "dev/lib")
PYLINT_FOLDERS = ("models", "controllers", "viva", "wizard")


def lint(_instance: Instance, _tags: str) -> tuple[int, int]:
    """Run all linters and return how many were content and how many not."""
    node = ensure_node_tools()
    python = sys.executable
    scripts = [str(path) for path in _files(".js", ".mjs")]
    programs = node / "node_modules" / ".bin"
    results = [
        _check("ruff", [python, "-m", "ruff", "check", "."]),
        _check("ruff format", [python, "-m", "ruff", "format", "--check", "."]),
        _check("pylint", [
            python, "-m", "pylint", f"--rcfile={TOOLS / 'pylintrc'}",
            *PYLINT_FOLDERS, "__init__.py", "__manifest__.py", "hooks.py",
        ]),
        _check("eslint", [
            "node", str(programs / "eslint"), "--config", str(_next_to(node, "eslint.config.mjs")),
            "--no-warn-ignored", *scripts,
        ]),
        _check("prettier", [
            "node", str(programs / "prettier"), "--config", str(TOOLS / "prettier.json"),
            "--check", *scripts,
        ]),
        _check_xml(),
    ]  # fmt: skip
    return results.count(True), results.count(False)


def _files(*endings: str) -> list[Path]:
    return sorted(
        path
        for folder in SCRIPTS
        for path in (CHECKOUT / folder).rglob("*")
        if path.suffix in endings
    )


def _next_to(node: Path, name: str) -> Path:
    """Copy a configuration to where it finds the packages that it imports."""
    target = node / name
    target.write_text((TOOLS / name).read_text())
    return target


def _check(name: str, command: list[str]) -> bool:
    log, code = run_program(name, command, cwd=CHECKOUT, is_patient=True)
    if code:
        show(log[-6000:])
    detail(f"{name}: {'failed' if code else 'fine'}")
    return code == 0


def _check_xml() -> bool:
    broken = []
    for path in sorted(CHECKOUT.rglob("*.xml")):
        try:
            ElementTree.parse(path)
        except ElementTree.ParseError as error:
            broken.append(f"{path.relative_to(CHECKOUT)}: {error}")
    if broken:
        show("\n".join(broken))
    detail(f"xml: {'failed' if broken else 'fine'}")
    return not broken
