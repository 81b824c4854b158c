"""CATMAID's mouse gestures and keys, one a row: what is done, and all that is otherwise afterwards.

The rows are read with `key_scene.NODES` at hand. `then` names everything that has changed in the store, what is active
if it is not what was, and the section and zoom that are shown, if they are others; places of the view where it says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catmaid_wire.commands import KEYED_TAGS


@dataclass(frozen=True)
class Row:
    """One gesture.

    Attributes
    ----------
    gesture
        As CATMAID's manual has it, and in which case.
    active
        What is active before; None for nothing.
    do
        Steps as `gestures.perform` has them.
    then
        Words of `key_scene.Difference`, and what is active and shown, `; ` between them; or `as before`.
    says
        What the viewer tells, in part.
    page
        A condition on `element` (the viewer), `viewer` and `tracing` that becomes true.
    kernel
        An expression of Python and its value.
    given
        What the notebook has done before.
    """

    gesture: str
    active: str | None
    do: str
    then: str = ""
    says: str = ""
    page: str = ""
    kernel: tuple[str, Any] | None = None
    given: str = ""


CLICKS = (
    Row("click in space", "tip", "click 150,60", "new child of tip; active new"),
    Row("click in space, nothing active", None, "click 150,60", "new a root; active new"),
    Row("click on a node", "tip", "click twig", "active twig"),
    Row(
        "click on a virtual node", "tip", "key .; sections 1; click -120,120",
        "section +1; active edge of deep",
    ),
    Row(
        "click on a virtual node, which is made real", "tip",
        "key .; sections 1; click -120,120; click 0,200",
        "section +1; new child of twig; deep child of new; new2 child of new; active new2",
    ),
    Row(
        "click in space, synaptic connector active: it has a presynaptic node", "syn", "click 150,-50",
        "new a root; new postsynaptic syn; active new",
    ),
    Row(
        "click in space, synaptic connector active: it has none", "lone", "click 150,-50",
        "new a root; new presynaptic lone; active new",
    ),
    Row(
        "click in space, synaptic connector active that is far away", "syn", "wheel 6; sections 6; click 150,-50",
        "section +6; new a root; new postsynaptic syn; active new",
    ),
    Row(
        "Shift-click in space, treenode active", "tip", "shift click 150,60",
        "connector made; tip presynaptic connector; active connector",
    ),
    Row(
        "Shift-click in space, connector active", "syn", "shift click 150,60",
        "new a root; new postsynaptic syn",
    ),
    Row(
        "Shift-click on a treenode, treenode active", "tip", "shift click other; yes",
        "other child of tip; not called other; active other",
    ),
    Row(
        "Shift-click on a treenode that is alone", "tip",
        "ctrl click 150,60; click 150,60; stored new a root; click tip; shift click 150,60",
        "new child of tip; active new",
    ),
    Row("Shift-click on a treenode, connector active", "lone", "shift click other", "other postsynaptic lone"),
    Row("Shift-click on a connector, treenode active", "tip", "shift click lone", "tip presynaptic lone"),
    Row(
        "Shift-click on a connector that has a presynaptic node", "tip", "shift click syn",
        says="This connector has a presynaptic node already.",
    ),
    Row(
        "Shift+Alt-click in space, treenode active", "tip", "shift+alt click 150,60",
        "connector made; tip postsynaptic connector; active connector",
    ),
    Row(
        "Shift+Alt-click in space, connector active", "lone", "shift+alt click 150,60",
        "new a root; new presynaptic lone",
    ),
    Row("Shift+Alt-click on a connector", "tip", "shift+alt click lone", "tip postsynaptic lone"),
    Row("Shift+Alt-click on a node, connector active", "lone", "shift+alt click other", "other presynaptic lone"),
    Row(
        "Alt-click in space", "tip", "alt click 150,60; choose Gap junction",
        "connector made; tip gapjunction connector; active connector",
    ),
    Row("Alt-click on a connector", "tip", "alt click lone; choose Desmosome", "tip desmosome lone"),
    Row("Alt-click on a node, connector active", "lone", "alt click other; choose Abutting", "other abutting lone"),
    Row("Alt-click, and Cancel", "tip", "alt click lone; choose Cancel; click twig", "active twig"),
    Row("Ctrl-click in space", "tip", "ctrl click 150,60", "active nothing"),
    Row("Ctrl-click on a node", "tip", "ctrl click twig", "active nothing"),
    Row("Ctrl+Shift-click on a node", "tip", "ctrl+shift click tip", "tip gone; active mid"),
    Row(
        "Ctrl+Shift-click on a node with links", "tip", "ctrl+shift click mid; yes",
        "mid gone; tip child of fork; not mid presynaptic syn",
    ),
    Row("Ctrl+Shift-click on a connector", "tip", "ctrl+shift click lone", "lone gone"),
    Row(
        "Ctrl+Shift-click on a connector with links", "tip", "ctrl+shift click syn; yes",
        "syn gone; not mid presynaptic syn; not partner postsynaptic syn",
    ),
    Row("Ctrl+Shift-click on an edge", "tip", "ctrl+shift click -100,2; yes", "mid a root"),
    Row("Ctrl+Shift-click on an arrow", "tip", "ctrl+shift click -50,-60", "not mid presynaptic syn"),
    Row(
        "Ctrl+Alt-click in space", "root", "ctrl+alt click 0,30",
        "new child of mid; tip child of new; active new",
    ),
    Row("drag a node", "tip", "drag tip to 110,50", "tip moved 60,50"),
    Row("drag a connector", "tip", "drag lone to 200,-40", "lone moved -20,60; active lone"),
    Row(
        "drag a virtual node, which inserts one", "tip", "key .; sections 1; drag -120,120 to -60,60",
        "section +1; new child of twig; deep child of new; active new",
    ),
    Row("drag in space", "tip", "drag 150,60 to 240,120", "view -30,-20 px"),
    Row("middle drag in space", "tip", "middle 150,60 to 240,120", "view -30,-20 px"),
    Row(
        "hover a node", "tip", "hover twig",
        page="element.querySelector('[data-testid=tip]').textContent.startsWith('traced\\nnode ')",
    ),
    Row(
        "hover an arrow", "tip", "hover -50,-60",
        page="element.querySelector('[data-testid=tip]').textContent.includes('presynaptic to connector')",
    ),
)  # fmt: skip
"""Mouse of the tracing tool."""

GOING = (
    Row("[", "fork", "key [", "active root"),
    Row("[ to the parent, section by section", "deep", "key a; sections 3; key [", "section +2; active edge of deep"),
    Row("Ctrl+[", "deep", "key ctrl+[", "active twig"),
    Row("]", "fork", "key ]", "active mid"),
    Row("] to a child, section by section", "twig", "key ]", "section +1; active edge of deep"),
    Row("Shift+]", "mid", "key shift+]", "active twig"),
    Row("Ctrl+]", "twig", "key ctrl+]", "section +3; active deep"),
    Row("Ctrl+Shift+]", "mid", "key ctrl+shift+]", "active twig"),
    Row("R", "fork", "key r", "active root"),
    Row("Shift+R", "fork", "key r; at root; key shift+r", "active tip"),
    Row("Shift+R again, and back", "fork", "key r; at root; key alt+shift+r", "section +3; active deep"),
    Row("Alt+R", "fork", "key alt+r", "section +3; active deep"),
    Row("V", "root", "key v", "active fork"),
    Row("V at a branch", "fork", "key v", "active tip"),
    Row("Shift+V", "fork", "key v; at tip; key shift+v", "section +3; active deep"),
    Row("Alt+V", "fork", "key alt+v", "active mid"),
    Row("Alt+Shift+V", "fork", "key alt+v; at mid; key alt+shift+v", "section +3; active deep"),
    Row("B", "tip", "key b", "active fork"),
    Row("Alt+B", "tip", "key alt+b", "active mid"),
    Row("to the root", "tip", "key backspace", "active root"),
    Row("S on a connector", "syn", "key s", "active mid"),
    Row("S", "partner", "key s; at syn; key s; at partner; key s", "active syn"),
    Row("across a synapse", "mid", "key tab; at syn; key tab", "active partner"),
    Row("back across a synapse", "partner", "key shift+tab; at syn; key shift+tab", "active mid"),
    Row("A", "deep", "key a", "section +3; view -20,+60 px"),
    Row("A, the active connector far away", "syn", "wheel 6; sections 6; key a; sections 0", "view -17,-37 px"),
    Row("D", "tip", "key d", "active nothing"),
    Row("G", "tip", "hover 150,140; key g", "active other"),
    Row("Alt+G", "tip", "hover -60,176; key alt+g", "section +3; active deep"),
    Row("H", "tip", "key h", "section +3; active deep"),
    Row("Shift+H", "tip", "key shift+h", "active partner"),
    Row("Alt+H", "tip", "key alt+h", "section +3; active deep"),
    Row("Alt+Shift+H", "tip", "key alt+shift+h", "active partner"),
    Row(r"\ ", "tip", "key \\; answer che.k", "active far"),
    Row(r"Ctrl+\ ", "tip", "key \\; answer check; at far; click mid; key ctrl+\\", "active root"),
    Row(r"Shift+\ ", "tip", "key \\; answer check; at far; key shift+\\", "active root"),
    Row("; and `", "mid", "key ;; answer here; says “here”; click other; key `; choose here; at mid; key d",
        "active nothing"),
    Row("'", "mid", "key '; choose here", "active mid"),
    Row("/", "tip", "key /; answer partner", "active partner"),
    Row("Shift+/", "tip", "key alt+/", says="project.neuron_search()"),
    Row("X", "tip", "hover 0,100; key x; click 120,260", says="The distance is"),
    Row("F8", "tip", "key f8; says measured from; click root; key f8", "active root",
        says="350 nm along the neuron, 350 nm straight"),
    Row("I", "tip", "key i", says="made by admin on"),
    Row("F9", "tip", "key f9", says="project.history()"),
)  # fmt: skip
"""Keys of the tracing tool that go and tell."""

_OF_ACTIVE = "tracing.node(tracing.active.id)"

EDITING = (
    Row("Z", "tip", "hover 150,60; key z", "new child of tip; active new"),
    Row("Shift+Z", "tip", "hover 150,60; key shift+z",
        "connector made; tip presynaptic connector; active connector"),
    Row("Alt+Z", "root", "hover 0,30; key alt+z", "new child of mid; tip child of new; active new"),
    Row("Alt+Shift+Z", "tip", "hover 150,60; key alt+shift+z",
        "connector made; tip postsynaptic connector; active connector"),
    Row("Delete", "tip", "key delete", "tip gone; active mid"),
    Row("Shift+Delete", "partner", "key shift+delete; yes",
        "partner gone; not partner postsynaptic syn; not called partner; active nothing"),
    Row("Delete on a virtual node", "tip", "key .; sections 1; click -120,120; key delete",
        "section +1; active edge of deep; edge of deep hidden in a section", says="Reviewers skip this section"),
    Row("Alt+,", "tip", "key alt+,", "tip moved -1 section; section -1"),
    Row("Alt+.", "tip", "key alt+.", "tip moved +1 section; section +1"),
    Row("O", "tip", "key o; click 50,90; choose This node", "tip radius 90"),
    Row("O along the arbor", "tip", "key o; click 50,90; choose To the previous branch",
        "tip radius 90; mid radius 90"),
    Row("O, and Escape", "tip", "key o; key escape; click 150,60", "new child of tip; active new"),
    Row("Shift+O", "tip", "key shift+o; answer 120; choose All nodes",
        "; ".join(f"{one} radius 120" for one in ("root", "fork", "mid", "tip", "twig", "deep"))),
    Row("Ctrl+O", "tip", "key ctrl+o; click 50,90", "tip radius 90"),
    Row("Ctrl+Shift+O", "tip", "key ctrl+shift+o; answer 80", "tip radius 80"),
    *(Row(f"{level}", "tip", f"key {level}", f"tip confidence {level}") for level in range(1, 5)),
    Row("5", "tip", "key 1; stored tip confidence 1; key 5", "as before"),
    *(
        Row(f"Alt+{level}", "mid", f"key alt+{level}", f"mid presynaptic syn confidence {level}")
        for level in range(1, 5)
    ),
    Row("Alt+5", "mid", "key alt+1; stored mid presynaptic syn confidence 1; key alt+5", "as before"),
    Row("T", "tip", "key t; answer one, two", "tip tagged one; tip tagged two"),
    Row("Shift+T", "root", "key shift+t", "root not tagged check"),
    Row("Alt+T", "tip", "key alt+t; answer own, mine", "tip tagged own; tip tagged mine",
        given="viewer.layers[0].personal_tags = []"),
    Row("Alt+Shift+T", "root", "key alt+shift+t", "root not tagged check",
        given="viewer.layers[0].personal_tags = ['check']"),
    *(Row(key.upper(), "tip", f"key {key}", f"tip tagged {tag}") for _, key, tag in KEYED_TAGS),
    *(
        Row(f"Shift+{key.upper()}", "tip", f"key {key}; stored tip tagged {tag}; key shift+{key}", "as before")
        for _, key, tag in KEYED_TAGS
    ),
    Row("6", "tip", "key 6; yes", "tip a root; mid child of tip; fork child of mid; root child of fork"),
    Row("6, and Cancel", "tip", "key 6; no; key [", "active mid"),
    Row("split at active node", "mid", "key shift+x; yes", "mid a root"),
    Row("F2", "tip", "key f2; answer another", "called another; not called traced"),
    Row("F3", "tip", "key f3; answer PN", "annotated traced PN"),
    Row("Ctrl+Z", "tip", "key 2; stored tip confidence 2; key ctrl+z", "as before"),
    Row("F9: redo", "tip", "key 2; stored tip confidence 2; key ctrl+z; until " + _OF_ACTIVE + ".confidence === 5;"
        " key ctrl+shift+z", "tip confidence 2"),
)  # fmt: skip
"""Keys of the tracing tool that change something."""

REVIEWING = (
    Row("E", "fork", "key e", "active tip", page="tracing.review?.segments === 2"),
    Row("E: the next segment", "fork", "key e; at tip; key e", "section +3; active deep"),
    Row("W", "fork", "key e; at tip; key w", "tip reviewed; active mid"),
    Row(
        "W, section by section", "fork", "key e; at tip; key e; at deep; key w",
        "deep reviewed; section +2; active edge of deep",
    ),
    Row(
        "Shift+W", "fork", "key e; at tip; key w; at mid; key q; at tip; key shift+w",
        "tip reviewed; mid reviewed; active fork",
    ),
    Row("Q", "fork", "key e; at tip; key w; at mid; key q", "tip reviewed; mid reviewed; active tip"),
    Row("Q beyond the end", "fork", "key e; at tip; key e; at deep; key q", "deep reviewed; section +4; active deep"),
    Row(
        "Shift+Q", "mid", "key e; at tip; key w; at mid; key w; at fork; key shift+q",
        "tip reviewed; mid reviewed; fork reviewed; active fork", says="Nothing is left on this side",
    ),
    Row("a part under review", "mid", "key shift+e", "active tip", page="tracing.review?.segments === 1"),
    Row(
        "to the next point to proofread, and back", "tip",
        "key j; says Point 1 of 3; key j; says Point 2 of 3; key shift+j", "active root", says="Point 1 of 3",
    ),
)  # fmt: skip
"""Review and proofreading."""

_CHOSEN = "sorted(project.skeletons.set_index('id')['name'][int(one)] for one in viewer.selection.skeleton_ids)"
_GROUPS = "viewer.layers[0].visibility_groups = [[viewer.active_skeleton], [viewer.active_skeleton]]"

CHOOSING = (
    Row("Y", "tip", "key y", kernel=(_CHOSEN, ["traced"])),
    Row("Ctrl+Y", "tip", "key ctrl+y", kernel=(_CHOSEN, [])),
    Row("Shift+Y", "tip", "hover 60,0; key shift+y; click 50,170", kernel=(_CHOSEN, ["partner", "traced"])),
    Row("Ctrl+Shift+Y", "tip", "hover 60,0; key ctrl+shift+y; click 50,170", kernel=(_CHOSEN, [])),
    Row("Home", "tip", "key home", kernel=("viewer.layers[0].hidden_groups", [1]), given=_GROUPS),
    Row("Home again", "tip", "key home", kernel=("viewer.layers[0].hidden_groups", [])),
    Row("Shift+Home", "tip", "key shift+home", kernel=("viewer.layers[0].hidden_groups", [2])),
    Row("Shift+Home again", "tip", "key shift+home", kernel=("viewer.layers[0].hidden_groups", [])),
    Row("7", "tip", "key 7", kernel=("viewer.layers[0].show_labels", False)),
    Row("7 again", "tip", "key 7", kernel=("viewer.layers[0].show_labels", True)),
    Row("P held", "tip", "hold p", page="element.querySelector('[data-testid=peek] canvas')"
        " && element.querySelector('[data-testid=peek]').textContent.includes('traced 6 nodes')"),
    Row("P let go", "tip", "hold p; until element.querySelector('[data-testid=peek] canvas'); key p",
        page="element.querySelector('[data-testid=peek]').offsetParent === null"),
    Row("F10", "tip", "key f10", kernel=("viewer.layers[0].fade_sections", 0)),
    Row("F10 again", "tip", "key f10", kernel=("viewer.layers[0].fade_sections", 2)),
)  # fmt: skip
"""What is chosen and shown."""

_BIG = "viewer.big_step = 2"
_HAS_MAP = "element.querySelector('[data-testid=mini-map]')?.offsetParent"

VIEWING = (
    Row("wheel", "tip", "hover 0,60; wheel 1", "section +1"),
    Row("wheel back", "tip", "hover 0,60; wheel -1", "section -1"),
    Row("Shift wheel", "tip", "hover 0,60; shift wheel 1", "section +2", given=_BIG),
    Row("Alt wheel", "tip", "hover 0,60; ctrl wheel 2; ctrl wheel 2; alt wheel 1", "zoom 0.38; section +2"),
    Row("Ctrl wheel", "tip", "hover 0,60; ctrl wheel 1", "zoom 0.75"),
    Row("Ctrl+Shift wheel", "tip", "hover 0,60; ctrl+shift wheel 1", "zoom 0.93"),
    *(Row(key, "tip", f"key {key}", "zoom 1.41") for key in ("+", "=")),
    Row("-", "tip", "key -", "zoom 0.71"),
    *(Row(f"Shift+{key}", "tip", f"key alt+{key}", "zoom 1.07") for key in ("+", "=")),
    Row("Shift+-", "tip", "key alt+-", "zoom 0.93"),
    Row(",", "tip", "key ,", "section -1"),
    Row(".", "tip", "key .", "section +1"),
    Row("<", "tip", "key <", "section -2", given=_BIG),
    Row(">", "tip", "key >", "section +2", given=_BIG),
    Row("Ctrl+,", "tip", "key ctrl+,", "section -2", given=_BIG),
    Row("Ctrl+.", "tip", "key ctrl+.", "section +2", given=_BIG),
    Row("Shift+#", "tip", "key #; answer 3", kernel=("viewer.big_step", 3)),
    *(
        Row(f"{held}{way}", "tip", f"key {key}{way}", f"view {sign * share:+.2f},{0:+.2f}" if across else
            f"view {0:+.2f},{sign * share:+.2f}")
        for held, key, share in (("", "", 0.1), ("Shift+", "shift+", 0.5))
        for way, sign, across in (("left", -1, True), ("right", 1, True), ("up", -1, False), ("down", 1, False))
    ),
    *(
        Row(f"Alt+{way}", "tip", f"key alt+{way}", f"view {x:+d},{y:+d} px")
        for way, x, y in (("left", -1, 0), ("right", 1, 0), ("up", 0, -1), ("down", 0, 1))
    ),
    Row("Space held", "tip", "hold space",
        page="getComputedStyle(element.querySelector('[data-testid=overlay]')).visibility === 'hidden'"),
    Row("Shift+I", "tip", "hover 0,60; key shift+i", says="has the value"),
    Row("F1", "tip", "key f1", page="element.querySelector('[data-testid=help]')"),
    Row("?", "tip", "key ?", page="element.querySelector('[data-testid=help]')"),
    Row("0", "tip", "key 0", page="viewer.view.nmPerPixel * viewer.view.height >= 2500"),
    Row("overview", "tip", "key alt+0", page=_HAS_MAP, kernel=("viewer.mini_map", True)),
    Row("overview, away again", "tip", "key alt+0", page=f"!({_HAS_MAP})", kernel=("viewer.mini_map", False)),
    Row("full screen", "tip", "key alt+enter",
        page="document.fullscreenElement === element && viewer.view.height > 500"),
    Row("full screen, given back", "tip", "key alt+enter",
        page="document.fullscreenElement === null && viewer.view.height === 420"),
    Row("Esc", "tip", "key escape", page="document.activeElement?.closest('.cj-toolbar')"),
    Row("wheel on a field", "tip", "field position-z; wheel -1", "section +1"),
)  # fmt: skip
"""Navigation."""

TABLES = {
    "clicks": CLICKS,
    "going": GOING,
    "editing": EDITING,
    "reviewing": REVIEWING,
    "choosing": CHOOSING,
    "viewing": VIEWING,
}
