import { describe, expect, test } from "vitest";
import { type Change, type Corners, News, touches } from "../../src/tracing-layer/data/news";

const EVERYWHERE: Corners = [
  [0, 0, 0],
  [100, 100, 100],
];

function change(version: number, more: Partial<Change> = {}): Change {
  return {
    version,
    label: "node.update",
    user_id: 2,
    username: "ana",
    time: "2026-01-01T00:00:00.000Z",
    is_own_user: true,
    is_detailed: true,
    treenode_ids: [],
    connector_ids: [],
    skeleton_ids: [],
    old_box: null,
    new_box: null,
    ...more,
  };
}

function bench(): { news: News; told: number[]; edit: { isUnderWay: boolean } } {
  const told: number[] = [];
  const edit = { isUnderWay: false };
  const news = new News({
    isWriting: () => edit.isUnderWay,
    changed: ({ version }) => told.push(version),
  });
  return { news, told, edit };
}

describe("own edits", () => {
  test("are no news, whether the answer comes before the event or after", () => {
    const { news, told, edit } = bench();
    news.answered([5]);
    news.received(change(5));
    edit.isUnderWay = true;
    news.received(change(6));
    news.answered([6, 7]);
    news.received(change(7));
    expect(told).toEqual([]);
    expect(news.isOwn(7)).toBe(true);
  });

  test("made in another window are news, once it is known that they are not this page's", () => {
    const { news, told, edit } = bench();
    news.received(change(5));
    expect(told).toEqual([5]);
    edit.isUnderWay = true;
    news.received(change(6));
    expect(told).toEqual([5]);
    news.answered([7]);
    expect(told).toEqual([5, 6]);
  });

  test("that were refused hold nothing back", () => {
    const { news, told, edit } = bench();
    edit.isUnderWay = true;
    news.received(change(5, { is_own_user: null }));
    news.answered();
    expect(told).toEqual([5]);
  });

  test("do not delay those of others", () => {
    const { news, told, edit } = bench();
    edit.isUnderWay = true;
    news.received(change(5, { is_own_user: false }));
    expect(told).toEqual([5]);
  });
});

describe("what is active", () => {
  test("is touched by changes of the node, its skeleton, or a part of its edge", () => {
    const node = { kind: "treenode", id: 5 } as const;
    expect(touches(change(1, { treenode_ids: [4, 5] }), node, null, undefined)).toBe(true);
    expect(touches(change(1, { treenode_ids: [4] }), node, 9, undefined)).toBe(false);
    expect(touches(change(1, { skeleton_ids: [9] }), null, 9, undefined)).toBe(true);
    expect(touches(change(1, { treenode_ids: [5] }), { kind: "connector", id: 5 }, null, undefined)).toBe(
      false,
    );
    expect(touches(change(1, { connector_ids: [5] }), { kind: "connector", id: 5 }, null, undefined)).toBe(
      true,
    );
    const virtual = { kind: "virtual", id: 6, parent: 5, at: [0, 0, 0] } as const;
    expect(touches(change(1, { treenode_ids: [5] }), { ...virtual, at: [0, 0, 0] }, null, undefined)).toBe(
      true,
    );
  });

  test("may be among many that are not named, if it is where they are", () => {
    const many = change(1, { treenode_ids: null, old_box: EVERYWHERE });
    const node = { kind: "treenode", id: 5 } as const;
    expect(touches(many, node, null, [50, 0, 100])).toBe(true);
    expect(touches(many, node, null, [50, 0, 101])).toBe(false);
    expect(touches(many, node, null, undefined)).toBe(false);
  });
});
