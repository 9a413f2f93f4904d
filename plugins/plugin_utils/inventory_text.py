# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables as the text of an inventory's file, in which nothing that a server said becomes a template. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

STARTS = ("{{", "{%", "{#")
HEADER = "#jinja2:"
"""What a string begins with that Ansible takes for a template without any of `STARTS`."""


class _Dumper(yaml.SafeDumper):
    """Writes each value where it is, and tags what Ansible would take for a template."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        is_template = data.startswith(HEADER) or any(start in data for start in STARTS)
        # plain scalars and those in single quotes lose separators of lines such as U+0085
        style = None if data.isprintable() else '"'
        return self.represent_scalar("!unsafe" if is_template else "tag:yaml.org,2002:str", data, style)


# values that come out of Ansible are of classes that derive from these
for kind in (dict, list, int, float):
    _Dumper.add_multi_representer(kind, yaml.SafeDumper.yaml_representers[kind])
_Dumper.add_representer(str, _Dumper.represent_str)
_Dumper.add_multi_representer(str, _Dumper.represent_str)


def to_inventory_yaml(variables: Mapping[str, Any]) -> str:
    """Return variables as YAML for `group_vars`, with `!unsafe` before each string that would be a template there."""
    return str(yaml.dump(variables, Dumper=_Dumper, allow_unicode=True, default_flow_style=False, sort_keys=False))
