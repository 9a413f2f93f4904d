# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""WS-Management as far as a remote shell needs it (MS-WSMV): Create, Command, Send, Receive, Signal, Delete."""

from __future__ import annotations

import base64
import re
import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
CMD = f"{SHELL}/cmd"
TERMINATE = f"{SHELL}/signal/terminate"
CTRL_C = f"{SHELL}/signal/ctrl_c"
DONE = f"{SHELL}/CommandState/Done"

TIMED_OUT = 2150858793
"""0x80338029: the operation did not end within its OperationTimeout; the client asks again."""
SHELL_NOT_FOUND = 2150858843
"""0x8033805B."""
INVALID = 2150858848
"""0x80338060: the request is not what the service expects here."""

NAMESPACES = {"s": SOAP, "a": ADDRESSING, "w": WSMAN, "rsp": SHELL}
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")


class WsmanFault(Exception):
    """A request that is answered with a SOAP fault."""

    def __init__(self, message: str, code: int = INVALID, subcode: str = "w:InvalidParameter") -> None:
        super().__init__(message)
        self.code = code
        self.subcode = subcode


@dataclass(frozen=True)
class Request:
    """What the header of a message says, and its body."""

    action: str
    message_id: str
    resource: str
    shell_id: str | None
    timeout: float
    options: dict[str, str]
    body: etree._Element

    def find(self, path: str) -> etree._Element | None:
        """Return the first element of the body at the path."""
        return self.body.find(path, NAMESPACES)


def parse(message: bytes) -> Request:
    """Return the request in a SOAP message.

    Raises:
        WsmanFault: it is not one.
    """
    try:
        envelope = etree.fromstring(message, _PARSER)
    except etree.XMLSyntaxError as error:
        raise WsmanFault(f"the message is not XML: {error}") from error
    header, body = envelope.find("s:Header", NAMESPACES), envelope.find("s:Body", NAMESPACES)
    if header is None or body is None:
        raise WsmanFault("the message is no SOAP envelope with a header and a body")

    def text(path: str) -> str:
        return (header.findtext(path, "", NAMESPACES) if header is not None else "").strip()

    selectors = {
        each.get("Name"): (each.text or "") for each in header.iterfind("w:SelectorSet/w:Selector", NAMESPACES)
    }
    return Request(
        action=text("a:Action"),
        message_id=text("a:MessageID"),
        resource=text("w:ResourceURI"),
        shell_id=selectors.get("ShellId"),
        timeout=_seconds(text("w:OperationTimeout")),
        options={
            each.get("Name", "").upper(): (each.text or "")
            for each in header.iterfind("w:OptionSet/w:Option", NAMESPACES)
        },
        body=body,
    )


def created(request: Request, shell_id: str) -> str:
    """Return the answer to Create."""
    return _response(
        request,
        f"{TRANSFER}/CreateResponse",
        f'<x:ResourceCreated xmlns:x="{TRANSFER}"><a:Address>https://localhost/wsman</a:Address><a:ReferenceParameters>'
        f"<w:ResourceURI>{escape(request.resource)}</w:ResourceURI><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{shell_id}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
        "</x:ResourceCreated>"
        f"<rsp:Shell><rsp:ShellId>{shell_id}</rsp:ShellId><rsp:ResourceUri>{escape(request.resource)}</rsp:ResourceUri>"
        "<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>",
    )


def started(request: Request, command_id: str) -> str:
    """Return the answer to Command."""
    body = f"<rsp:CommandResponse><rsp:CommandId>{command_id}</rsp:CommandId></rsp:CommandResponse>"
    return _response(request, f"{SHELL}/CommandResponse", body)


def sent(request: Request) -> str:
    """Return the answer to Send."""
    return _response(request, f"{SHELL}/SendResponse", "<rsp:SendResponse/>")


def received(request: Request, command_id: str, stdout: bytes, stderr: bytes, exit_code: int) -> str:
    """Return the answer to Receive: all output and the end of the command."""
    streams = "".join(
        f'<rsp:Stream Name="{name}" CommandId="{command_id}">{base64.b64encode(content).decode()}</rsp:Stream>'
        f'<rsp:Stream Name="{name}" CommandId="{command_id}" End="true"/>'
        for name, content in (("stdout", stdout), ("stderr", stderr))
    )
    return _response(
        request,
        f"{SHELL}/ReceiveResponse",
        f'<rsp:ReceiveResponse>{streams}<rsp:CommandState CommandId="{command_id}" State="{DONE}">'
        f"<rsp:ExitCode>{exit_code}</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>",
    )


def signalled(request: Request) -> str:
    """Return the answer to Signal."""
    return _response(request, f"{SHELL}/SignalResponse", "<rsp:SignalResponse/>")


def deleted(request: Request) -> str:
    """Return the answer to Delete."""
    return _response(request, f"{TRANSFER}/DeleteResponse", "")


def fault(relates_to: str, error: WsmanFault) -> str:
    """Return a SOAP fault."""
    message = escape(str(error))
    return _envelope(
        "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault",
        relates_to,
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
        f"<s:Value>{error.subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{message}</s:Text></s:Reason>'
        f'<s:Detail><f:WSManFault xmlns:f="{FAULT}" Code="{error.code}" Machine="localhost">'
        f"<f:Message>{message}</f:Message></f:WSManFault></s:Detail></s:Fault>",
    )


def _response(request: Request, action: str, body: str) -> str:
    return _envelope(action, request.message_id, body)


def _envelope(action: str, relates_to: str, body: str) -> str:
    return (
        f'<s:Envelope xml:lang="en-US" xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:w="{WSMAN}" xmlns:rsp="{SHELL}">'
        f"<s:Header><a:Action>{action}</a:Action><a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID>"
        f"<a:To>{ADDRESSING}/role/anonymous</a:To><a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )


def _seconds(duration: str) -> float:
    found = _DURATION.fullmatch(duration)
    if found is None:
        return 60.0
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
