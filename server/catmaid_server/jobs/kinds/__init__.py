"""What jobs there are: each a function of a `RunningJob`, under the name by which it is asked for."""

from collections.abc import Mapping
from typing import Final

from catmaid_server.jobs.kinds import crop, export, mails
from catmaid_server.jobs.running import Work

KINDS: Final[Mapping[str, Work]] = {
    crop.KIND: crop.work,
    export.KIND: export.work,
    mails.INVITATION: mails.work_invitation,
    mails.MESSAGE: mails.work_message,
}
