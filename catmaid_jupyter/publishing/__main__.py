"""`python -m catmaid_jupyter.publishing`, which the command `catmaid-jupyter publish` runs: its order is JSON."""

import json
import sys
from pathlib import Path

from nbclient.exceptions import CellExecutionError

from catmaid_jupyter.api.errors import CatmaidError
from catmaid_jupyter.publishing.notebook import publish_notebook


def main() -> int:
    """Publish a notebook: 0, or 1 and a sentence."""
    order = json.loads(sys.argv[1])
    try:
        publish_notebook(Path(order.pop("notebook")), Path(order.pop("path")), **order)
    except CatmaidError as error:
        sys.stderr.write(f"catmaid-jupyter: {error.message}\n")
        return 1
    except CellExecutionError as error:
        sys.stderr.write(f"catmaid-jupyter: A cell of the notebook failed, and nothing was written.\n{error}\n")
        return 1
    return 0


sys.exit(main())
