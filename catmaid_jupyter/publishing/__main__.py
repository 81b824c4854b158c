"""`python -m catmaid_jupyter.publishing`, which the command `catmaid-jupyter publish` runs: its order is JSON."""

import json
import sys
from pathlib import Path

from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from catmaid_jupyter.api.errors import CatmaidError
from catmaid_jupyter.publishing.notebook import publish_notebook


def main() -> int:
    """Publish a notebook: 0, or 1 and a sentence."""
    order = json.loads(sys.argv[1])
    try:
        publish_notebook(Path(order.pop("notebook")), Path(order.pop("path")), **order)
    except CatmaidError as error:
        return _failed(error.message)
    except CellExecutionError as error:
        return _failed(f"A cell of the notebook failed, and nothing was written.\n{error}")
    except (CellTimeoutError, DeadKernelError) as error:
        return _failed(f"The notebook could not be run to its end, and nothing was written. {error}")
    except NoSuchKernel as error:
        return _failed(f"The notebook asks for the kernel {error.name!r}, which is not installed here.")
    return 0


def _failed(sentence: str) -> int:
    sys.stderr.write(f"catmaid-jupyter: {sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
