import { expect, test, vi } from "vitest";
import type { LayerHost, Point } from "../../src/shared/layer";
import type { Kernel, TaggedNode } from "../../src/tracing-layer/data/kernel";
import type { Active, Selection } from "../../src/tracing-layer/data/selection";
import { ActiveTags } from "../../src/tracing-layer/input/active-tags";
import { Finding } from "../../src/tracing-layer/input/finding";
import type { Travel } from "../../src/tracing-layer/input/travel";
import { twoSkeletons } from "./fixtures";

function tagged(id: number): TaggedNode {
  return { treenode_id: id, x: 10 * id, y: 0, z: 0, distance: id, labels: ["a+b"] };
}

function bench(active: Active | null, found: TaggedNode[] = []) {
  const graph = twoSkeletons();
  graph.labels.set(2, ["a+b", "ends"]);
  const done: string[] = [];
  const patterns: unknown[] = [];
  const selection = {
    active,
    position: [20, 0, 0] as Point,
    select: ({ id }: Active) => done.push(`active ${id}`),
  } as unknown as Selection;
  const kernel = {
    of: (_name: string, asked: { pattern: string }) => {
      patterns.push(asked.pattern);
      return Promise.resolve(found);
    },
  } as unknown as Kernel;
  const host = { focus: () => done.push("focus"), moveTo: vi.fn(), notify: vi.fn() } as unknown as LayerHost;
  const travel = { arrive: (_kind: string, id: number) => done.push(`to ${id}`) } as unknown as Travel;
  const finding = new Finding({
    selection,
    kernel,
    travel,
    graph: () => graph,
    host: () => host,
    hit: () => null,
  });
  const tags = new ActiveTags({
    selection,
    finding,
    nodes: { removeTags: (names) => void done.push(`off ${names}`) },
    tracing: { tag: async () => void done.push("asked") },
    graph: () => graph,
    isReadOnly: () => false,
    perform: (command) => command(),
  });
  return { tags, finding, host, done, patterns };
}

test("the tags of what is active are there, where it can have some", () => {
  expect(bench({ kind: "treenode", id: 2 }).tags.names).toEqual(["a+b", "ends"]);
  expect(bench({ kind: "treenode", id: 1 }).tags.names).toEqual([]);
  expect(bench({ kind: "virtual", id: 2, parent: 1, at: [0, 0, 0] }).tags.names).toBeNull();
  expect(bench(null).tags.names).toBeNull();
});

test("a tag is taken off, others are asked for, and keys go to the picture", () => {
  const { tags, host, done } = bench({ kind: "treenode", id: 2 });
  tags.remove("ends", host);
  tags.edit(host);
  expect(done).toEqual(["focus", "off ends", "focus", "asked"]);
});

test("a tag leads to the nearest other node that has it, exactly it, and the key for the next one goes on", async () => {
  const { finding, done, patterns } = bench({ kind: "treenode", id: 2 }, [tagged(2), tagged(3), tagged(11)]);
  await finding.taggedToo("a+b");
  await finding.nextTagged();
  expect(patterns).toEqual(["^a\\+b$"]);
  expect(done).toEqual(["to 3", "to 11"]);
  const alone = bench({ kind: "treenode", id: 2 }, [tagged(2)]);
  await expect(alone.finding.taggedToo("a+b")).rejects.toThrow("No other node is tagged “a+b”.");
});
