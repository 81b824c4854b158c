import { expect, test } from "vitest";
import { BrowserStore, type StoreHost } from "../../src/tracing-layer/edit/browser-store";
import { BLOCKED, FakeBrowser, FakeStorage } from "./page";

/** What a store is offered; all of it is taken. */
async function offered(store: BrowserStore): Promise<string[]> {
  const texts: string[] = [];
  await store.offer((text) => {
    texts.push(text);
    return true;
  });
  return texts;
}

test("an entry is offered when its store is gone, once, and to the same place only", async () => {
  const browser = new FakeBrowser();
  expect(new BrowserStore("here", browser.page()).keep("edits")).toBe(true);
  const [next, elsewhere] = [browser.page(), browser.page()];
  expect(await offered(new BrowserStore("here", next))).toEqual([]);
  browser.locks.clear();
  expect(await offered(new BrowserStore("elsewhere", elsewhere))).toEqual([]);
  expect(await offered(new BrowserStore("here", next))).toEqual(["edits"]);
  expect(await offered(new BrowserStore("here", next))).toEqual([]);
  expect(browser.storage.length).toBe(0);
});

test("an entry that is not taken stays", async () => {
  const browser = new FakeBrowser();
  new BrowserStore("here", browser.page()).keep("edits");
  browser.locks.clear();
  const store = new BrowserStore("here", browser.page());
  await store.offer(() => Promise.resolve(false));
  expect(await offered(store)).toEqual(["edits"]);
});

test("two pages do not take the same entry", async () => {
  const browser = new FakeBrowser();
  new BrowserStore("here", browser.page()).keep("edits");
  browser.locks.clear();
  const stores = [browser.page(), browser.page()].map((page) => new BrowserStore("here", page));
  expect((await Promise.all(stores.map(offered))).flat()).toEqual(["edits"]);
});

test("a store that leaves its entry tells the others of its page", async () => {
  const browser = new FakeBrowser();
  const page = browser.page();
  const [left, next] = [new BrowserStore("here", page), new BrowserStore("here", page)];
  left.keep("edits");
  const taken: string[] = [];
  const stop = next.onFreed(async () => taken.push(...(await offered(next))));
  left.leave();
  left.leave();
  await new Promise((done) => setTimeout(done));
  expect(taken).toEqual(["edits"]);
  stop();
});

test("nothing is kept where nothing is pending", () => {
  const browser = new FakeBrowser();
  const store = new BrowserStore("here", browser.page());
  store.keep("edits");
  store.keep(null);
  expect(browser.storage.length).toBe(0);
});

test("without locks an entry is offered at once", async () => {
  const browser = new FakeBrowser();
  const page = (): StoreHost => browser.page({ hasLocks: false });
  new BrowserStore("here", page()).keep("edits");
  expect(await offered(new BrowserStore("here", page()))).toEqual(["edits"]);
});

test("storage that is full or blocked says so, and breaks nothing", async () => {
  const full = new BrowserStore("here", new FakeBrowser(new FakeStorage(3)).page());
  expect([full.keep("abc"), full.keep("abcd")]).toEqual([true, false]);
  const blocked = new BrowserStore("here", BLOCKED);
  expect(blocked.keep("edits")).toBe(false);
  expect(await offered(blocked)).toEqual([]);
});
