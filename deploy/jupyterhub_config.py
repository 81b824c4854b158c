"""JupyterHub with catmaid-jupyter as its service: people sign in once, at the hub. See docs: Teach on a JupyterHub.

    CATMAID_DATA_DIR=/srv/catmaid CATMAID_ALLOWED_HOSTS=hub.example.org jupyterhub -f jupyterhub_config.py

Choose the authenticator and the spawner of your lab below it; groups of the hub become groups of the service.
"""

import os

from jupyterhub import version_info

SERVICE = "catmaid"
PORT = int(os.environ.get("CATMAID_PORT", "8600"))
"""Of the service on this machine; the hub's proxy leads browsers to it."""

c = get_config()  # noqa: F821  JupyterHub gives it

c.JupyterHub.services = [
    {
        "name": SERVICE,
        "url": f"http://127.0.0.1:{PORT}",
        "command": ["catmaid-jupyter", "serve", "--host", "127.0.0.1", "--port", str(PORT)],
        "environment": {
            "CATMAID_JUPYTERHUB": "true",
            "CATMAID_ROOT_PATH": f"/services/{SERVICE}",
            **{
                name: value
                for name, value in os.environ.items()
                if name.startswith("CATMAID_") and name not in ("CATMAID_URL", "CATMAID_TOKEN", "CATMAID_PORT")
            },
        },
        # People trust the service of their own hub: nobody is asked whether it may know who they are.
        "oauth_no_confirm": True,
        # The first start makes the database. A hub that waits for less ends, and leaves the service running.
        **({"timeout": 600} if version_info >= (6,) else {}),
    }
]

USE_SERVICE = f"access:services!service={SERVICE}"
c.JupyterHub.load_roles = [
    # The service asks who somebody is, and for the groups that they are in.
    {"name": SERVICE, "services": [SERVICE], "scopes": ["read:users:name", "read:users:groups"]},
    {"name": "user", "scopes": ["self", USE_SERVICE]},
    # The token that a notebook's server has: with it `cj.connect()` signs in.
    {"name": "server", "scopes": ["users:activity!user", "access:servers!server", USE_SERVICE]},
]

# Where notebooks find the service: on this machine, beside the hub.
c.Spawner.environment = {
    "CATMAID_URL": f"http://127.0.0.1:{PORT}/services/{SERVICE}/",
    "CATMAID_SIGN_IN": "jupyterhub",
}
c.Spawner.default_url = "/lab"
# When a class begins, the servers of all start at once.
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
