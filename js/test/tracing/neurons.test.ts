import { expect, test } from "vitest";
import { FLAG } from "../../src/shared/selection/delta";
import { Sections } from "../../src/tracing-layer/data/section";
import { skeletonColor } from "../../src/tracing-layer/draw/palette";
import { hiddenConnectors, NeuronLook } from "../../src/tracing-layer/neurons/neuron-look";
import { twoSkeletons, withSynapse } from "./fixtures";

const SHOWN = FLAG.VISIBLE | FLAG.PRE;

/** A selection with these colours and flags by skeleton. */
function storeOf(rows: Record<number, [rgba: number, flags: number]>) {
  return {
    has: (id: number) => id in rows,
    colorOf: (id: number) => rows[id]?.[0],
    flagsOf: (id: number) => rows[id]?.[1] ?? 0,
  };
}

const store = storeOf({ 100: [0x102030ff, SHOWN | FLAG.SELECTED], 200: [0x405060ff, SHOWN], 300: [0, 0] });

test("given colours come before those of the selection, which come before those of ids", () => {
  const look = new NeuronLook({ colors: { "200": "red" }, colorBy: "selection", shown: "all", store });
  expect([100, 200, 400].map((id) => look.colorOf(id, 1))).toEqual([
    "#102030ff",
    "red",
    skeletonColor(400, {}),
  ]);
});

test("users have colours of their own", () => {
  const look = new NeuronLook({ colors: { "100": "red" }, colorBy: "user", shown: "all", store });
  expect(look.colorOf(100, 7)).toBe(look.colorOf(200, 7));
  expect(look.colorOf(100, 7)).not.toBe(look.colorOf(100, 9));
});

test.each([
  ["all", [100, 200, 400]],
  ["selection", [100, 200]],
  ["selected", [100]],
] as const)("what is shown of %s", (shown, ids) => {
  const look = new NeuronLook({ colors: {}, colorBy: "selection", shown, store });
  expect([100, 200, 300, 400].filter((id) => look.isShown(id))).toEqual(ids);
  const unlinked = new NeuronLook({ colors: {}, colorBy: "selection", shown, store: null });
  expect(unlinked.isShown(300)).toBe(true);
});

test("links follow the switches of their neuron", () => {
  const look = new NeuronLook({ colors: {}, colorBy: "selection", shown: "all", store });
  const graph = withSynapse();
  const relation = graph.links.value(2, "relation") as number;
  expect([
    look.showsLink(100, relation),
    look.showsLink(300, relation),
    look.showsLink(400, relation),
  ]).toEqual([true, false, true]);
});

test("what is hidden is not under the pointer, and neither are its connectors", () => {
  const sections = new Sections();
  const slab = { depth: 0, thickness: 50 };
  const hidden = { isShown: (id: number) => id !== 100, key: "200 only" };
  const graph = twoSkeletons();
  expect(sections.section(graph, slab).at(0, 0, 9)).toEqual({ kind: "treenode", id: 1 });
  expect(sections.section(graph, slab, hidden).at(0, 0, 9)).toBeNull();
  expect(sections.section(graph, slab, hidden).at(0, 500, 9)).toEqual({ kind: "treenode", id: 10 });
  expect([...hiddenConnectors(withSynapse(), hidden.isShown)]).toEqual([20]);
  expect([...hiddenConnectors(withSynapse(), () => true)]).toEqual([]);
});
