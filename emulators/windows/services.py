# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service control manager of an emulated host: starts, stops and removes services, and runs their behaviour."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from emulators.windows.behaviour import Behaviour, ServiceEnded, StartFailure, behaviour_of
from emulators.windows.model import Service

if TYPE_CHECKING:
    from emulators.windows.machine import Machine

LOG = logging.getLogger(__name__)
FIRST_PROCESS = 1000
SERVICE_SPECIFIC_ERROR = 1066
PROCESS_ABORTED = 1067


class ServiceError(Exception):
    """What Windows says when a service cannot be controlled."""


class ServiceControl:
    """The services of one host."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._running: dict[str, Behaviour] = {}

    @property
    def _all(self) -> list[Service]:
        return self._machine.state.services

    def find(self, name: str) -> Service | None:
        """Return a service by its name or display name; one that stops by itself has done so by now."""
        service = self._machine.state.service(name)
        if service is not None and service.state == "started" and self._stops_again(service):
            self._end(service, exit_code=SERVICE_SPECIFIC_ERROR)
        elif service is not None and service.state == "started" and self._starts_again(service):
            before = service.process_id
            self._end(service, exit_code=SERVICE_SPECIFIC_ERROR)
            self._begin(service, "")
            service.process_id = max(service.process_id, before + 4)
        return service

    def every(self) -> list[Service]:
        """Return all services, as they are now."""
        return [self.find(service.name) or service for service in self._all]

    def start(self, service: Service) -> None:
        """Start a service and those that it depends on.

        Raises:
            ServiceError: it is disabled, or it does not come up.
        """
        if service.state == "started":
            return
        said = f"Failed to start service '{service.display_name or service.name} ({service.name})'."
        if service.start_mode == "disabled":
            raise ServiceError(f"{said} The service cannot be started because it is disabled.")
        for name in service.dependencies:
            needed = self.find(name)
            if needed is None:
                raise ServiceError(f"{said} It depends on {name}, which does not exist.")
            self.start(needed)
        if self._named(service, self._machine.faults.service_does_not_start):
            service.exit_code = SERVICE_SPECIFIC_ERROR
            raise ServiceError(said)
        self._begin(service, said)

    def stop(self, service: Service, *, force: bool = False) -> None:
        """Stop a service.

        Raises:
            ServiceError: running services depend on it, and it is not to be forced; or it does not stop.
        """
        if service.state == "stopped":
            return
        said = f"Cannot stop service '{service.display_name or service.name} ({service.name})'"
        needing = [each for each in self.depending_on(service) if each.state != "stopped"]
        if needing and not force:
            raise ServiceError(
                f"{said} because it has dependent services. It can only be stopped if the Force flag is set."
            )
        if self._named(service, self._machine.faults.service_does_not_stop):
            raise ServiceError(f"{said}. The service did not respond to the control request in a timely fashion.")
        for each in needing:
            self.stop(each, force=True)
        self._end(service, exit_code=0)

    def remove(self, service: Service) -> None:
        """Stop a service and delete it."""
        self.stop(service, force=True)
        self._all.remove(service)

    def depending_on(self, service: Service) -> list[Service]:
        """Return the services that depend on one."""
        return [each for each in self._all if service.name.lower() in map(str.lower, each.dependencies)]

    def boot(self) -> None:
        """Bring the services to where a start of Windows brings them."""
        for service in self._all:
            service.state, service.process_id = "stopped", 0
        self.close()
        for service in self._all:
            if service.start_mode in ("auto", "delayed"):
                try:
                    self.start(service)
                except ServiceError as error:
                    LOG.info("%s: %s", self._machine.name, error)

    def resume(self) -> None:
        """Take up the behaviour of services that run, when the emulator itself starts."""
        for service in self._all:
            behaviour = behaviour_of(self._machine, service)
            if behaviour is not None and service.state == "started":
                self._running[service.name] = behaviour

    def tick(self) -> bool:
        """Let running services do what is due, and return whether anything was."""
        done = [self._tick(name, behaviour) for name, behaviour in list(self._running.items())]
        return any(done)

    def _tick(self, name: str, behaviour: Behaviour) -> bool:
        try:
            return behaviour.tick()
        except ServiceEnded:
            service = self._machine.state.service(name)
            if service is not None:
                self._end(service, exit_code=PROCESS_ABORTED)
            return True

    @property
    def busy(self) -> bool:
        """Whether a service is still at what it began when it was started."""
        return any(behaviour.busy for behaviour in self._running.values())

    def close(self) -> None:
        """End what services do, as when Windows goes down."""
        for behaviour in self._running.values():
            behaviour.stop()
        self._running.clear()

    def _begin(self, service: Service, said: str) -> None:
        behaviour = behaviour_of(self._machine, service)
        began = self._machine.now()  # before it writes anything
        if behaviour is not None:
            try:
                behaviour.start()
            except StartFailure as error:
                service.exit_code = SERVICE_SPECIFIC_ERROR
                raise ServiceError(f"{said} {error}") from error
            self._running[service.name] = behaviour
        service.state, service.exit_code = "started", 0
        service.process_id = max([FIRST_PROCESS, *(each.process_id for each in self._all)]) + 4
        service.process_started = began

    def _end(self, service: Service, *, exit_code: int) -> None:
        behaviour = self._running.pop(service.name, None)
        if behaviour is not None:
            behaviour.stop()
        service.state, service.process_id, service.exit_code = "stopped", 0, exit_code

    def _stops_again(self, service: Service) -> bool:
        return self._named(service, self._machine.faults.service_stops_again)

    def _starts_again(self, service: Service) -> bool:
        return self._named(service, self._machine.faults.service_starts_again)

    @staticmethod
    def _named(service: Service, names: list[str]) -> bool:
        return service.name.lower() in map(str.lower, names)
