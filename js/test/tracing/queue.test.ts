import { describe, expect, test } from "vitest";
import { KernelSilent } from "../../src/shared/rpc";
import { Relation } from "../../src/tracing-layer/data/graph";
import type { Answer } from "../../src/tracing-layer/edit/edit";
import * as edits from "../../src/tracing-layer/edit/edits";
import type { KeptEdit } from "../../src/tracing-layer/edit/kept";
import { EditQueue, type EditRequest, isoTime } from "../../src/tracing-layer/edit/queue";
import { uuid } from "../../src/tracing-layer/edit/uuid";
import { createdNode, iso, NOON, settle, twoSkeletons, withSynapse } from "./fixtures";

/** A queue whose service answers when the test says so. */
class Bench {
  readonly sent: EditRequest[] = [];
  readonly refusals: Array<{ purpose: string; reason: unknown; dropped: number }> = [];
  readonly confirmed: string[] = [];
  readonly kept: KeptEdit[][] = [];
  halts = 0;
  reloads = 0;
  onReload: () => void = () => {};
  readonly queue: EditQueue;
  private readonly answers: Array<{ resolve(answer: Answer): void; reject(reason: unknown): void }> = [];
  private keys = 0;

  constructor(graph = twoSkeletons()) {
    this.queue = new EditQueue(
      {
        send: (request) => {
          this.sent.push(request);
          return new Promise((resolve, reject) => this.answers.push({ resolve, reject }));
        },
        reload: async () => {
          this.reloads++;
          this.onReload();
        },
        added: () => {},
        changed: () => {},
        confirmed: (edit) => this.confirmed.push(edit.op),
        refused: (edit, reason, dropped) =>
          this.refusals.push({ purpose: edit.purpose, reason, dropped: dropped.length }),
        pendingChanged: () => this.kept.push(this.queue.kept()),
        halted: () => this.halts++,
      },
      () => `key ${++this.keys}`,
    );
    this.queue.rebase(graph, 0);
  }

  /** Click: a child of `parent`; returns its temporary id. */
  addChild(parent: number, x = 0): number {
    const temporary = { node: this.queue.temporaryId(), skeleton: this.queue.temporaryId() };
    this.queue.add(edits.createTreenode(this.queue.graph, temporary, parent, { x, y: 0, z: 100 }));
    return temporary.node;
  }

  async answer(answer: Answer): Promise<void> {
    this.answers.shift()?.resolve(answer);
    await settle();
  }

  async refuse(reason: unknown): Promise<void> {
    this.answers.shift()?.reject(reason);
    await settle();
  }
}

describe("click, click, click", () => {
  test("each node is drawn at once, one write is under way at a time", async () => {
    const bench = new Bench();
    const first = bench.addChild(3);
    const second = bench.addChild(first);
    bench.addChild(second);
    expect(bench.queue.graph.children(first)).toEqual([second]);
    expect(bench.queue.length).toBe(3);
    expect(bench.sent.length).toBe(1);
    await bench.answer(createdNode(50, NOON + 50));
    expect(bench.sent.length).toBe(2);
  });

  test("later edits are sent with the real id and edition time of those they build on", async () => {
    const bench = new Bench();
    const first = bench.addChild(3);
    const second = bench.addChild(first);
    await bench.answer(createdNode(50, NOON + 50));
    expect(bench.sent[1]?.args.parent_id).toBe(50);
    expect(bench.sent[1]?.state).toEqual({ parent: [50, isoTime(NOON + 50)] });
    await bench.answer(createdNode(51, NOON + 51));
    expect([bench.queue.resolve(first), bench.queue.resolve(second)]).toEqual([50, 51]);
    expect(bench.queue.graph.parent(51)).toBe(50);
    expect(bench.queue.graph.time("node", 51)).toBe(NOON + 51);
    expect(bench.queue.graph.nodes.has(second)).toBe(false);
    expect(bench.queue.length).toBe(0);
  });

  test("each write has a key of its own", async () => {
    const bench = new Bench();
    bench.addChild(3);
    bench.addChild(3);
    await bench.answer(createdNode(50, NOON));
    expect(bench.sent.map(({ key }) => key)).toEqual(["key 1", "key 2"]);
  });

  test("a node moved twice in a row claims the time of the first move", async () => {
    const bench = new Bench();
    bench.queue.add(edits.moveNode(bench.queue.graph, 3, { x: 1, y: 1, z: 100 }));
    bench.queue.add(edits.moveNode(bench.queue.graph, 3, { x: 2, y: 2, z: 100 }));
    expect(bench.sent[0]?.state).toEqual([[3, isoTime(NOON + 3)]]);
    await bench.answer({
      old_treenodes: [[3, iso(NOON + 70), 200, 0, 100]],
      old_connectors: null,
      updated: 1,
    });
    expect(bench.sent[1]?.state).toEqual([[3, isoTime(NOON + 70)]]);
  });

  test("edition times of links do not mix with those of nodes of the same number", async () => {
    const bench = new Bench(withSynapse());
    bench.queue.add(edits.moveNode(bench.queue.graph, 2, { x: 1, y: 1, z: 50 }));
    bench.queue.add(edits.deleteConnector(bench.queue.graph, 20));
    await bench.answer({
      old_treenodes: [[2, iso(NOON + 70), 100, 0, 50]],
      old_connectors: null,
      updated: 1,
    });
    expect(bench.sent[1]?.state).toMatchObject({ c_links: [[2, isoTime(NOON + 900)]] });
  });
});

describe("a refusal", () => {
  test("takes the edit and those that build on it back, and leaves the others", async () => {
    const bench = new Bench();
    const first = bench.addChild(3);
    bench.addChild(first);
    const other = bench.addChild(2);
    await bench.refuse("stale");
    expect(bench.refusals).toEqual([{ purpose: "add the node", reason: "stale", dropped: 2 }]);
    expect(bench.queue.graph.nodes.has(first)).toBe(false);
    expect(bench.queue.graph.nodes.has(other)).toBe(true);
    expect(bench.sent[1]?.args.parent_id).toBe(2);
  });

  test("restores what was deleted or moved", async () => {
    const bench = new Bench(withSynapse());
    bench.queue.add(edits.deleteTreenode(bench.queue.graph, 2));
    expect(bench.queue.graph.links.count).toBe(0);
    await bench.refuse("not allowed");
    expect(bench.queue.graph.parent(3)).toBe(2);
    expect(bench.queue.graph.links.count).toBe(1);
  });

  test("drops the links of a connector that was not made", async () => {
    const bench = new Bench();
    const temporary = { connector: bench.queue.temporaryId(), link: bench.queue.temporaryId() };
    const link = { treenode: 3, relation: Relation.Presynaptic };
    bench.queue.add(edits.createConnector(temporary, { x: 0, y: 0, z: 0 }, link));
    const next = bench.queue.temporaryId();
    bench.queue.add(
      edits.createLink(bench.queue.graph, next, 11, temporary.connector, Relation.Postsynaptic),
    );
    expect(bench.queue.graph.links.count).toBe(2);
    await bench.refuse("no");
    expect(bench.queue.length).toBe(0);
    expect(bench.queue.graph.links.count).toBe(0);
  });
});

describe("a reading of the service", () => {
  test("does not hide what is pending", () => {
    const bench = new Bench();
    const node = bench.addChild(3);
    bench.queue.rebase(twoSkeletons(), bench.queue.now);
    expect(bench.queue.graph.nodes.has(node)).toBe(true);
  });

  test("that was asked for before a confirmation keeps the confirmed edit", async () => {
    const bench = new Bench();
    const asked = bench.queue.now;
    bench.addChild(3);
    await bench.answer(createdNode(50, NOON + 50));
    bench.queue.rebase(twoSkeletons(), asked);
    expect(bench.queue.graph.nodes.has(50)).toBe(true);
    expect(bench.queue.graph.time("node", 50)).toBe(NOON + 50);
  });

  test("that was asked for after a confirmation is believed", async () => {
    const bench = new Bench();
    bench.addChild(3);
    await bench.answer(createdNode(50, NOON + 50));
    bench.queue.rebase(twoSkeletons(), bench.queue.now);
    expect(bench.queue.graph.nodes.has(50)).toBe(false);
  });

  test("follows an edit that restamps, before the next one is sent", async () => {
    const bench = new Bench();
    bench.onReload = () => {
      const fresh = twoSkeletons();
      fresh.setTime("node", 3, NOON + 99);
      bench.queue.rebase(fresh, bench.queue.now);
    };
    bench.queue.add(edits.rerootSkeleton(bench.queue.graph, 3));
    bench.queue.add(edits.moveNode(bench.queue.graph, 3, { x: 0, y: 0, z: 0 }));
    await bench.answer({ newroot: 3, skeleton_id: 100 });
    expect(bench.reloads).toBe(1);
    expect(bench.sent[1]?.state).toEqual([[3, isoTime(NOON + 99)]]);
  });
});

describe("pending edits", () => {
  test("are told before they are sent, and as often as they change", async () => {
    const bench = new Bench();
    bench.addChild(3);
    expect(bench.kept.map((edits) => edits.map(({ key }) => key))).toEqual([["key 1"]]);
    bench.addChild(3);
    await bench.answer(createdNode(50, NOON + 50));
    await bench.refuse("no");
    expect(bench.kept.slice(1).map((edits) => edits.map(({ key }) => key))).toEqual([
      ["key 1", "key 2"],
      ["key 2"],
      [],
    ]);
  });

  test("go on in another queue with their keys, real ids and edition times", async () => {
    const left = new Bench();
    const first = left.addChild(3);
    const second = left.addChild(first);
    left.addChild(second);
    await left.answer(createdNode(50, NOON + 50));

    const next = new Bench();
    const own = next.addChild(2);
    next.queue.take(JSON.parse(JSON.stringify(left.kept.at(-1))));
    expect(next.queue.graph.children(3)).toEqual([]); // node 50 is not loaded here
    await next.answer(createdNode(60, NOON + 60));
    expect(next.queue.resolve(own)).toBe(60);
    expect(next.sent[1]).toMatchObject({ key: "key 2", args: { parent_id: 50 } });
    expect(next.sent[1]?.state).toEqual({ parent: [50, isoTime(NOON + 50)] });
    await next.answer(createdNode(51, NOON + 51));
    expect(next.sent[2]).toMatchObject({ key: "key 3", args: { parent_id: 51 } });
    expect(next.sent[2]?.state).toEqual({ parent: [51, isoTime(NOON + 51)] });
    await next.answer(createdNode(52, NOON + 52));
    expect(next.queue.length).toBe(0);
  });

  test("of all kinds go on as they were", async () => {
    const edited = (bench: Bench): unknown => {
      const { queue } = bench;
      const pair = { node: queue.temporaryId(), skeleton: queue.temporaryId() };
      queue.add(edits.createTreenode(queue.graph, pair, null, { x: -2, y: -3, z: 0 }));
      const inserted = queue.temporaryId();
      queue.add(edits.insertTreenode(queue.graph, inserted, 1, 2, { x: 1, y: 2, z: 3 }));
      queue.add(edits.moveNode(queue.graph, 20, { x: 1, y: 2, z: 3 }));
      queue.add(edits.setConfidence(queue.graph, 3, 2));
      queue.add(edits.setLabels("treenode", pair.node, ["ends"]));
      const made = { connector: queue.temporaryId(), link: queue.temporaryId() };
      const link = { treenode: pair.node, relation: Relation.Presynaptic };
      queue.add(edits.createConnector(made, { x: 0, y: 0, z: 0 }, link));
      queue.add(edits.createConnector(made, { x: 0, y: 0, z: 0 }));
      queue.add(edits.createLink(queue.graph, queue.temporaryId(), 3, 20, Relation.Postsynaptic));
      queue.add(edits.deleteLink(queue.graph, 2));
      queue.add(edits.deleteConnector(queue.graph, 20));
      queue.add(edits.joinSkeletons(queue.graph, 3, pair.node));
      queue.add(edits.splitSkeleton(queue.graph, queue.temporaryId(), 3));
      queue.add(edits.rerootSkeleton(queue.graph, 3));
      queue.add(edits.deleteTreenode(queue.graph, inserted));
      queue.add(edits.undoLast());
      queue.add(edits.redoLast());
      return bench.sent;
    };
    const left = new Bench(withSynapse());
    edited(left);
    const next = new Bench(withSynapse());
    next.queue.take(JSON.parse(JSON.stringify(left.kept.at(-1))));
    const table = (graph: typeof left.queue.graph): unknown =>
      [graph.nodes, graph.connectors, graph.links].map(({ columns, count }) =>
        Object.values(columns).map((column) => [...column.slice(0, count)]),
      );
    expect(next.queue.length).toBe(16);
    expect(JSON.stringify(table(next.queue.graph))).not.toBe(JSON.stringify(table(withSynapse())));
    for (let step = 0; step < 16; step++) {
      const one = left.sent.at(-1);
      expect(next.sent.at(-1)).toEqual(one);
      await Promise.all([left.refuse("no"), next.refuse("no")]);
    }
    expect([left.queue.length, next.queue.length]).toEqual([0, 0]);
  });

  test("stay when the kernel is gone, which takes no further edits", async () => {
    const bench = new Bench();
    bench.addChild(3);
    bench.addChild(3);
    await bench.refuse(new KernelSilent("Run the cell again."));
    expect([bench.halts, bench.queue.length, bench.refusals.length]).toEqual([1, 2, 0]);
    expect(() => bench.addChild(3)).toThrow("Run the cell again");
    expect(bench.queue.length).toBe(2);
  });
});

test("what is touched can be told apart while it is pending", async () => {
  const bench = new Bench();
  const node = bench.addChild(3);
  expect(bench.queue.touched()).toEqual(new Set([node, 3]));
  await bench.answer(createdNode(50, NOON));
  expect(bench.queue.touched().size).toBe(0);
});

test("idle settles when the last answer is in", async () => {
  const bench = new Bench();
  let idle = false;
  bench.addChild(3);
  void bench.queue.idle().then(() => {
    idle = true;
  });
  await settle();
  expect(idle).toBe(false);
  await bench.answer(createdNode(50, NOON));
  expect(idle).toBe(true);
});

test("times keep their microseconds", () => {
  expect(isoTime(1795200877.395312)).toBe("2026-11-20T18:54:37.395312+00:00");
  expect(isoTime(0.9999999)).toBe("1970-01-01T00:00:01.000000+00:00");
  expect(isoTime(Number.NaN)).toBe("");
});

test("keys of edits are random UUIDs, also without a secure context", () => {
  const keys = new Set(Array.from({ length: 100 }, uuid));
  expect(keys.size).toBe(100);
  for (const key of keys)
    expect(key).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});
