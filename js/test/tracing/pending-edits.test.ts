import { afterEach, describe, expect, test } from "vitest";
import type { LayerHost } from "../../src/shared/layer";
import { KernelSilent } from "../../src/shared/rpc";
import type { Active } from "../../src/tracing-layer/data/selection";
import type { Answer } from "../../src/tracing-layer/edit/edit";
import { createTreenode, setLabels } from "../../src/tracing-layer/edit/edits";
import { EditQueue, type EditRequest } from "../../src/tracing-layer/edit/queue";
import { PendingEdits, type PendingEditsContext } from "../../src/tracing-layer/pending-edits";
import { createdNode, NOON, settle, twoSkeletons } from "./fixtures";
import { BLOCKED, FakeBrowser } from "./page";

const DAY_MS = 86_400_000;

/** A tracing layer as far as its edits go: its service answers when the test says so. */
class Bench {
  readonly sent: EditRequest[] = [];
  readonly notices: string[] = [];
  readonly questions: string[] = [];
  answer: string | null = null;
  isLate = false;
  active: Active | null = null;
  readonly queue: EditQueue;
  readonly pending: PendingEdits;
  private readonly answers: Array<{ resolve(answer: Answer): void; reject(reason: unknown): void }> = [];

  constructor(
    page = new FakeBrowser().page(),
    { place = "here", isRepeatable = true, readOnly = false, kernel = "old" } = {},
  ) {
    this.queue = new EditQueue({
      send: (request) => {
        this.sent.push(request);
        return new Promise((resolve, reject) => this.answers.push({ resolve, reject }));
      },
      reload: () => Promise.resolve(),
      added: () => {},
      changed: () => {},
      confirmed: () => {},
      refused: () => {},
      pendingChanged: () => this.pending.keep(),
      halted: (reason) => this.pending.halted(reason),
    });
    const host = {
      notify: (_level: string, text: string) => this.notices.push(text),
      ask: (question: string) => {
        this.questions.push(question);
        return Promise.resolve(this.answer);
      },
    } as unknown as LayerHost;
    this.pending = new PendingEdits(
      {
        queue: this.queue,
        selection: this.selection(),
        host: () => host,
        place,
        isRepeatable,
        isReadOnly: () => readOnly,
        isLate: () => this.isLate,
        kernel,
        plane: () => "xy",
      },
      page,
    );
    this.queue.rebase(twoSkeletons(), 0);
    benches.push(this);
  }

  private selection(): PendingEditsContext["selection"] {
    const bench = this;
    return {
      get active() {
        return bench.active;
      },
      select: (active) => {
        this.active = active;
      },
    };
  }

  addChild(parent: number): number {
    const temporary = { node: this.queue.temporaryId(), skeleton: this.queue.temporaryId() };
    this.queue.add(createTreenode(this.queue.graph, temporary, parent, { x: 1, y: 2, z: 100 }));
    return temporary.node;
  }

  async ready(): Promise<this> {
    this.pending.ready();
    await new Promise((done) => setTimeout(done));
    return this;
  }

  async confirm(answer: Answer): Promise<void> {
    this.answers.shift()?.resolve(answer);
    await settle();
  }

  async refuse(reason: unknown): Promise<void> {
    this.answers.shift()?.reject(reason);
    await settle();
  }
}

// A page of a test has no window.
globalThis.window ??= new EventTarget() as Window & typeof globalThis;
const benches: Bench[] = [];
afterEach(() => {
  for (const bench of benches.splice(0)) bench.pending.dispose();
});

/** A browser whose page was left with edits pending. */
function left(count = 2, options = {}): FakeBrowser {
  const browser = new FakeBrowser();
  const bench = new Bench(browser.page(), options);
  let parent = 3;
  for (let made = 0; made < count; made++) parent = bench.addChild(parent);
  browser.locks.clear();
  return browser;
}

describe("edits that were pending when the page was left", () => {
  test("are sent by the next layer with the same keys, and then are kept no more", async () => {
    const browser = new FakeBrowser();
    const before = new Bench(browser.page());
    before.queue.add(setLabels("treenode", before.addChild(3), ["ends"]));
    browser.locks.clear();
    const next = await new Bench(browser.page()).ready();
    expect(next.notices).toEqual(["2 edits that were not saved yet are sent now."]);
    expect(next.sent[0]).toEqual(before.sent[0]);
    expect(browser.storage.length).toBe(1);
    await next.confirm(createdNode(50, NOON));
    expect(next.sent[1]?.args).toEqual({ kind: "treenode", node_id: 50, labels: ["ends"] });
    await next.confirm({ new_labels: [], deleted_labels: [] } as unknown as Answer);
    expect([next.queue.length, browser.storage.length]).toEqual([0, 0]);
  });

  test("are told of while the project cannot be drawn", async () => {
    const next = new Bench(left(2).page());
    await next.pending.unreadable();
    await next.pending.unreadable();
    expect(next.notices).toEqual(["2 edits are kept in this browser until the service answers."]);
    await next.ready();
    expect(next.notices[1]).toBe("2 edits that were not saved yet are sent now.");
    const without = new Bench(new FakeBrowser().page());
    await without.pending.unreadable();
    expect(without.notices).toEqual([]);
  });

  test("leave active the last of the nodes that go on from the active one", async () => {
    for (const [active, generations] of [
      [3, 2],
      [1, 1],
      [4, 0],
    ] as const) {
      const browser = new FakeBrowser();
      const before = new Bench(browser.page());
      before.addChild(before.addChild(3));
      before.addChild(1);
      browser.locks.clear();
      const next = new Bench(browser.page());
      next.active = { kind: "treenode", id: active };
      await next.ready();
      let { id } = next.active;
      for (let step = 0; step < generations; step++) {
        expect(id).toBeLessThan(-1);
        id = next.queue.graph.parent(id) ?? 0;
      }
      expect(id).toBe(active);
    }
  });

  test("wait until the project is drawn, and are taken up once", async () => {
    const browser = left();
    const next = new Bench(browser.page());
    expect(next.sent).toEqual([]);
    await next.ready();
    await next.ready();
    expect(next.queue.length).toBe(2);
  });

  test("are not taken by layers of other users, databases or projects, nor by one that is read only", async () => {
    const browser = left();
    for (const options of [{ place: "elsewhere" }, { place: "" }, { readOnly: true }]) {
      const other = await new Bench(browser.page(), options).ready();
      expect([other.queue.length, other.notices, other.questions]).toEqual([0, [], []]);
    }
    expect((await new Bench(browser.page()).ready()).queue.length).toBe(2);
  });

  test("are left alone while their page lives", async () => {
    const browser = new FakeBrowser();
    new Bench(browser.page()).addChild(3);
    expect((await new Bench(browser.page()).ready()).queue.length).toBe(0);
  });

  test("survive a second reload before they are sent", async () => {
    const browser = left(3);
    const second = await new Bench(browser.page()).ready();
    await second.confirm(createdNode(50, NOON));
    browser.locks.clear();
    const third = await new Bench(browser.page()).ready();
    expect(third.sent[0]).toEqual(second.sent[1]);
    expect([third.queue.length, browser.storage.length]).toEqual([2, 1]);
  });
});

describe("edits that might be done twice", () => {
  async function asksAbout(browser: FakeBrowser, options = {}): Promise<string> {
    const next = await new Bench(browser.page(), options).ready();
    expect([next.sent, next.queue.length]).toEqual([[], 0]);
    expect(browser.storage.length).toBe(1);
    const again = new Bench(browser.page(), options);
    again.answer = "Discard";
    await again.ready();
    expect(browser.storage.length).toBe(0);
    return next.questions.join();
  }

  test("because the service may have forgotten them are told, and can be discarded", async () => {
    const browser = left(2);
    const [name = ""] = Array.from({ length: 1 }, (_, index) => browser.storage.key(index) ?? "");
    const stored = JSON.parse(browser.storage.getItem(name) ?? "");
    for (const edit of stored.edits) edit.time = Date.now() - 6.1 * DAY_MS;
    browser.storage.setItem(name, JSON.stringify(stored));
    expect(await asksAbout(browser)).toMatch(
      /^2 edits were pending .*: add the node \(2\)\. Not sent again, .* days old/,
    );
  });

  test("because the server remembers nothing are told, and can be discarded", async () => {
    expect(await asksAbout(left(1), { isRepeatable: false })).toMatch(
      /^An edit was .* this server cannot tell/,
    );
  });

  test.each([
    "{",
    "null",
    "[]",
    '{"format": 2, "edits": []}',
    '{"format": 1, "edits": [{"op": "explode", "values": {}, "key": "k", "group": null, "time": 1}]}',
    '{"format": 1, "edits": [{"op": "set_labels", "values": {"kind": "soma"}, "key": "k", "group": null, "time": 1}]}',
    '{"format": 1, "edits": [{"op": "undo", "values": {}, "key": 5, "group": null, "time": 1}]}',
  ])("because they cannot be read are told, and can be discarded: %s", async (text) => {
    const browser = left(1);
    browser.storage.setItem(browser.storage.key(0) ?? "", text);
    expect(await asksAbout(browser)).toMatch(/this version cannot read/);
  });
});

test("when the kernel is gone the next layer of the page sends what it left", async () => {
  const page = new FakeBrowser().page();
  const gone = new Bench(page);
  gone.addChild(3);
  await gone.refuse(new KernelSilent("It was restarted."));
  expect(gone.notices).toEqual(["It was restarted. An edit is kept in this browser."]);
  const next = await new Bench(page).ready();
  expect(next.sent).toEqual(gone.sent);
});

test("a layer that waits in vain leaves its edits to one that starts in the page, another one does not", async () => {
  const page = new FakeBrowser().page();
  const [late, busy, elsewhere] = [new Bench(page), new Bench(page), new Bench(page, { place: "elsewhere" })];
  for (const bench of [late, busy, elsewhere]) bench.addChild(3);
  late.isLate = elsewhere.isLate = true;
  const next = await new Bench(page, { kernel: "new" }).ready();
  expect(next.sent).toEqual(late.sent);
  expect(late.notices.join()).toMatch(/opened last. An edit is kept/);
  expect(() => late.addChild(3)).toThrow("opened last");
  busy.addChild(3);
  expect(elsewhere.notices).toEqual([]);
  busy.isLate = true;
  await new Bench(page).ready();
  busy.addChild(3);
  await next.ready();
  expect(() => busy.addChild(3)).toThrow("opened last");
});

test("a layer that is there already sends what a closed one left", async () => {
  const page = new FakeBrowser().page();
  const [closed, other] = [new Bench(page), await new Bench(page).ready()];
  closed.addChild(3);
  closed.pending.dispose();
  await new Promise((done) => setTimeout(done));
  expect(other.sent).toEqual(closed.sent);
});

test("a browser that keeps nothing is told of once, and edits go on", async () => {
  const bench = new Bench(BLOCKED);
  bench.addChild(3);
  bench.addChild(3);
  expect(bench.notices).toEqual([
    "This browser cannot keep edits over a reload: stay on the page until they are saved.",
  ]);
  expect(bench.sent.length).toBe(1);
});
