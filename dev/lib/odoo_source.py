"""Odoo 19 itself: Debian's package, unpacked into the cache folder, or a checkout named by ODOO_PATH."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from .paths import CACHE
from .process import run
from .report import SetupError, detail, step
from .stamp import is_current, mark_current

# Debian has `odoo-19` in unstable only. It links to the files of the other packages.
UNSTABLE_PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-glyphicons-halflings",
    "fonts-ocr-b",
)
# Newer versions of these have other file names than the ones `odoo-19` links to.
BOOKWORM_PACKAGES = ("fonts-font-awesome", "fonts-inconsolata")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
DEBIAN_SUITES = re.compile(
    r"^(bookworm|trixie|forky|duke|sid|unstable|testing|stable|oldstable|oldoldstable)$"
)
# Bump to have every machine unpack again.
RECIPE = "1"


@dataclass(frozen=True)
class OdooSource:
    """An Odoo 19 that can be run.

    `python_path`: folders to put on PYTHONPATH; `addons`: folders of addons;
    `version`: text that changes when this Odoo does.
    """

    python_path: tuple[Path, ...]
    addons: tuple[Path, ...]
    version: str


def ensure_odoo() -> OdooSource:
    """Return the Odoo to run, fetching Debian's package when there is none yet.

    :raise SetupError: when ODOO_PATH holds no Odoo 19, or the package cannot be fetched.
    """
    chosen = os.environ.get("ODOO_PATH")
    if chosen:
        return _existing_odoo(Path(chosen).expanduser().resolve())
    folder = CACHE / "odoo"
    if not is_current(folder, RECIPE):
        _fetch(folder)
    packages = folder / "usr/lib/python3/dist-packages"
    version = f"debian {(folder / 'version').read_text()}"
    return OdooSource((packages,), (packages / "odoo/addons",), version)


def _existing_odoo(path: Path) -> OdooSource:
    release = path / "odoo/release.py"
    if not release.is_file():
        raise SetupError(
            f"ODOO_PATH={path} is no Odoo: it has no odoo/release.py; name the folder of an"
            " Odoo 19 checkout."
        )
    if not re.search(r"^version_info = \(19,", release.read_text(), re.MULTILINE):
        raise SetupError(f"ODOO_PATH={path} is not version 19 of Odoo; name one that is.")
    addons = tuple(folder for folder in (path / "addons", path / "odoo/addons") if folder.is_dir())
    if not any((folder / "point_of_sale").is_dir() for folder in addons):
        raise SetupError(f"ODOO_PATH={path} has no point_of_sale addon; name a complete checkout.")
    changed = max(release.stat().st_mtime_ns, path.stat().st_mtime_ns)
    return OdooSource((path,), addons, f"{path} {changed}")


def _fetch(folder: Path) -> None:
    for program in ("apt-get", "dpkg-deb"):
        if not shutil.which(program):
            raise SetupError(
                f"{program} is missing, so Debian's Odoo 19 package cannot be fetched; set"
                " ODOO_PATH to an Odoo 19 checkout."
            )
    step("Fetching Odoo 19 (Debian package, about 120 MB)")
    work = CACHE / "apt"
    for name in ("lists/partial", "cache/archives/partial", "packages"):
        (work / name).mkdir(parents=True, exist_ok=True)
    (work / "sources.list").write_text(_sources())
    apt = _apt_command(work)
    detail("reading the package lists")
    run(
        [*apt, "update", "-qq"],
        failure="Debian's package lists could not be fetched; check the network and try again.",
    )
    detail("downloading")
    run(
        [
            *apt,
            "download",
            "-qq",
            *(f"{name}/unstable" for name in UNSTABLE_PACKAGES),
            *(f"{name}/bookworm" for name in BOOKWORM_PACKAGES),
        ],
        cwd=work / "packages",
        failure="Odoo's Debian packages could not be fetched; check the network and try again.",
    )
    _unpack(sorted((work / "packages").glob("*.deb")), folder)
    shutil.rmtree(work)


def _sources() -> str:
    mirror, signed_by = _debian_mirror()
    option = f"[signed-by={signed_by}] " if signed_by else ""
    return "".join(f"deb {option}{mirror} {suite} main\n" for suite in ("unstable", "bookworm"))


def _debian_mirror() -> tuple[str, str]:
    """Return the archive that this machine is configured to use, and its key."""
    targets = run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(REPO_URI)|$(RELEASE)|$(COMPONENT)",
            "Created-By: Packages",
        ],
        failure="apt's configuration could not be read.",
    )
    for line in targets.splitlines():
        uri, release, component = line.split("|")
        if component == "main" and DEBIAN_SUITES.match(release) and "security" not in uri:
            return uri, KEYRING if Path(KEYRING).is_file() else ""
    raise SetupError(
        "apt on this machine has no Debian archive configured, so Odoo 19 cannot be fetched; set"
        " ODOO_PATH to an Odoo 19 checkout."
    )


def _apt_command(work: Path) -> list[str]:
    """Return an apt-get that leaves the machine's own lists and packages alone."""
    options = {
        "Dir::Etc::sourcelist": work / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::State::Lists": work / "lists",
        "Dir::Cache": work / "cache",
        "APT::Sandbox::User": "",
        "APT::Get::List-Cleanup": "false",
        "Acquire::Languages": "none",
    }
    return ["apt-get", *(f"-o{name}={value}" for name, value in options.items())]


def _unpack(packages: list[Path], folder: Path) -> None:
    detail("unpacking")
    fresh = folder.with_name("odoo.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for package in packages:
        run(["dpkg-deb", "-x", package, fresh], failure=f"{package.name} could not be unpacked.")
    _check_links(fresh)
    version = next(path for path in packages if path.name.startswith("odoo-19_")).name
    (fresh / "version").write_text(version.split("_")[1])
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    mark_current(folder, RECIPE)


def _check_links(folder: Path) -> None:
    """Without jQuery the login page fails, without the fonts every icon is missing."""
    broken = [
        path
        for path in (folder / "usr/lib/python3/dist-packages").rglob("*")
        if path.is_symlink() and not path.exists()
    ]
    if broken:
        raise SetupError(
            f"Debian's Odoo 19 links to files that are missing, for example {broken[0].name};"
            " the packages listed in dev/lib/odoo_source.py need an update."
        )
