"""Objects of pythreejs among neurons in space, and the neurons as a scene of pythreejs."""

from __future__ import annotations

from tests.browser.site import OpenNotebook, Site
from tests.browser.space import Space
from tests.browser.test_viewer3d import cells, neurons_in_space

GREEN, BLUE = 1, 2


async def test_objects_of_pythreejs_are_seen_and_follow_python(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    notebook = await notebooks(
        *cells(
            project,
            "import numpy as np, pythreejs as p3\n"
            f"found = project.selection({skeletons}, colors='#ff0000')\n"
            "v3 = project.viewer3d(found, height=400, background='#ffffff', show_box=False)\nv3",
            "place = project.skeleton(found.skeleton_ids[1]).nodes[['x', 'y', 'z']].mean().tolist()\n"
            "ball = p3.Mesh(p3.SphereGeometry(150), p3.MeshBasicMaterial(color='#0000ff'), position=place)\n"
            "corners = np.array([[0, 0, 0], [300, 0, 0], [0, 300, 0]], np.float32)\n"
            "buffers = p3.BufferGeometry(attributes={'position': p3.BufferAttribute(corners)})\n"
            "face = p3.Mesh(buffers, p3.MeshLambertMaterial(color='#0000ff', side='DoubleSide'), position=place)\n"
            "bad = p3.BufferGeometry(attributes={'position': p3.BufferAttribute(corners * np.nan)})\n"
            "group = p3.Group(children=[p3.Mesh(bad, p3.MeshBasicMaterial(), name='holes')])\n"
            "v3.add(ball, group)",
        )
    )
    space = await Space.of(notebook)
    await notebook.becomes(
        "v3.not_drawn[['part', 'reason']].values.tolist()",
        [["holes", "BufferGeometry has a position that is no finite number: vertex 0."]],
    )
    await space.shows(BLUE)
    await notebook.value("0", "ball.material.color = '#00ff00'; ball.scale = (2, 2, 2); group.children = []")
    await notebook.becomes("len(v3.not_drawn)", 0)
    await space.shows(GREEN)
    await space.shows(BLUE, is_there=False)
    await notebook.value("0", "v3.remove(ball); v3.add(face, p3.AmbientLight())")
    await space.shows(BLUE)
    await space.shows(GREEN, is_there=False)

    index = "made.scene.children[0].children[0].children[0].geometry.index.array"
    made = await notebook.value(
        f"[type(made).__name__, len({index}), len(made.scene.children[0].children)]", "made = v3.to_pythreejs()"
    )
    assert made == ["Renderer", 18, 4]
    # What the viewer looks at is in the middle of the picture, from the same distance.
    apart = "np.subtract(v3.camera['position'], v3.camera['target'])"
    assert await notebook.value(f"bool(np.allclose(made.camera.position, {apart}))")
    assert await notebook.value("bool(np.allclose(np.negative(made.scene.children[0].position), v3.camera['target']))")


async def test_points_somata_and_open_ends_are_marked(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    root = int(project.skeleton(skeletons[0]).nodes["id"].min())
    project.edit.set_radius(root, 120)
    project.edit.set_labels(root, ["soma"])
    x, y, z = (float(one) for one in project.locate(root))
    connector = project.edit.create_connector(x + 50, y + 50, z)
    project.edit.create_link(root, connector, "presynaptic_to")
    notebook = await notebooks(
        *cells(
            project,
            f"found = project.selection({skeletons}, colors='#888888')\n"
            "v3 = project.viewer3d(found, height=400, background='#ffffff', show_box=False)\nv3",
        )
    )
    space = await Space.of(notebook)
    await space.shows(GREEN, is_there=False)
    place = f"project.skeleton({skeletons[1]}).nodes[['x', 'y', 'z']]"
    await notebook.value("0", f"v3.show_points({place}, color='#00ff00', radius=60)")
    await space.shows(GREEN)
    await notebook.value("0", "v3.hide_points(); found.set_colors('#0000ff'); found.hide(found[1:]); v3.somas = True")
    await space.shows(GREEN, is_there=False)
    marks = "viewer.marks.somata === argument[0] && viewer.marks.special === argument[1]"
    await space.until(marks, [1, 0])
    await notebook.value("0", "v3.special_nodes = ['open_end', 'labelled']")
    await space.until(marks, [1, 2])
    await notebook.value("0", "v3.arrows = True")
    await space.until("viewer.marks.arrows === argument", 1)
