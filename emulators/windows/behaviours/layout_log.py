# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that writes a log line when it starts, laid out as its configuration says: as log4net and NLog do.

Options: `layout_file` (an XML file with an element `layout` whose attribute `value` is the pattern), `log_file`, and,
as `property_NAME`, what the pattern's `%property{NAME}` is. `%date`, `%level`, `%message`, `%newline` are known too.
With `template_file`, an XML file, the service loads that as well, and the line says what was loaded; it does not start
with one that cannot be read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re

from lxml import etree

from emulators.windows import paths
from emulators.windows.behaviour import Behaviour, StartFailure
from emulators.windows.files import FileError

_WORD = re.compile(r"%(?:property\{(?P<property>[^}]+)\}|(?P<word>[a-z]+))")


class LayoutLog(Behaviour):
    """Writes one line at each start."""

    def start(self) -> None:
        """Write the line, as the layout file says at this moment."""
        options = self.service.options
        try:
            line = self._line(self._pattern(options["layout_file"]), self._started(options.get("template_file")))
            self._append(options["log_file"], line)
        except (FileError, KeyError, etree.LxmlError) as error:
            raise StartFailure(f"The service {self.service.name} ended with {error!r}.") from error

    def _started(self, template: str | None) -> str:
        """Return what the line says."""
        if template is None:
            return "Synchronisation started"
        content = self.machine.files.read(template)
        name = etree.fromstring(content, etree.XMLParser(resolve_entities=False)).get("name", "")
        return f"Template {name} loaded, SHA-256 {hashlib.sha256(content).hexdigest()}"

    def _pattern(self, path: str) -> str:
        root = etree.fromstring(self.machine.files.read(path), etree.XMLParser(resolve_entities=False))
        layout = next(root.iter("layout"), None)
        if layout is None or layout.get("value") is None:
            raise StartFailure(f"{path} has no element layout with a value.")
        return str(layout.get("value"))

    def _line(self, pattern: str, message: str) -> str:
        moment = dt.datetime.fromtimestamp(self.machine.now(), dt.UTC)
        words = {
            "date": moment.strftime("%Y-%m-%d %H:%M:%S,") + f"{moment.microsecond // 1000:03d}",
            "level": "INFO",
            "message": message,
            "newline": "\r\n",
        }

        def value(match: re.Match[str]) -> str:
            if match["property"]:
                # log4net writes (null) where nobody has set the property
                return self.service.options.get(f"property_{match['property']}", "(null)")
            if match["word"] not in words:
                raise StartFailure(f"The layout's %{match['word']} is not known.")
            return words[match["word"]]

        return _WORD.sub(value, pattern)

    def _append(self, path: str, text: str) -> None:
        files = self.machine.files
        files.make_directory(paths.parent(path))
        before = files.read(path) if files.find(path) else b""
        files.write(path, before + text.encode())


BEHAVIOUR = LayoutLog
