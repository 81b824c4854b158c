"""The example files in deploy/ name what there is: settings, commands, metrics, each other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from prometheus_client import REGISTRY

from catmaid_server.cli.main import app
from catmaid_server.http import answer_meter
from catmaid_server.http.limits import MAX_BODY_BYTES
from catmaid_server.service.settings import Settings
from tests.helpers.folders import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
OF_THE_CLIENT = {"token", "url", "sign_in"}
HOW_TO = (REPOSITORY / "docs/how-to/run-for-a-lab.md").read_text()
BACK_UP = (REPOSITORY / "docs/how-to/back-up.md").read_text()
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())


@pytest.mark.parametrize("text", [HOW_TO, BACK_UP, *(path.read_text() for path in FILES)])
def test_settings_exist(text: str) -> None:
    names = {name.lower() for name in re.findall(r"\bCATMAID_([A-Z_]+[A-Z])\b", text)}
    assert names <= {*Settings.model_fields, *OF_THE_CLIENT}


def test_commands_exist() -> None:
    commands: Any = typer.main.get_command(app)
    text = HOW_TO + BACK_UP + "".join(path.read_text() for path in FILES)
    used = set(re.findall(r"(?:bin/|^)catmaid-jupyter (\w+)|`catmaid-jupyter (\w+)", text, re.MULTILINE))
    assert {first or second for first, second in used} <= set(commands.commands)


def test_the_how_to_names_all_files() -> None:
    assert [path.name for path in FILES if path.name not in HOW_TO] == []


def test_the_how_to_makes_the_folders_of_nginx() -> None:
    """nginx makes the last part of a path only; Debian's package brings no /var/cache/nginx."""
    nginx = (DEPLOY / "nginx.conf").read_text()
    roots = set(re.findall(r"^ *root (\S+);", nginx, re.MULTILINE))
    caches = {str(Path(path).parent) for path in re.findall(r"^proxy_cache_path (\S+)", nginx, re.MULTILINE)}
    made = {path for line in re.findall(r"mkdir -p ([^&\n]+)", HOW_TO) for path in line.split()}
    assert roots | caches <= made


def metrics_of(expressions: list[str]) -> set[str]:
    return {name for text in expressions for name in re.findall(r"\b(?:catmaid|process)_\w+", text)}


def known_metrics() -> set[str]:
    assert answer_meter.ANSWERS is not None
    families = [family for family in REGISTRY.collect() if family.name.startswith("catmaid_")]
    names = {f"{family.name}{suffix}" for family in families for suffix in ("", "_total", "_bucket", "_sum", "_count")}
    return names - {"catmaid_answers_bucket"}


def test_dashboard_and_alerts_ask_for_metrics_that_exist() -> None:
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = yaml.safe_load((DEPLOY / "catmaid-rules.yml").read_text())
    alerts = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    assert metrics_of([*asked, *alerts]) == {
        "catmaid_answers_total",
        "catmaid_request_seconds_bucket",
        "catmaid_request_seconds_sum",
    }
    assert metrics_of([*asked, *alerts]) <= known_metrics()
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_the_files_agree_on_port_path_and_size() -> None:
    settings = dict(line.split("=", 1) for line in (DEPLOY / "service.env").read_text().splitlines() if line[:1] == "C")
    port, root = settings["CATMAID_PORT"], settings["CATMAID_ROOT_PATH"]
    nginx = (DEPLOY / "nginx.conf").read_text()
    assert f"server 127.0.0.1:{port};" in nginx
    assert f"location {root}/ {{" in nginx
    assert f"client_max_body_size {MAX_BODY_BYTES // 2**20}m;" in nginx
    (job,) = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())["scrape_configs"]
    assert job["metrics_path"] == f"{root}/metrics"
    assert job["static_configs"] == [{"targets": [f"127.0.0.1:{port}"]}]
    assert f"CATMAID_PORT={port}" in (DEPLOY / "Containerfile").read_text()
