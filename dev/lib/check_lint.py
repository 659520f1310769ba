"""The linters. Each of them counts as one test."""

import subprocess
from pathlib import Path
from xml.etree import ElementTree

from .node import ensure_node_tools
from .odoo import Instance
from .paths import CHECKOUT, TOOLS
from .report import detail

SCRIPTS = ("static/src", "static/tests", "simulator/page", "dev/lib")
PYLINT_FOLDERS = ("models", "controllers", "viva")


def lint(instance: Instance, _tags: str) -> tuple[int, int]:
    """Run all linters and return how many were content and how many not."""
    node = ensure_node_tools()
    python = str(instance.python)
    scripts = [str(path) for path in _files(".js", ".mjs")]
    programs = node / "node_modules" / ".bin"
    results = [
        _check("ruff", [python, "-m", "ruff", "check", "."]),
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
    result = subprocess.run(
        command,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        print(result.stdout[-6000:])
    detail(f"{name}: {'failed' if result.returncode else 'fine'}")
    return result.returncode == 0


def _check_xml() -> bool:
    broken = []
    for path in sorted(CHECKOUT.rglob("*.xml")):
        try:
            ElementTree.parse(path)
        except ElementTree.ParseError as error:
            broken.append(f"{path.relative_to(CHECKOUT)}: {error}")
    print("\n".join(broken), end="\n" if broken else "")
    detail(f"xml: {'failed' if broken else 'fine'}")
    return not broken
