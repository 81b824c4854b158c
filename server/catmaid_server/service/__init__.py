"""The service as a process: one per data folder, started, found and stopped from anywhere."""

from catmaid_server.service.folder import ServiceError, ServiceFolder
from catmaid_server.service.lifecycle import Status, start, status, stop
from catmaid_wire.service_record import ServiceRecord

__all__ = ["ServiceError", "ServiceFolder", "ServiceRecord", "Status", "start", "status", "stop"]
