import { expect, test, vi } from "vitest";
import { ActiveReading } from "../../src/tracing-layer/data/active-reading";
import { Graph, Relation } from "../../src/tracing-layer/data/graph";
import type { Active, Selection } from "../../src/tracing-layer/data/selection";
import { withSynapse } from "./fixtures";

/** Around the synapse of `withSynapse`, and elsewhere. */
const HERE = { left: 0, top: 0, right: 500, bottom: 500, z1: 0, z2: 200 };
const THERE = { ...HERE, z1: 1000, z2: 1200 };

/** What is active, the graph that is shown, and what would be read. */
function bench(active: Active | null, shown: Graph) {
  const state = { active, shown };
  const refresh = vi.fn(() => Promise.resolve());
  const selection = {
    get active() {
      return state.active;
    },
    get position() {
      return state.active ? state.shown.position(state.active.id) : undefined;
    },
    idsToRead: () => ({ treenode_ids: [], connector_ids: state.active ? [state.active.id] : [] }),
    modelChanged: () => {},
  } as unknown as Selection;
  const reading = new ActiveReading({ graph: () => state.shown, selection, refresh });
  /** Read a box in which there is nothing but, by its id, connector 20. */
  const readAway = (hasConnector = true) => {
    reading.around(THERE);
    const graph = Graph.empty();
    if (hasConnector) graph.connectors.put(20, { x: 150, y: 50, z: 50, confidence: 5, time: 1 });
    const missed = reading.read(graph);
    state.shown = graph;
    return { graph, missed };
  };
  return { reading, state, refresh, readAway };
}

const CONNECTOR: Active = { kind: "connector", id: 20 };

test("the active connector keeps its links where these were not read", () => {
  const { reading, readAway } = bench(CONNECTOR, withSynapse());
  reading.around(HERE);
  for (const { graph, missed } of [readAway(), readAway()]) {
    expect(missed).toBeNull();
    expect(graph.linksOfConnector(20)).toEqual([2]);
    expect(graph.links.value(2, "relation")).toBe(Relation.Presynaptic);
  }
  expect(reading.isFar()).toBe(true);
  expect(reading.lacksLinks).toBe(false);
});

test("links are as they were read where the connector is", () => {
  const { reading } = bench(CONNECTOR, withSynapse());
  reading.around(HERE);
  const graph = withSynapse();
  graph.links.remove(2);
  reading.read(graph);
  expect(graph.linksOfConnector(20)).toEqual([]);
  expect(reading.isFar()).toBe(false);
});

test("links that others may have changed are not known, nor are those of a connector that was never shown", () => {
  const changed = bench(CONNECTOR, withSynapse());
  changed.reading.around(HERE);
  changed.readAway();
  changed.reading.changed([20]);
  expect(changed.reading.lacksLinks).toBe(true);
  expect(changed.readAway().graph.linksOfConnector(20)).toEqual([]);
  const never = bench({ kind: "treenode", id: 20 }, Graph.empty());
  never.readAway();
  never.state.active = CONNECTOR;
  expect(never.reading.lacksLinks).toBe(true);
  never.reading.around(HERE);
  never.reading.read(withSynapse());
  never.state.shown = withSynapse();
  expect(never.reading.lacksLinks).toBe(false);
});

test("what was asked for and is not there is missed", () => {
  const { readAway } = bench(CONNECTOR, withSynapse());
  expect(readAway(false).missed).toEqual({ active: CONNECTOR, parent: null });
});

test("what is chosen elsewhere is read at once, unless it is here", async () => {
  const { reading, state, refresh } = bench({ kind: "treenode", id: 2 }, withSynapse());
  reading.chosen();
  expect(reading.coming).toBeNull();
  state.active = { kind: "treenode", id: 4711 };
  reading.chosen();
  expect(refresh).toHaveBeenCalledOnce();
  await reading.coming;
  expect(reading.coming).toBeNull();
});
