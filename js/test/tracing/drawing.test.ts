import { expect, test } from "vitest";
import type { View } from "../../src/shared/layer";
import { type Graph, NO_PARENT } from "../../src/tracing-layer/data/graph";
import { SectionIndex, topologyOf } from "../../src/tracing-layer/data/section";
import { connectorRadius, gatherConnectors, gatherLinks } from "../../src/tracing-layer/draw/connectors";
import { crowdRadius, gatherDots, nodeRadius } from "../../src/tracing-layer/draw/dots";
import { gatherEdges } from "../../src/tracing-layer/draw/edges";
import {
  ACTIVE_BEFORE,
  ACTIVE_BEHIND,
  ACTIVE_SKELETON,
  categoryColor,
} from "../../src/tracing-layer/draw/palette";
import type { NodeLook, Picture } from "../../src/tracing-layer/draw/picture";
import type { Places } from "../../src/tracing-layer/draw/places";
import { isCrowdOfDots, SectionSheet } from "../../src/tracing-layer/draw/sheet";
import { placeWords, type Words } from "../../src/tracing-layer/draw/words";
import { NeuronLook } from "../../src/tracing-layer/neurons/neuron-look";
import { twoSkeletons, withSynapse } from "./fixtures";

const SLAB = { depth: 50, thickness: 50 };

function picture(graph: Graph, look: Partial<NodeLook> = {}): Picture {
  const topology = topologyOf(graph);
  return {
    graph,
    topology,
    slab: SLAB,
    section: new SectionIndex(graph, topology, SLAB),
    look: {
      activeSkeleton: null,
      colorOf: (skeleton) => `color of ${skeleton}`,
      isShown: () => true,
      showsLink: () => true,
      opacity: 1,
      labels: true,
      fadeSections: 2,
      pending: new Set(),
      ...look,
    },
  };
}

const numbers = (places: Places): number[] => Array.from({ length: places.length }, (_, at) => places.at(at));

test("a section is gathered part by part, each once", () => {
  let asked = 0;
  const colorOf = (): string => `color ${asked++}`;
  const sheet = new SectionSheet(picture(withSynapse(), { colorOf }));
  const before: number[] = [];
  do before.push(asked);
  while (!sheet.gather());
  expect(before[0]).toBe(0);
  expect(new Set(before).size).toBeGreaterThan(2);
  const all = asked;
  sheet.whole();
  expect(asked).toBe(all);
});

test("edges near the section are one group for a colour and a distance", () => {
  const groups = gatherEdges(picture(twoSkeletons()));
  expect(groups.map(({ color, level, ends }) => [color, level, numbers(ends)])).toEqual([
    ["color of 200", 1, [100, 500, 0, 500]],
    ["color of 100", 0, [100, 0, 0, 0, 200, 0, 100, 0]],
  ]);
});

test("the active neuron's edges change colour where they leave the section", () => {
  const groups = gatherEdges(picture(twoSkeletons(), { activeSkeleton: 100, isShown: (id) => id === 100 }));
  const byColor = new Map(groups.map(({ color, ends }) => [color, numbers(ends)]));
  expect(byColor.get(ACTIVE_SKELETON)).toEqual([100, 0, 50, 0, 150, 0, 100, 0]);
  expect(byColor.get(ACTIVE_BEFORE)).toEqual([50, 0, 0, 0]);
  expect(byColor.get(ACTIVE_BEHIND)).toEqual([200, 0, 150, 0]);
  expect(groups.every(({ active }) => active)).toBe(true);
});

test("edges are cut at the last section that shows", () => {
  const graph = twoSkeletons();
  graph.nodes.put(3, { z: 450 });
  const [, , , , x] = numbers(gatherEdges(picture(graph, { fadeSections: 0 })).at(-1)?.ends as Places);
  expect(x).toBe(100 + (100 * 25) / 400);
});

test("nodes of the sections before and behind have their own shapes", () => {
  const dots = gatherDots(picture(twoSkeletons()));
  expect(dots.map(({ kind, level, places }) => [kind, level, numbers(places)])).toEqual([
    ["behind", 1, [200, 0]],
    ["before", 1, [0, 0]],
    ["before", 1, [0, 500, 100, 500]],
    ["node", 0, [100, 0]],
  ]);
});

test("roots, ends and nodes that are not confirmed stand out", () => {
  const graph = twoSkeletons();
  graph.nodes.put(1, { z: 50 });
  graph.nodes.put(3, { z: 50 });
  graph.nodes.put(2, { parent: NO_PARENT });
  const dots = gatherDots(picture(graph, { pending: new Set([3]) }));
  const byKind = new Map(dots.map(({ kind, places }) => [kind, numbers(places)]));
  expect(byKind.get("root")).toEqual([0, 0, 100, 0]);
  expect(byKind.get("pending")).toEqual([200, 0]);
  expect(byKind.get("end")).toEqual([200, 0]);
});

test("links and connectors are gathered by distance, hidden ones are left out", () => {
  const graph = withSynapse();
  expect(numbers(gatherLinks(picture(graph))[0]?.ends as Places)).toEqual([150, 50, 100, 0]);
  expect(numbers(gatherConnectors(picture(graph))[0]?.places as Places)).toEqual([150, 50]);
  expect(gatherLinks(picture(graph, { showsLink: () => false }))).toEqual([]);
});

test("words do not lie on each other, and three points stand for what has no room", () => {
  const word = { text: "ends", x: 0, y: 0, isOnPlace: false, isOwn: true };
  const placed = placeWords(Array(6).fill(word), 10, (text) => text.length * 6);
  const boxes = placed.map(({ dx, dy, width }) => [dx, dy - 7, dx + width, dy + 7] as const);
  for (const [at, [left, top, right, bottom]] of boxes.entries()) {
    for (const [l, t, r, b] of boxes.slice(at + 1))
      expect(l < right && r > left && t < bottom && b > top).toBe(false);
  }
  expect(placed.map(({ text }) => text)).toEqual(["ends", "ends", "ends", "ends"]);
  const near = placeWords(
    [word, { ...word, text: "a long sentence", x: 40, y: -150 }],
    10,
    (text) => text.length * 60,
  );
  expect(near.map(({ text }) => text)).toEqual(["ends", "a long sentence"]);
});

test("words that have no room nearby are three points", () => {
  const long = { text: "a long tag of one node", x: 0, y: 0, isOnPlace: true, isOwn: false };
  const placed = placeWords([long, { ...long, x: -100 }], 10, (text) => text.length * 6);
  expect(placed.map(({ text }) => text)).toEqual(["a long tag of one node", "…"]);
});

test("where words are many, those of other neurons leave most of the tissue free", () => {
  const spread = (isOwn: boolean, left: number): Words[] =>
    Array.from({ length: 8 }, (_, at) => ({ text: "ends", x: left, y: 120 * at, isOnPlace: false, isOwn }));
  const placed = placeWords([...spread(true, 0), ...spread(false, 1000)], 10, (text) => text.length * 6);
  const whole = placed.filter(({ text }) => text === "ends");
  expect(whole.filter(({ isOwn }) => isOwn)).toHaveLength(8);
  expect(whole.filter(({ isOwn }) => !isOwn)).toHaveLength(0);
  const apart = placeWords(spread(false, 1000), 10, (text) => text.length * 6);
  expect(apart.map(({ text }) => text).join(" ")).toBe("ends ends ends … … … … …");
});

test("no two categories have the same colour", () => {
  expect(new Set(Array.from({ length: 100 }, (_, index) => categoryColor(index))).size).toBe(100);
});

test("colours by depth and by skeleton do not ask the selection", () => {
  const store = { has: () => true, colorOf: () => 0xff0000ff, flagsOf: () => 255 };
  const look = (colorBy: "depth" | "skeleton" | "selection"): NeuronLook =>
    new NeuronLook({ colors: {}, colorBy, shown: "all", store });
  expect([-2, 0, 1].map((away) => look("depth").colorOf(5, 1, away))).toEqual([
    ACTIVE_BEFORE,
    "#f4f4f4",
    ACTIVE_BEHIND,
  ]);
  expect(look("selection").colorOf(5, 1)).toBe("#ff0000ff");
  expect(look("skeleton").colorOf(5, 1)).not.toBe("#ff0000ff");
});

test("in a crowd nothing is so large that it hides the image", () => {
  for (const nmPerPixel of [0.5, 4, 16]) {
    expect(crowdRadius(nmPerPixel)).toBeLessThanOrEqual(nodeRadius(nmPerPixel));
    expect(crowdRadius(nmPerPixel)).toBeLessThanOrEqual(2.5);
    expect(connectorRadius(nmPerPixel, true)).toBe(crowdRadius(nmPerPixel));
  }
});

test("a narrow view is crowded with fewer nodes than a wide one, and later where nodes are small", () => {
  const crowded = (count: number, width: number, nmPerPixel: number): boolean =>
    isCrowdOfDots(count, { width, height: 400, nmPerPixel } as View);
  expect([crowded(500, 280, 4), crowded(500, 1400, 4), crowded(500, 280, 60)]).toEqual([true, false, false]);
  expect([crowded(1500, 1e6, 4), crowded(1501, 1e6, 4)]).toEqual([false, true]);
});
