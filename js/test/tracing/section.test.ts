import { describe, expect, test } from "vitest";
import { Graph } from "../../src/tracing-layer/data/graph";
import { PointGrid } from "../../src/tracing-layer/data/grid";
import { linkAt } from "../../src/tracing-layer/data/links";
import { crossing, SectionIndex, topologyOf } from "../../src/tracing-layer/data/section";
import { withSynapse } from "./fixtures";

describe("grid", () => {
  const count = 400;
  const x = Float64Array.from({ length: count }, (_, at) => (at * 7919) % 1009);
  const y = Float64Array.from({ length: count }, (_, at) => (at * 104729) % 997);
  const members = Int32Array.from({ length: count / 2 }, (_, at) => at * 2);
  const grid = PointGrid.over(x, y, members);

  test.each([
    [500, 500, 60],
    [0, 0, 200],
    [-300, 400, 350],
    [1008, 996, 30],
    [5000, 5000, 10],
  ])("finds what a search through all finds: %d, %d within %d", (px, py, reach) => {
    const distance = (row: number): number => Math.hypot((x[row] ?? 0) - px, (y[row] ?? 0) - py);
    const near = [...members]
      .filter((row) => distance(row) <= reach)
      .sort((a, b) => distance(a) - distance(b));
    const found = grid.nearest(px, py, reach);
    expect(found === -1 ? Infinity : distance(found)).toBe(
      near[0] === undefined ? Infinity : distance(near[0]),
    );
  });

  test("holds none, one, and many on one spot", () => {
    expect(PointGrid.over(x, y, new Int32Array(0)).nearest(0, 0, 1e9)).toBe(-1);
    expect(PointGrid.over(x, y, Int32Array.of(3)).nearest(x[3] ?? 0, y[3] ?? 0, 1)).toBe(3);
    const same = new Float64Array(50);
    expect(PointGrid.over(same, same, Int32Array.from(same.keys())).nearest(1, 1, 5)).toBeGreaterThanOrEqual(
      0,
    );
  });
});

describe("crossing", () => {
  const slab = { depth: 100, thickness: 50 };

  test("is where the edge passes through the middle of the section", () => {
    expect(crossing(0, 200, slab)).toBe(0.5);
    expect(crossing(150, 50, slab)).toBe(0.5);
    expect(crossing(50, 250, slab)).toBe(0.25);
  });

  test("is none where an end lies on the section, or both lie on one side", () => {
    expect(crossing(100, 300, slab)).toBeNaN();
    expect(crossing(0, 110, slab)).toBeNaN();
    expect(crossing(200, 300, slab)).toBeNaN();
    expect(crossing(0, 50, slab)).toBeNaN();
  });
});

function indexOf(graph: Graph, depth: number): SectionIndex {
  return new SectionIndex(graph, topologyOf(graph), { depth, thickness: 50 });
}

describe("a section", () => {
  test("has the treenodes and connectors within half its thickness", () => {
    const graph = withSynapse();
    const section = indexOf(graph, 50);
    const ids = [...section.nodes].map((row) => graph.nodes.columns.id[row]);
    expect(ids).toEqual([2]);
    expect(section.connectors.length).toBe(1);
  });

  test("has a virtual node where an edge passes between sections", () => {
    const graph = withSynapse();
    graph.nodes.put(3, { x: 300, y: 40, z: 250 });
    expect(indexOf(graph, 150).at(200, 20, 5)).toEqual({ kind: "virtual", id: 3, parent: 2, x: 200, y: 20 });
    expect(indexOf(graph, 250).virtual.child.length).toBe(0);
  });

  test("an edge whose parent is not loaded has no virtual node", () => {
    const graph = withSynapse();
    graph.nodes.put(3, { z: 250 });
    graph.nodes.remove(2);
    expect(indexOf(graph, 150).virtual.child.length).toBe(0);
  });

  test("gives the nearer of node and connector, and nothing beyond reach", () => {
    const section = indexOf(withSynapse(), 50);
    expect(section.at(104, 0, 60)).toEqual({ kind: "treenode", id: 2 });
    expect(section.at(148, 48, 60)).toEqual({ kind: "connector", id: 20 });
    expect(section.at(400, 400, 60)).toBeNull();
  });
});

describe("a link", () => {
  const slab = { depth: 50, thickness: 50 };

  test("is found along its line, not beyond its ends", () => {
    const graph = withSynapse();
    expect(linkAt(graph, slab, 125, 25, 5)).toBe(2);
    expect(linkAt(graph, slab, 125, 40, 5)).toBeNull();
    expect(linkAt(graph, slab, 80, -20, 5)).toBeNull();
  });

  test("is not found from a section on which neither end lies", () => {
    expect(linkAt(withSynapse(), { depth: 200, thickness: 50 }, 125, 25, 5)).toBeNull();
  });
});

test("topology counts the children that are here", () => {
  const graph = withSynapse();
  graph.nodes.put(4, { parent: 1 });
  graph.nodes.put(5, { parent: 999 });
  const { children, parentRow } = topologyOf(graph);
  expect(children[graph.nodes.row(1)]).toBe(2);
  expect(children[graph.nodes.row(3)]).toBe(0);
  expect(parentRow[graph.nodes.row(5)]).toBe(-1);
  expect(topologyOf(Graph.empty()).parentRow.length).toBe(0);
});
