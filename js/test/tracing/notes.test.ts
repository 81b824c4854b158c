import { describe, expect, test } from "vitest";
import type { ConcernedNeuron, EditPreview } from "../../src/tracing-layer/data/kernel";
import {
  isPlaceholder,
  joinNotes,
  LARGE,
  rerootNotes,
  splitNotes,
} from "../../src/tracing-layer/dialogs/notes";

const PLAIN: ConcernedNeuron = {
  skeleton_id: 7,
  name: "first",
  owner: "",
  annotations: [],
  locked_by: [],
  is_stable: false,
  may_edit: true,
  reviewed: 0,
  samplers: 0,
};

function preview(sizes: number[], ...neurons: Array<Partial<ConcernedNeuron>>): EditPreview {
  const parts = sizes.map((nodes) => ({
    nodes,
    cable_length: 1,
    positions: new Float32Array(),
    parents: new Int32Array(),
  }));
  return { parts, neurons: neurons.map((one) => ({ ...PLAIN, ...one })), marks: [] };
}

const texts = (notes: Array<{ level: string; text: string }>) =>
  notes.map(({ level, text }) => `${level}: ${text}`);

describe("before a split", () => {
  test("nothing is said of a small neuron of one's own", () => {
    expect(splitNotes(preview([3, LARGE], {}))).toEqual([]);
  });

  test("what is foreign, locked, reviewed, stable, large or sampled is", () => {
    const found = preview([LARGE, LARGE], {
      owner: "ana",
      locked_by: ["ana", "bo"],
      reviewed: 0.4,
      is_stable: true,
      samplers: 2,
    });
    expect(texts(splitNotes(found))).toEqual([
      "warning: “first” is locked by ana, bo.",
      "warning: “first” belongs to ana.",
      "warning: Less than 1% of “first” is reviewed.",
      "warning: “first” is annotated stable.",
      `warning: Both parts are large: each has ${LARGE} nodes or more.`,
      expect.stringMatching(/^warning: “first” has 2 samplers, which stay with the part that has the root/),
    ]);
  });

  test("a neuron that may not be changed is refused", () => {
    expect(texts(splitNotes(preview([1, 1], { may_edit: false, locked_by: ["ana"] })))).toEqual([
      "refusal: “first” is locked by ana: you may not change it.",
    ]);
    expect(texts(splitNotes(preview([1, 1], { may_edit: false, name: "" })))).toEqual([
      "refusal: Skeleton 7 may not be changed by you.",
    ]);
  });
});

describe("before another root", () => {
  test("what is locked, foreign, stable or sampled is said, and nothing is refused", () => {
    const found = preview([3], {
      may_edit: false,
      locked_by: ["ana"],
      owner: "ana",
      is_stable: true,
      samplers: 1,
    });
    expect(texts(rerootNotes(found))).toEqual([
      "warning: “first” is locked by ana.",
      "warning: “first” belongs to ana.",
      "warning: “first” is annotated stable.",
      expect.stringMatching(/^warning: “first” has a sampler: /),
    ]);
    expect(rerootNotes(preview([LARGE], { reviewed: 50 }))).toEqual([]);
  });
});

describe("before a join", () => {
  test("a stable neuron keeps its name, and two are not joined", () => {
    expect(texts(joinNotes(preview([1, 1], {}, { name: "second", is_stable: true })))).toEqual([
      "warning: “second” is annotated stable: it keeps its name.",
    ]);
    expect(joinNotes(preview([1, 1], { is_stable: true }, { is_stable: true }))[0]?.level).toBe("refusal");
  });

  test("large ones, reviews and samplers are said of either", () => {
    const found = preview([LARGE, LARGE], { reviewed: 99.9 }, { name: "second", samplers: 1 });
    expect(texts(joinNotes(found))).toEqual([
      "warning: 99% of “first” is reviewed.",
      `warning: Both neurons are large: each has ${LARGE} nodes or more.`,
      "warning: “second” has a sampler.",
    ]);
  });
});

describe("a join is not asked about", () => {
  const alone = { name: "Neuron 17" };

  test("if what goes is a node that is alone, and nobody named or annotated it", () => {
    expect(isPlaceholder(preview([300, 1], { reviewed: 50, owner: "ana" }, alone))).toBe(true);
  });

  test.each<[string, number[], Partial<ConcernedNeuron>, Partial<ConcernedNeuron>]>([
    ["more nodes", [300, 2], {}, alone],
    ["the clicked one is the large one", [1, 300], {}, alone],
    ["a name", [300, 1], {}, { name: "PN 17" }],
    ["an annotation", [300, 1], {}, { ...alone, annotations: [{ name: "PN", user_id: 1, user: "ana" }] }],
    ["somebody else's", [300, 1], {}, { ...alone, owner: "ana" }],
    ["reviewed", [300, 1], {}, { ...alone, reviewed: 100 }],
    ["a sampler", [300, 1], {}, { ...alone, samplers: 1 }],
    ["a lock of the active one", [300, 1], { may_edit: false, locked_by: ["ana"] }, alone],
  ])("but with %s it is", (_, sizes, own, other) => {
    expect(isPlaceholder(preview(sizes, own, other))).toBe(false);
  });
});
