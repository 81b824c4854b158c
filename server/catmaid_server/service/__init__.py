"""The service as a process: one per data folder, started, found and stopped from anywhere.

- `lifecycle`: start, find and stop it; `folder`: its files in the data folder; `settings`: its settings.
- `reachability`: its names and addresses, and who may use them without `tls`.
- `supervisor`: the process that listens and hands connections to its workers; `workers`, `worker`, `orders`: these
  processes, and what each gets to know at its start.
- `local_socket`: the Unix socket for programs of the same user.
- `renewal`, `preparation`, `retirement`: an update without a stop: new workers take over, old ones finish.
- `opening`: open the database of a data folder; `logs`: its log files.
"""

from catmaid_server.service.folder import ServiceError, ServiceFolder
from catmaid_server.service.lifecycle import ServiceStatus, restart, start, status, stop
from catmaid_wire.service_record import ServiceRecord

__all__ = ["ServiceError", "ServiceFolder", "ServiceRecord", "ServiceStatus", "restart", "start", "status", "stop"]
