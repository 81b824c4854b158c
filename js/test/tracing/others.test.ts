import type { AnyModel } from "@anywidget/types";
import { describe, expect, test } from "vitest";
import type { LayerHost, LayerPointer } from "../../src/shared/layer";
import { localTime } from "../../src/shared/times";
import type { Kernel, LastChange } from "../../src/tracing-layer/data/kernel";
import type { Change } from "../../src/tracing-layer/data/news";
import { SectionIndex, topologyOf } from "../../src/tracing-layer/data/section";
import { type Active, Selection } from "../../src/tracing-layer/data/selection";
import { EditQuestions } from "../../src/tracing-layer/dialogs/edit-questions";
import type { Edit } from "../../src/tracing-layer/edit/edit";
import { EditQueue } from "../../src/tracing-layer/edit/queue";
import { Tracing } from "../../src/tracing-layer/edit/tracing";
import { Pointing } from "../../src/tracing-layer/input/pointing";
import { Others } from "../../src/tracing-layer/others";
import type { TracingState } from "../../src/tracing-layer/state";
import { settle, twoSkeletons, withSynapse } from "./fixtures";

const BY_ANA: LastChange = {
  version: 8,
  username: "ana",
  time: "2026-03-01T12:00:00.000Z",
  is_deleted: true,
  is_own_user: false,
  words: "set a confidence",
  ancestor: { id: 1, x: 0, y: 0, z: 0 },
};
const WHEN = localTime(BY_ANA.time as string);

/** A layer without drawing, where others change things. */
class Bench {
  readonly questions: string[] = [];
  readonly notices: string[] = [];
  readonly moves: number[][] = [];
  readonly sent: Edit[] = [];
  agrees = true;
  last: LastChange | null = BY_ANA;
  own: number[] = [];
  readonly queue: EditQueue;
  readonly selection: Selection;
  readonly tracing: Tracing;
  readonly pointing: Pointing;
  readonly others: Others;

  constructor() {
    this.queue = new EditQueue(
      {
        send: () => new Promise(() => {}),
        reload: () => Promise.resolve(),
        added: (edit) => this.sent.push(edit),
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
    const { queue } = this;
    this.selection = new Selection(
      model,
      () => queue.graph,
      () => {},
    );
    const kernel = { lastChange: () => Promise.resolve(this.last) } as unknown as Kernel;
    const host = (): LayerHost =>
      ({
        ask: (question: string) => {
          this.questions.push(question);
          return Promise.resolve(this.agrees ? "yes" : null);
        },
        notify: (_level: string, text: string) => this.notices.push(text),
        moveTo: (at: number[]) => this.moves.push(at),
        view: () => ({ nmPerPixel: 1 }),
        invalidate: () => {},
        cursor: () => {},
      }) as unknown as LayerHost;
    const isReadOnly = (): boolean => false;
    this.tracing = new Tracing({
      queue,
      selection: this.selection,
      kernel,
      host,
      isReadOnly,
      questions: new EditQuestions({ kernel, host, resolve: queue.resolve, hasPreviews: () => false }),
      reading: { isFar: () => false, lacksLinks: false },
    });
    this.others = new Others({
      kernel,
      selection: this.selection,
      queue,
      tracing: this.tracing,
      host,
      isOwn: (version) => this.own.includes(version),
      refresh: () => Promise.resolve(),
    });
    this.pointing = new Pointing({
      selection: this.selection,
      tracing: this.tracing,
      host,
      isReadOnly,
      hit: ([x, y], reach) =>
        new SectionIndex(queue.graph, topologyOf(queue.graph), { depth: 50, thickness: 50 }).at(x, y, reach),
      hitLink: () => null,
      reading: () => null,
      hitEdge: () => null,
      droppedLate: (hit, at, change) => this.others.dropped(hit, at, change),
      perform: (command) => void command(),
    });
  }

  /** Somebody deletes a node that is active here. */
  async deleteActive(id: number, kind: "treenode" | "connector" = "treenode"): Promise<void> {
    const active: Active = { kind, id };
    this.selection.select(active);
    const parent = kind === "treenode" ? this.queue.graph.parent(id) : null;
    const graph = withSynapse();
    graph.nodes.remove(id);
    graph.connectors.remove(id);
    this.queue.rebase(graph, 0);
    await this.others.activeGone(active, parent);
  }

  event(kind: LayerPointer["kind"], px: number, py: number): void {
    const keys = { shift: false, ctrl: false, alt: false, button: 0 };
    this.pointing.handle({ kind, px, py, x: px, y: py, z: 50, ...keys });
  }
}

describe("an active node that somebody deleted", () => {
  test("is told, with who and when, and what is left above it becomes active", async () => {
    const bench = new Bench();
    await bench.deleteActive(2);
    expect(bench.questions).toEqual([
      `ana deleted the active node at ${WHEN}. Go on from the node above it?`,
    ]);
    expect(bench.selection.active).toEqual({ kind: "treenode", id: 1 });
    expect(bench.moves).toEqual([[0, 0, 0]]);
  });

  test("leaves nothing active if that is not wanted, and the next click asks before it begins a neuron", async () => {
    const bench = new Bench();
    bench.agrees = false;
    await bench.deleteActive(2);
    expect(bench.selection.active).toBeNull();
    await bench.tracing.addNode([5, 5, 50]);
    expect(bench.questions[1]).toBe(`ana deleted the active node at ${WHEN}. Begin a new neuron here?`);
    expect(bench.sent).toEqual([]);
    bench.agrees = true;
    await bench.tracing.addNode([5, 5, 50]);
    expect(bench.sent.map(({ op }) => op)).toEqual(["create_treenode"]);
    await bench.tracing.addNode([6, 6, 50]);
    expect(bench.questions).toHaveLength(3);
  });

  test("is forgotten when the person chooses, be it nothing", async () => {
    const bench = new Bench();
    bench.agrees = false;
    await bench.deleteActive(2);
    bench.selection.select(null);
    await bench.tracing.addNode([5, 5, 50]);
    expect(bench.questions).toHaveLength(1);
    expect(bench.sent).toHaveLength(1);
  });

  test("by an own undo is no news", async () => {
    const bench = new Bench();
    bench.own = [8];
    await bench.deleteActive(3);
    expect(bench.questions).toEqual([]);
    expect(bench.selection.active).toEqual({ kind: "treenode", id: 1 });
  });

  test("by the user's own undo elsewhere, as in a cell, is no news: one goes on above it, where one looks", async () => {
    const bench = new Bench();
    bench.last = { ...BY_ANA, is_own_user: true };
    await bench.deleteActive(3);
    expect(bench.questions).toEqual([]);
    expect(bench.selection.active).toEqual({ kind: "treenode", id: 1 });
    expect([bench.moves, bench.selection.lost]).toEqual([[], null]);
  });

  test("with all that was above it is told, and nothing is offered", async () => {
    const bench = new Bench();
    bench.last = { ...BY_ANA, ancestor: null };
    await bench.deleteActive(20, "connector");
    expect(bench.notices).toEqual([`ana deleted the active node at ${WHEN}.`]);
    expect(bench.selection.lost).not.toBeNull();
  });

  test("at a server that does not tell by whom: the parent that was drawn is offered", async () => {
    const bench = new Bench();
    bench.last = null;
    await bench.deleteActive(3);
    expect(bench.questions).toEqual(["Somebody deleted the active node. Go on from the node above it?"]);
    expect(bench.selection.active).toEqual({ kind: "treenode", id: 2 });
  });

  test("that never existed is not told", async () => {
    const bench = new Bench();
    bench.last = null;
    bench.selection.select({ kind: "treenode", id: 77 });
    await bench.others.activeGone({ kind: "treenode", id: 77 }, null);
    expect([bench.questions, bench.notices, bench.selection.active]).toEqual([[], [], null]);
  });
});

describe("a drag", () => {
  const MOVED: Change = {
    version: 9,
    label: "node.update",
    user_id: 2,
    username: "ana",
    time: BY_ANA.time,
    is_own_user: false,
    is_detailed: true,
    treenode_ids: [2],
    connector_ids: [],
    skeleton_ids: [100],
    old_box: null,
    new_box: null,
  };

  test("that began before somebody else's move is asked about, with who and when", async () => {
    const bench = new Bench();
    bench.event("down", 100, 0);
    bench.event("move", 120, 20);
    bench.pointing.changed(MOVED);
    bench.agrees = false;
    bench.event("up", 140, 40);
    await settle();
    expect(bench.questions).toEqual([
      `ana changed this node at ${WHEN}, while you dragged it. Move it here all the same?`,
    ]);
    expect(bench.sent).toEqual([]);
  });

  test("moves the node all the same if that is wanted", async () => {
    const bench = new Bench();
    bench.event("down", 100, 0);
    bench.pointing.changed(MOVED);
    bench.event("move", 120, 20);
    bench.event("up", 140, 40);
    await settle();
    expect(bench.sent.map(({ op }) => op)).toEqual(["move_nodes"]);
    expect(bench.queue.graph.position(2)).toEqual([120, 20, 50]);
  });

  test("of another node, or after the change, is not", () => {
    const bench = new Bench();
    bench.pointing.changed(MOVED);
    bench.event("down", 100, 0);
    bench.pointing.changed({ ...MOVED, treenode_ids: [3] });
    bench.event("move", 120, 20);
    bench.event("up", 140, 40);
    expect(bench.questions).toEqual([]);
    expect(bench.sent).toHaveLength(1);
  });
});

describe("an edit that is refused because somebody changed what it depends on", () => {
  async function refused(last: LastChange | null, missing: string | null = null): Promise<string[]> {
    const bench = new Bench();
    bench.last = last;
    bench.selection.select({ kind: "treenode", id: 2 });
    bench.tracing.setConfidence(3);
    await bench.others.refused(bench.sent[0] as Edit, "", missing);
    return bench.notices;
  }

  test("names who, what and when", async () => {
    expect(await refused({ ...BY_ANA, is_deleted: false })).toEqual([
      `Could not change the confidence: ana changed node 2 at ${WHEN} (set a confidence). Look again and repeat it.`,
    ]);
    const now = new Date();
    const own = { ...BY_ANA, is_deleted: false, is_own_user: true, time: now.toISOString() };
    expect((await refused(own))[0]).toContain(
      `You changed node 2 elsewhere at ${now.toLocaleTimeString()} (set a confidence).`,
    );
  });

  test("says that it is gone, and else what the service said", async () => {
    const missing = "Could not change the confidence: There is no treenode 2.";
    const gone = `Could not change the confidence: ana deleted node 2 at ${WHEN}.`;
    expect(await refused(BY_ANA, missing)).toEqual([gone]);
    expect(await refused({ ...BY_ANA, is_deleted: false }, missing)).toEqual([missing]);
    expect(await refused(null, missing)).toEqual([missing]);
  });

  test("and was a move is done all the same if that is wanted", async () => {
    const bench = new Bench();
    bench.last = { ...BY_ANA, is_deleted: false };
    bench.tracing.move(2, [7, 7, 50]);
    bench.queue.rebase(twoSkeletons(), 0);
    await bench.others.refused(bench.sent[0] as Edit, "");
    expect(bench.questions).toEqual([
      `Could not move the node: ana changed node 2 at ${WHEN} (set a confidence). Do it all the same?`,
    ]);
    expect(bench.sent).toHaveLength(2);
    expect(bench.queue.graph.position(2)).toEqual([7, 7, 50]);
  });
});
