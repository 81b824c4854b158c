import type { AnyModel } from "@anywidget/types";
import { describe, expect, test } from "vitest";
import type { LayerHost, LayerPointer } from "../../src/shared/layer";
import { edgeAt } from "../../src/tracing-layer/data/edges";
import { Relation } from "../../src/tracing-layer/data/graph";
import type { Kernel } from "../../src/tracing-layer/data/kernel";
import { type Hit, SectionIndex, topologyOf } from "../../src/tracing-layer/data/section";
import { Selection } from "../../src/tracing-layer/data/selection";
import { EditQuestions } from "../../src/tracing-layer/dialogs/edit-questions";
import { Hint } from "../../src/tracing-layer/edit/hint";
import { EditQueue, type EditRequest } from "../../src/tracing-layer/edit/queue";
import { Tracing } from "../../src/tracing-layer/edit/tracing";
import { Pointing } from "../../src/tracing-layer/input/pointing";
import type { TracingState } from "../../src/tracing-layer/state";
import { settle, withSynapse } from "./fixtures";

/** A layer without drawing: its commands and its mouse, over a service that never answers. */
class Bench {
  readonly requests: EditRequest[] = [];
  readonly questions: string[] = [];
  answer: string | null = "";
  readOnly = false;
  failure: unknown = null;
  reading: Promise<boolean> | null = null;
  /** Of tags and neurons. */
  names = Promise.resolve(["soma"]);
  readonly queue: EditQueue;
  readonly selection: Selection;
  readonly tracing: Tracing;
  readonly pointing: Pointing;

  /** Whether what is active lies elsewhere, and whether its links are known. */
  readonly known = { isFar: () => this.isFar, lacksLinks: false };
  isFar = false;

  constructor(depth = 50) {
    this.queue = new EditQueue(
      {
        send: () => new Promise(() => {}),
        reload: () => Promise.resolve(),
        added: (edit) => {
          const { args, state } = edit.request({ id: (id) => id, stamp: ({ id }) => [id, ""] });
          this.requests.push({ op: edit.op, args, state, key: "", group: null });
        },
        changed: () => {},
        confirmed: () => {},
        refused: () => {},
        pendingChanged: () => {},
        halted: () => {},
      },
      () => "key",
    );
    this.queue.rebase(withSynapse(), 0);
    const state: Record<string, unknown> = { active_node: null, active_skeleton: null, active_kind: null };
    const model = {
      get: (name: string) => state[name],
      set: (name: string, value: unknown) => Object.assign(state, { [name]: value }),
      save_changes: () => {},
    } as unknown as AnyModel<TracingState>;
    this.selection = new Selection(
      model,
      () => this.queue.graph,
      () => {},
    );
    const kernel = {
      labels: () => this.names,
      annotationNames: () => this.names,
      neuron: (id: number) => this.names.then(() => ({ neuron_id: id + 1, name: `n${id}` })),
      skeletons: (ids: number[]) =>
        Promise.resolve(ids.map((id) => ({ skeleton_id: id, name: `n${id}`, nodes: id / 100 }))),
    } as unknown as Kernel;
    const host = {
      ask: (question: string) => {
        this.questions.push(question);
        return Promise.resolve(this.answer);
      },
      view: () => ({ nmPerPixel: 1, plane: "xy" }),
      invalidate: () => {},
      cursor: () => {},
      notify: () => {},
    } as unknown as LayerHost;
    const shared = {
      selection: this.selection,
      host: () => host,
      isReadOnly: () => this.readOnly,
    };
    const { resolve } = this.queue;
    const questions = new EditQuestions({ kernel, resolve, host: shared.host, hasPreviews: () => false });
    this.tracing = new Tracing({ ...shared, queue: this.queue, kernel, questions, reading: this.known });
    const slab = { depth, thickness: 50 };
    this.pointing = new Pointing({
      ...shared,
      tracing: this.tracing,
      hit: ([x, y], reach) =>
        new SectionIndex(this.queue.graph, topologyOf(this.queue.graph), slab).at(x, y, reach),
      hitLink: () => null,
      reading: () => this.reading,
      hitEdge: ([x, y], reach) => edgeAt(this.queue.graph, slab, x, y, reach, () => true),
      droppedLate: () => {},
      perform: (command) => {
        try {
          void command();
        } catch (error) {
          this.failure = error;
        }
      },
    });
  }

  get ops(): string[] {
    return this.requests.map(({ op }) => op);
  }

  select(id: number): void {
    this.selection.select({ kind: this.queue.graph.kind(id) ?? "treenode", id });
  }

  /** Press, move if there is somewhere to go, and let go, as the viewer tells it. */
  mouse(x: number, y: number, keys: Partial<LayerPointer> = {}, to?: [number, number]): void {
    const event = (kind: LayerPointer["kind"], px: number, py: number): LayerPointer => ({
      kind,
      px,
      py,
      x: px,
      y: py,
      z: 50,
      shift: false,
      ctrl: false,
      alt: false,
      button: 0,
      ...keys,
    });
    const taken = this.pointing.handle(event("down", x, y));
    if (to && taken) this.pointing.handle(event("move", ...to));
    if (taken) this.pointing.handle(event("up", ...(to ?? [x, y])));
    if (!to) this.pointing.handle(event("click", x, y));
  }
}

const SHIFT = { shift: true };
const SHIFT_ALT = { shift: true, alt: true };
const treenode = (id: number): Hit => ({ kind: "treenode", id });

describe("clicks", () => {
  test("in space add a child to the active node, which becomes active", () => {
    const bench = new Bench();
    bench.select(2);
    bench.mouse(400, 400);
    bench.mouse(500, 400);
    expect(bench.requests.map(({ args }) => args.parent_id)).toEqual([2, -2]);
    expect(bench.selection.active).toEqual({ kind: "treenode", id: -4 });
  });

  test("in space begin a skeleton where nothing is active", () => {
    const bench = new Bench();
    bench.mouse(400, 400);
    expect(bench.requests[0]?.args.parent_id).toBeNull();
  });

  test("on a node select it and edit nothing", () => {
    const bench = new Bench();
    bench.mouse(103, 2);
    expect([bench.selection.active, bench.ops]).toEqual([{ kind: "treenode", id: 2 }, []]);
  });

  test.each<[relation: Relation, expected: string]>([
    [Relation.Presynaptic, "postsynaptic_to"],
    [Relation.Postsynaptic, "presynaptic_to"],
    [Relation.GapJunction, "gapjunction_with"],
    [Relation.Abutting, "abutting"],
  ])("with a connector active add what it lacks: it has %s", (relation, expected) => {
    const bench = new Bench();
    bench.queue.graph.links.put(2, { relation });
    bench.select(20);
    bench.mouse(400, 400);
    expect(bench.ops).toEqual(["create_treenode", "create_link"]);
    expect(bench.requests[1]?.args).toEqual({ treenode_id: -2, connector_id: 20, relation: expected });
    expect(bench.selection.active).toEqual({ kind: "treenode", id: -2 });
  });

  test("where nodes are still being read wait for them, one after the other", async () => {
    const bench = new Bench();
    bench.select(1);
    let come: (isHere: boolean) => void = () => {};
    bench.reading = new Promise((resolve) => {
      come = resolve;
    });
    bench.mouse(400, 400);
    bench.reading = null;
    bench.mouse(500, 400);
    expect(bench.ops).toEqual([]);
    come(true);
    await settle();
    expect(bench.requests.map(({ args }) => args.parent_id)).toEqual([1, -2]);
  });

  test("where nodes were being read that are not wanted any more do nothing, and say so", async () => {
    const bench = new Bench();
    bench.reading = Promise.resolve(false);
    bench.mouse(400, 400);
    await settle();
    expect([bench.ops, bench.failure]).toEqual([[], expect.any(Hint)]);
  });

  test("with control select nothing, with control and shift delete; with links after a question", async () => {
    const bench = new Bench();
    bench.select(2);
    bench.mouse(400, 400, { ctrl: true });
    expect(bench.selection.active).toBeNull();
    bench.answer = null;
    bench.mouse(100, 0, { ctrl: true, shift: true });
    await settle();
    expect(bench.questions).toEqual(["Delete the node with its link to a connector?"]);
    expect(bench.ops).toEqual([]);
    bench.answer = "Delete";
    bench.mouse(100, 0, { ctrl: true, shift: true });
    await settle();
    expect(bench.ops).toEqual(["delete_treenode"]);
  });

  test("with shift in space make a synapse of the active node", () => {
    const bench = new Bench();
    bench.select(2);
    bench.mouse(400, 400, SHIFT);
    expect(bench.requests[0]).toMatchObject({
      op: "create_connector",
      args: { treenode_id: 2, relation: "presynaptic_to" },
    });
    expect(bench.selection.active?.kind).toBe("connector");
  });

  test("with shift and alt in space make a synapse onto the active node", () => {
    const bench = new Bench();
    bench.select(2);
    bench.mouse(400, 400, SHIFT_ALT);
    expect(bench.requests[0]).toMatchObject({
      op: "create_connector",
      args: { treenode_id: 2, relation: "postsynaptic_to" },
    });
  });

  test.each<[keys: Partial<LayerPointer>, expected: string]>([
    [{ shift: true }, "postsynaptic_to"],
    [{ shift: true, alt: true }, "presynaptic_to"],
  ])("with %j and a connector active add its partner, and it stays active", (keys, expected) => {
    const bench = new Bench();
    bench.queue.graph.links.put(2, { relation: Relation.Postsynaptic });
    bench.select(20);
    bench.mouse(400, 400, keys);
    expect(bench.requests.map(({ args }) => args.relation ?? args.parent_id)).toEqual([null, expected]);
    expect(bench.selection.active).toEqual({ kind: "connector", id: 20 });
  });

  test.each<[active: number, at: [number, number], keys: Partial<LayerPointer>, expected: string]>([
    [3, [150, 50], { shift: true }, "presynaptic_to"],
    [3, [150, 50], { shift: true, alt: true }, "postsynaptic_to"],
    [20, [200, 0], { shift: true }, "postsynaptic_to"],
    [20, [200, 0], { shift: true, alt: true }, "presynaptic_to"],
  ])("link %d with what is at %j, with %j", (active, at, keys, expected) => {
    const bench = new Bench();
    bench.queue.graph.nodes.put(3, { z: 50 });
    bench.queue.graph.links.put(2, { relation: Relation.Postsynaptic });
    bench.select(active);
    bench.mouse(...at, keys);
    expect(bench.requests).toMatchObject([
      { op: "create_link", args: { treenode_id: 3, connector_id: 20, relation: expected } },
    ]);
  });

  test("with alt ask for the kind of link, in space and on what can be linked", async () => {
    const bench = new Bench();
    bench.select(2);
    bench.answer = "Desmosome";
    bench.mouse(400, 400, { alt: true });
    await settle();
    expect(bench.requests).toMatchObject([
      { op: "create_connector", args: { treenode_id: 2, relation: "desmosome_with" } },
    ]);
    bench.select(11);
    bench.answer = "Abutting";
    bench.mouse(150, 50, { alt: true });
    await settle();
    expect(bench.requests[1]).toMatchObject({ op: "create_link", args: { relation: "abutting" } });
    bench.answer = null;
    bench.mouse(150, 50, { alt: true });
    await settle();
    expect(bench.ops).toEqual(["create_connector", "create_link"]);
    expect(bench.selection.active).toEqual({ kind: "treenode", id: 11 });
  });

  test("with control and alt insert a node into the nearest edge", () => {
    const bench = new Bench();
    bench.select(1);
    bench.mouse(160, 30, { ctrl: true, alt: true });
    expect(bench.requests).toMatchObject([
      { op: "insert_treenode", args: { parent_id: 2, child_id: 3, x: 160, y: 30 } },
    ]);
    expect(bench.selection.active).toEqual({ kind: "treenode", id: -2 });
  });

  test("with control and shift on an edge ask whether to split there", async () => {
    const bench = new Bench();
    bench.select(2);
    bench.mouse(50, 3, { ctrl: true, shift: true });
    await settle();
    expect(bench.questions).toEqual([
      "Split “n100” (1 node)? The active node becomes the root of a new neuron.",
    ]);
    expect(bench.ops).toEqual(["split_skeleton"]);
  });

  test("edit nothing where that is not wanted, and say so", () => {
    const bench = new Bench();
    bench.readOnly = true;
    bench.mouse(400, 400);
    expect(bench.failure).toBeInstanceOf(Hint);
    bench.mouse(100, 0, {}, [300, 300]);
    expect(bench.ops).toEqual([]);
  });
});

describe("drags", () => {
  test("move a node to where they end", () => {
    const bench = new Bench();
    bench.mouse(100, 0, {}, [130, 40]);
    expect(bench.requests[0]).toMatchObject({ op: "move_nodes", args: { treenodes: [[2, 130, 40, 50]] } });
  });

  test("of a few pixels are none", () => {
    const bench = new Bench();
    bench.mouse(100, 0, {}, [102, 1]);
    expect(bench.ops).toEqual([]);
  });

  test("of a virtual node make it a treenode there", () => {
    const bench = new Bench(200);
    bench.queue.graph.nodes.put(3, { z: 350 });
    bench.mouse(150, 0, {}, [150, 60]);
    expect(bench.requests[0]).toMatchObject({
      op: "insert_treenode",
      args: { parent_id: 2, child_id: 3, y: 60 },
    });
  });
});

describe("an active virtual node", () => {
  test("becomes a treenode when something is added to it", () => {
    const bench = new Bench();
    bench.selection.select({ kind: "virtual", id: 3, parent: 2, at: [150, 0, 75] });
    bench.tracing.addNode([160, 10, 75]);
    expect(bench.ops).toEqual(["insert_treenode", "create_treenode"]);
    expect(bench.requests[1]?.args.parent_id).toBe(bench.queue.graph.parent(3));
  });

  test("is skipped by reviewers where it is deleted", () => {
    const bench = new Bench();
    bench.selection.select({ kind: "virtual", id: 3, parent: 2, at: [150, 0, 75] });
    bench.tracing.removeActive();
    expect(bench.requests).toMatchObject([
      { op: "suppress_virtual_node", args: { treenode_id: 3, depth: 75, plane: "xy" } },
    ]);
  });
});

describe("joining", () => {
  test("names both and waits for a yes", async () => {
    const bench = new Bench();
    bench.select(2);
    await bench.tracing.connect(treenode(11), 0, Relation.Postsynaptic);
    expect(bench.questions).toEqual(["Join “n200” (2 nodes) to “n100” (1 node), which keeps its name?"]);
    expect(bench.requests).toMatchObject([{ op: "join_skeletons", args: { from_id: 2, to_id: 11 } }]);
    expect(bench.queue.graph.parent(11)).toBe(2);
    expect(bench.selection.active, "one goes on from there").toEqual({ kind: "treenode", id: 11 });
  });

  test("does nothing without one, nor if another node is active by then", async () => {
    const bench = new Bench();
    bench.select(2);
    bench.answer = null;
    await bench.tracing.connect(treenode(11), 0, Relation.Postsynaptic);
    bench.answer = "";
    const joining = bench.tracing.connect(treenode(11), 0, Relation.Postsynaptic);
    bench.select(3);
    await expect(joining).rejects.toThrow(Hint);
    expect(bench.ops).toEqual([]);
  });

  test("a skeleton with itself is no use", async () => {
    const bench = new Bench();
    bench.select(2);
    await expect(bench.tracing.connect(treenode(3), 0, Relation.Postsynaptic)).rejects.toThrow(
      "same skeleton",
    );
  });
});

describe("links", () => {
  test("a second presynaptic one is refused, with what to do", async () => {
    const bench = new Bench();
    bench.select(11);
    const linking = bench.tracing.connect({ kind: "connector", id: 20 }, 0, Relation.Presynaptic);
    await expect(linking).rejects.toThrow("Shift Alt click");
    expect(bench.ops).toEqual([]);
  });

  test("the same link is not made twice", async () => {
    const bench = new Bench();
    bench.select(2);
    await expect(
      bench.tracing.connect({ kind: "connector", id: 20 }, 0, Relation.Presynaptic),
    ).rejects.toThrow(Hint);
  });
});

test("another root is chosen after a question", async () => {
  const bench = new Bench();
  bench.select(3);
  bench.answer = null;
  await bench.tracing.reshaping.reroot();
  expect(bench.ops).toEqual([]);
  bench.answer = "";
  await bench.tracing.reshaping.reroot();
  expect(bench.questions).toEqual(Array(2).fill("Make the active node the root of “n100” (1 node)?"));
  expect(bench.ops).toEqual(["reroot_skeleton"]);
  await expect(bench.tracing.reshaping.reroot()).rejects.toThrow("This is the root.");
});

describe("deleting", () => {
  test("leaves the parent active", () => {
    const bench = new Bench();
    bench.select(3);
    bench.tracing.removeActive();
    expect(bench.selection.active).toEqual({ kind: "treenode", id: 2 });
  });

  test("a root with children is refused before anything is drawn", () => {
    const bench = new Bench();
    expect(() => bench.tracing.remove({ kind: "treenode", id: 1 })).toThrow(Hint);
    expect(bench.queue.graph.nodes.has(1)).toBe(true);
  });
});

test("tags are a set of names, trimmed", async () => {
  const bench = new Bench();
  bench.select(3);
  bench.answer = " soma, ends,soma ,, ";
  await bench.tracing.tag();
  await settle();
  expect(bench.requests).toMatchObject([
    { op: "set_labels", args: { node_id: 3, labels: ["soma", "ends"] } },
  ]);
});

test("lines to write are there at once, so that what is written is not taken for keys", async () => {
  const bench = new Bench();
  bench.select(3);
  let come = (_: string[]): void => {};
  bench.names = new Promise((resolve) => {
    come = resolve;
  });
  bench.answer = "ends";
  const renaming = [bench.tracing.tag(), bench.tracing.annotate(), bench.tracing.rename()].at(-1);
  expect(bench.questions).toEqual([
    "Tags, separated by commas",
    "Annotations, separated by commas",
    "Name of the neuron",
  ]);
  await settle();
  expect(bench.ops).toEqual(["set_labels", "add_annotations"]);
  come([]);
  await renaming;
  expect(bench.ops).toEqual(["set_labels", "add_annotations", "rename_neuron"]);
});

test("a root has no confidence", () => {
  const bench = new Bench();
  bench.select(1);
  expect(() => bench.tracing.setConfidence(3)).toThrow(Hint);
  bench.select(2);
  bench.tracing.setConfidence(3);
  expect(bench.requests).toMatchObject([{ op: "set_confidence", args: { treenode_id: 2, confidence: 3 } }]);
});

describe("what is active elsewhere", () => {
  test("is not deleted unseen", () => {
    const bench = new Bench();
    bench.selection.select({ kind: "treenode", id: 3 });
    bench.isFar = true;
    expect(() => bench.tracing.removeActive()).toThrow("far from here: A goes to it");
    expect(bench.requests).toEqual([]);
  });

  test("gets no partner if it is not known what it is linked to", async () => {
    const bench = new Bench();
    bench.selection.select({ kind: "connector", id: 20 });
    bench.known.lacksLinks = true;
    const far = "The active connector is far from here";
    expect(() => bench.tracing.addNode([0, 0, 50])).toThrow(far);
    expect(() => bench.tracing.addSynapse([0, 0, 50], false)).toThrow(far);
    await expect(
      bench.tracing.connect({ kind: "treenode", id: 3 }, 100, Relation.Postsynaptic),
    ).rejects.toThrow(far);
    expect(bench.requests).toEqual([]);
  });
});
