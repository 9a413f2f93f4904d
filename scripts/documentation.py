# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make docs`: the guides and the reference of all plugins and roles as one site, without warnings and dead links."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import ansible
import yaml
from lxml import html

from scripts import working_copy

ROOT = working_copy.ROOT
SITE = ROOT / "build" / "documentation"
BIN = Path(sys.executable).parent
REFERENCE = "reference"
"""Directory of the pages that antsibull-docs makes of the plugins' own documentation."""

_CHAPTERS = {
    "Guides": "docs/*.md",
    "Roles": "roles/*/README.md",
    "Records and evidence": "changes/README.md",
    "Emulators": "emulators/**/README.md",
    "Tests": "tests/**/README.md",
    "The project": "[A-Z]*.md",
}
_ANSIBLE = "https://docs.ansible.com/ansible/latest/"
_ANSIBLE_PAGES = {
    "action_plugins": "plugins/action.html#action-plugins",
    "ansible_configuration_settings": "reference_appendices/config.html#ansible-configuration-settings",
    "callback_plugins": "plugins/callback.html#callback-plugins",
    "common_return_values": "reference_appendices/common_return_values.html#common-return-values",
}
"""Pages of Ansible's own that antsibull-docs points at, by label. Those of modules follow from the modules' names."""

_LINK = re.compile(r"(?<=\]\()([^)\s#]+)(?=[)#])")
_MODULE = re.compile(r"plugins/modules/(\w+)\.(?:py|ps1|yml)$")
_LABEL = re.compile(r":ref:`[^`]*<([\w.]+)>`")
_FOREIGN_MODULE = re.compile(r"ansible_collections\.(\w+)\.(\w+)\.(\w+)_module")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?")


def pages() -> dict[str, list[str]]:
    """Return the Markdown pages of each chapter, README.md left out, which is the site's first page."""
    belonging = set(working_copy.files())
    found: dict[str, list[str]] = {}
    for chapter, pattern in _CHAPTERS.items():
        paths = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))
        found[chapter] = [path for path in paths if path in belonging and path != "README.md"]
    return found


def linked(page: str, text: str) -> dict[str, str]:
    """Return what a page's relative links point at, as paths of the repository, by the links as they are written."""
    found = {}
    for link in set(_LINK.findall(text)):
        if not urlsplit(link).scheme:
            found[link] = os.path.normpath(Path(page).parent / unquote(link))
    return found


def copy_pages(source: Path) -> None:
    """Copy the pages to where they are built, with all files that they point at, in the repository's own layout."""
    chapters = pages()
    for page in ["README.md", *(page for chapter in chapters.values() for page in chapter)]:
        text = (ROOT / page).read_text(encoding="utf-8")
        for link, target in linked(page, text).items():
            module = _MODULE.search(target)
            if module:
                # whoever reads the site is better served by the module's page than by its program
                reference = os.path.relpath(f"{REFERENCE}/{module[1]}_module.rst", Path(page).parent)
                text = text.replace(f"]({link})", f"]({reference})").replace(f"]({link}#", f"]({reference}#")
            elif (ROOT / target).is_file() and not target.endswith(".md"):
                (source / target).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / target, source / target)
        (source / page).parent.mkdir(parents=True, exist_ok=True)
        (source / page).write_text(text, encoding="utf-8")
    with (source / "README.md").open("a", encoding="utf-8") as first:
        for chapter, its_pages in {**chapters, "Reference": [f"{REFERENCE}/index"]}.items():
            entries = "\n".join(page.removesuffix(".md") for page in its_pages)
            first.write(f"\n```{{toctree}}\n:hidden:\n:maxdepth: 1\n:caption: {chapter}\n\n{entries}\n```\n")


def make_reference(source: Path) -> None:
    """Have antsibull-docs make a page of each plugin and role. It fails if one is not documented as it has to be."""
    (source / REFERENCE).mkdir()
    name = "{namespace}.{name}".format(**yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8")))
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]),
    }
    subprocess.run(
        [
            *("antsibull-docs", "collection", "--use-current", "--squash-hierarchy", "--no-breadcrumbs"),
            *("--fail-on-error", "--dest-dir", str(source / REFERENCE), name),
        ],
        env=environment,
        check=True,
    )


def ansible_labels(source: Path) -> dict[str, str]:
    """Return where in Ansible's own documentation the labels are that the reference points at.

    Of the modules that are pointed at, only those have a place that are installed here: any other is a warning.
    """
    found = dict(_ANSIBLE_PAGES)
    for page in (source / REFERENCE).glob("*.rst"):
        for label in _LABEL.findall(page.read_text(encoding="utf-8")):
            match = _FOREIGN_MODULE.fullmatch(label)
            if match and _is_installed(*match.groups()):
                place = label.replace(".", "-").replace("_", "-")
                found[label] = f"collections/{match[1]}/{match[2]}/{match[3]}_module.html#{place}"
    return found


def _is_installed(namespace: str, name: str, module: str) -> bool:
    if (namespace, name) == ("ansible", "builtin"):
        return (Path(ansible.__file__).parent / "modules" / f"{module}.py").is_file()
    packages = Path(ansible.__file__).parents[1] / "ansible_collections"
    return any(
        (packages / namespace / name / "plugins" / "modules" / f"{module}{suffix}").is_file()
        for suffix in (".py", ".ps1")
    )


def write_inventory(path: Path, labels: Mapping[str, str]) -> None:
    """Write what Sphinx would fetch from another site otherwise: its list of labels, in version 2 of the format."""
    head = "# Sphinx inventory version 2\n# Project: Ansible\n# Version:\n# The rest is compressed by zlib.\n"
    lines = "".join(f"{label} std:label -1 {place} {label}\n" for label, place in sorted(labels.items()))
    path.write_bytes(head.encode() + zlib.compress(lines.encode()))


def settings() -> dict[str, object]:
    """Return what Sphinx is told (its conf.py, as values)."""
    collection = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    return {
        "project": f"{collection['namespace']}.{collection['name']}",
        "author": collection["authors"][0],
        "release": collection["version"],
        "extensions": ["myst_parser", "sphinx.ext.intersphinx", "sphinx_antsibull_ext"],
        "intersphinx_mapping": {"ansible": (_ANSIBLE, "ansible.inv")},
        "root_doc": "README",
        "html_theme": "furo",
        "html_title": f"{collection['namespace']}.{collection['name']} {collection['version']}",
        "html_copy_source": False,
        "html_show_sphinx": False,
        "highlight_language": "none",
        "myst_heading_anchors": 4,
        "nitpicky": True,
        # examples leave out what does not matter with "…", which no grammar knows
        "suppress_warnings": ["misc.highlighting_failure"],
    }


def shorten_reference(source: Path) -> None:
    """Leave nothing of the reference's pages but their titles: three quarters of the time goes into laying them out."""
    for page in (source / REFERENCE).glob("*.rst"):
        page.write_text(f":orphan:\n\n{page.stem}\n{'=' * len(page.stem)}\n", encoding="utf-8")


def build(place: Path, site: Path, *, short: bool = False) -> int:
    """Build the site out of an empty directory; return Sphinx's exit code, which is not 0 after a warning."""
    source = place / "source"
    source.mkdir()
    copy_pages(source)
    make_reference(source)
    if short:
        shorten_reference(source)
    write_inventory(source / "ansible.inv", ansible_labels(source))
    lines = [f"{name} = {value!r}" for name, value in settings().items()]
    (source / "conf.py").write_text("\n".join(lines), encoding="utf-8")
    arguments = ["--fail-on-warning", "--keep-going", "--quiet", "--jobs", "auto", "--builder", "html"]
    command = [sys.executable, "-m", "sphinx", *arguments, "--doctree-dir", str(place / "doctrees")]
    return subprocess.run([*command, str(source), str(site)], check=False).returncode


def dead_links(site: Path) -> list[str]:
    """Return each link of the built site that leads nowhere. Of other sites only the form of the address counts."""
    documents = {path: html.parse(str(path)).getroot() for path in sorted(site.rglob("*.html"))}
    anchors = {path: {*document.xpath("//@id"), *document.xpath("//a/@name")} for path, document in documents.items()}
    dead = []
    for path, document in documents.items():
        for link in sorted({*document.xpath("//a/@href"), *document.xpath("//img/@src")}):
            parts = urlsplit(link)
            if parts.scheme:
                well_formed = parts.scheme == "https" and _HOST.fullmatch(parts.netloc.lower())
                problem = "" if well_formed or parts.scheme == "mailto" else "is no address by https"
            else:
                target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
                missing_anchor = parts.fragment and target in anchors and unquote(parts.fragment) not in anchors[target]
                problem = "has no such place" if missing_anchor else "" if target.is_file() else "is not there"
            if problem:
                dead.append(f"{path.relative_to(site)}: {link} {problem}")
    return dead


def main() -> int:
    """Build the site and check it; return the exit code. The closing line counts the site's pages as tests."""
    parser = argparse.ArgumentParser(prog="make docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="check, in a fraction of the time; keep nothing")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        site = place / "site"
        code = build(place, site, short=check)
        dead = dead_links(site) if site.is_dir() else []
        print(*dead, sep="\n", end="\n" if dead else "")
        built = len(list(site.rglob("*.html")))
        if not check and site.is_dir():
            shutil.rmtree(SITE, ignore_errors=True)
            shutil.copytree(site, SITE)
            print(f"{SITE.relative_to(ROOT)}/README.html")
    broken = code != 0 or bool(dead) or not built
    print("1 failed" if broken else f"{built} passed")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
