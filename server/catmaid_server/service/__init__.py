"""The service as a process: one per data folder, started, found and stopped from anywhere."""

from catmaid_server.service.folder import ServiceError, ServiceFolder, ServiceRecord
from catmaid_server.service.lifecycle import Status, start, status, stop

__all__ = ["ServiceError", "ServiceFolder", "ServiceRecord", "Status", "start", "status", "stop"]
