# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that writes a log line when it starts, laid out as its configuration says: as log4net and NLog do.

Options: `layout_file` (an XML file with an element `layout` whose attribute `value` is the pattern), `log_file`, and,
as `property_NAME`, what the pattern's `%property{NAME}` is. `%date`, `%level`, `%message`, `%newline` are known too.
With `template_file`, an XML file, the service loads that as well, and the line says what was loaded; it does not start
with one that cannot be read.
With `sign_in_file`, a .NET configuration whose settings say by which application and certificate it signs in to Office
365, it writes a line about that as well, unless no certificate is set. It does not start if its account cannot read the
certificate's key.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re

from lxml import etree

from emulators.windows import paths
from emulators.windows.behaviour import Behaviour, StartFailure
from emulators.windows.files import FileError

SYSTEM = "nt authority\\system"
_WORD = re.compile(r"%(?:property\{(?P<property>[^}]+)\}|(?P<word>[a-z]+))")


class LayoutLog(Behaviour):
    """Writes one line at each start."""

    def start(self) -> None:
        """Write the line, as the layout file says at this moment."""
        options = self.service.options
        try:
            pattern = self._pattern(options["layout_file"])
            messages = [*self._signs_in(options.get("sign_in_file")), self._started(options.get("template_file"))]
            self._append(options["log_file"], "".join(self._line(pattern, message) for message in messages))
        except (FileError, KeyError, etree.LxmlError) as error:
            raise StartFailure(f"The service {self.service.name} ended with {error!r}.") from error

    def say(self, message: str, *, level: str = "INFO") -> None:
        """Write a line, as the layout file says at this moment."""
        options = self.service.options
        self._append(options["log_file"], self._line(self._pattern(options["layout_file"]), message, level=level))

    def _started(self, template: str | None) -> str:
        """Return what the line says."""
        if template is None:
            return "Synchronisation started"
        content = self.machine.files.read(template)
        name = etree.fromstring(content, etree.XMLParser(resolve_entities=False)).get("name", "")
        return f"Template {name} loaded, SHA-256 {hashlib.sha256(content).hexdigest()}"

    def _signs_in(self, path: str | None) -> list[str]:
        """Return what the log says of signing in, a line or none."""
        if path is None:
            return []
        root = etree.fromstring(self.machine.files.read(path), etree.XMLParser(resolve_entities=False))
        settings = {each.get("key"): each.get("value", "") for each in root.iterfind(".//appSettings/add")}
        thumbprint = settings["Office365.CertificateThumbprint"]
        if not thumbprint:
            return []
        user, key = self.service.username.lower(), (thumbprint.upper(), "my", "LocalMachine")
        if not any(
            (each.thumbprint, each.store_name.lower(), each.store_location) == key
            and each.key_pem is not None
            and (user == SYSTEM or "Read" in each.key_rights.get(user, ()))
            for each in self.machine.state.certificates
        ):
            said = f"the key of certificate {thumbprint} cannot be read"
            raise StartFailure(f"The service {self.service.name} ended: {said}.")
        return [f"Signs in to Office 365 as {settings['Office365.ClientId']} with certificate {thumbprint}"]

    def _pattern(self, path: str) -> str:
        root = etree.fromstring(self.machine.files.read(path), etree.XMLParser(resolve_entities=False))
        layout = next(root.iter("layout"), None)
        if layout is None or layout.get("value") is None:
            raise StartFailure(f"{path} has no element layout with a value.")
        return str(layout.get("value"))

    def _line(self, pattern: str, message: str, *, level: str = "INFO") -> str:
        moment = dt.datetime.fromtimestamp(self.machine.now(), dt.UTC)
        words = {
            "date": moment.strftime("%Y-%m-%d %H:%M:%S,") + f"{moment.microsecond // 1000:03d}",
            "level": level,
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
