"""What a published page has in it, and what it must not have."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import zlib
from pathlib import Path

import pandas as pd
import pytest

import catmaid_jupyter as cj
from tests.helpers.service import Service
from tests.integration.test_client_neurons import project

__all__ = ["project"]

FETCHED = re.compile(r"<(link|iframe|object|embed)|\ssrc=\"(?!data:)|https?://[a-z]")


def traced(project: cj.Project) -> list[int]:
    """Skeletons of two neurons of two nodes."""
    for name in ("PN é", "</script> KC"):
        root = project.edit.create_treenode(0, 0, 0, neuron_name=name)
        project.edit.create_treenode(100, 0, 0, parent_id=root)
    return [int(one) for one in project.skeletons["id"]]


def unpacked(page: str) -> bytes:
    """The page, and what is in its pack."""
    found = re.search(r'id="cj-saved">([^<]+)<', page)
    assert found is not None
    return page.encode() + zlib.decompress(base64.b64decode(found.group(1)))


async def test_it_has_what_is_shown_and_no_secrets(
    project: cj.Project, service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def story() -> None:
        skeletons = traced(project)
        project.annotate(skeletons[:1], "DA1 </script> ü")
        found = project.selection(skeletons)
        viewer = project.viewer3d(found)
        viewer.shade("creator")
        path = tmp_path / "figure.html"
        stack = project.viewer()
        places = (stack.keys_place, stack.layers[0].edits_place, stack.layers[0].kernel_id)
        cj.publish(
            path,
            viewer | found.widget,
            found,
            project.workspace(stack, project.treenode_table(found)),
            title="A <b> title",
            text="One\n\nTwo",
        )
        page = path.read_text()
        assert "<h1>A &lt;b&gt; title</h1>" in page
        assert "<p>One</p><p>Two</p>" in page
        assert page.count("data-cj-view=") == 5
        assert page.count("</script>") == 2
        assert not FETCHED.search(page.partition("<footer>")[0])

        content = unpacked(page)
        for name in project.neurons["name"]:
            assert name.encode() in content, name
        assert "DA1 </script> ü".encode() in content
        assert b"tracer" not in content, "a user name"
        for secret in (*places, str(service.tracer.token), service.url, service.url.split("/")[2], "127.0.0.1"):
            assert secret.encode() not in content

        said = capsys.readouterr().out
        assert f"{path}: 0." in said
        assert "Colours of nodes by creator" in said
        assert "Who edited neurons" in said
        assert "Who edited neurons" in page
        assert b"tracer" in unpacked(cj.publish(path, viewer, found, with_people=True).read_text())

    await asyncio.to_thread(story)


async def test_a_module_for_myst_has_the_page(
    project: cj.Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def story() -> None:
        found = project.selection(traced(project))
        path = cj.publish(tmp_path / "figure.mjs", found, format="myst")
        module = path.read_text()
        page = json.loads(module.partition("const CJ_PAGE = ")[2].partition(";\n")[0])
        assert page["title"] == "SelectionTable of 'Test'"
        assert "<h1>" not in page["html"]
        assert b"</script> KC" in unpacked(page["html"])
        assert "as default" in module
        assert capsys.readouterr().out.endswith("```{anywidget} ./figure.mjs\n{}\n```\n")
        titled = cj.publish(tmp_path / "other.mjs", found, format="myst", title="Two neurons").read_text()
        assert "<h1>Two neurons</h1>" in titled

    await asyncio.to_thread(story)


async def test_what_cannot_be_published_is_told_and_nothing_is_written(project: cj.Project, tmp_path: Path) -> None:
    def story() -> None:
        path = tmp_path / "figure.html"
        found = project.selection(traced(project))
        for given, words in (
            ([], "nothing to publish"),
            ([project.history()], "A HistoryTable cannot be published"),
            ([project.neuron_search("*")], "A NeuronSearch cannot be published"),
            ([pd.DataFrame({"a": [1]})], "can be published, not DataFrame"),
        ):
            with pytest.raises(cj.InvalidInput, match=words):
                cj.publish(path, *given)
        with pytest.raises(cj.InvalidInput, match=r'publish\("figure.mjs", …, format="myst"\)'):
            cj.publish(path, found, format="myst")
        with pytest.raises(cj.InvalidInput, match="no format 'pdf': take 'html' or 'myst'"):
            cj.publish(path, found, format="pdf")
        with pytest.raises(cj.InvalidInput, match="There is no folder"):
            cj.publish(tmp_path / "none" / "figure.html", found)
        with pytest.raises(cj.InvalidInput, match="not -1"):
            cj.publish(path, found, sections=-1)
        with pytest.raises(cj.InvalidInput, match=r"would have 0\.\d+ MB, and the limit is 0\.01 MB"):
            cj.publish(path, found, limit_mb=0.01)
        assert not path.exists()

    await asyncio.to_thread(story)
