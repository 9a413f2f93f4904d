# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the options that declare the records of a zone."""

from __future__ import annotations


class ModuleDocFragment:
    """The options `zone`, `records`, `reverse_zones` and `default_ttl`."""

    DOCUMENTATION = r"""
options:
  zone:
    description: The zone, for example V(exams.example).
    type: str
    required: true
  records:
    description:
      - The declared records. All values of one name and type are one entry.
      - Wrong and contradictory entries are refused before anything is sent, naming entry and value.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The name that has the records, relative to the zone, V(@) for the zone itself, or absolute with a
            trailing dot.
          - A name that ends with the zone's name but without the dot is refused, because one of the two is a mistake.
        type: str
        required: true
      type:
        description: The type of the records.
        type: str
        required: true
        choices: [A, AAAA, CAA, CNAME, MX, PTR, SRV, TXT]
      ttl:
        description: How many seconds the records may be cached, by default O(default_ttl).
        type: int
      values:
        description:
          - The values as a zone's master file has them, for example V(10 mail) for MX or V(0 issue "ca.example")
            for CAA.
          - A host name in a value is relative to the zone if it is a single label; any other is absolute and ends
            with a dot. The target of a PTR record is always absolute.
          - A TXT value is the text itself, and is split into strings of 255 octets where it is longer; if it begins
            with a double quote, it is read as the quoted strings of a master file.
        type: list
        elements: str
        default: []
      ptr:
        description:
          - Whether PTR records are derived from this entry if it is of type A or AAAA and O(reverse_zones) is given.
          - Set it to V(false) for names that several hosts share, so that each address names its host only.
        type: bool
        default: true
  reverse_zones:
    description:
      - The reverse zones in which PTR records for the A and AAAA records are kept, each record in the most
        specific one.
      - An address that fits none of them is refused. If the list is empty, no PTR records are derived.
    type: list
    elements: str
    default: []
  default_ttl:
    description: How many seconds records without a O(records[].ttl) may be cached.
    type: int
    default: 3600
"""
