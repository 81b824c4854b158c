import { beforeEach, describe, expect, it } from "vitest";
import { SelectionColumns } from "../../src/shared/selection/columns";
import {
  DEFAULT_FLAGS,
  type Delta,
  type DeltaMessage,
  delta,
  deltaOf,
  FLAG,
  messageOf,
  PALETTE,
} from "../../src/shared/selection/delta";
import { type KernelMessage, type SelectionChange, SelectionStore } from "../../src/shared/selection/store";

interface Sent {
  delta: DeltaMessage;
  page: string;
  seq: number;
}

/** The kernel's copy; answers when it is told to. */
class FakeKernel {
  readonly columns = new SelectionColumns();
  readonly inbox: Array<[Sent, ArrayBuffer[]]> = [];
  readonly stores: SelectionStore[] = [];
  revision = 0;
  states = 0;

  constructor(ids: number[]) {
    const flags = new Uint8Array(ids.length).fill(DEFAULT_FLAGS);
    this.columns.apply(delta("all", { ids: Int32Array.from(ids), rgba: new Uint32Array(ids.length), flags }));
  }

  async open(): Promise<SelectionStore> {
    const store = new SelectionStore({
      send: (content, buffers) => this.inbox.push([content as Sent, buffers]),
      state: async () => {
        this.states++;
        const { ids, rgba, flags, active } = this.columns;
        const [message, buffers] = messageOf(delta("all", { ids, rgba, flags, active }), this.revision - 1);
        return { message, buffers: views(buffers) };
      },
    });
    this.stores.push(store);
    await store.ready;
    return store;
  }

  /** A change of the kernel itself, or of a page. */
  change(change: Delta, origin: object = {}): void {
    this.columns.apply(change);
    const [message, buffers] = messageOf(change, this.revision++);
    for (const store of this.stores) store.received({ delta: message, ...origin }, views(buffers));
  }

  /** Do what the pages asked for. */
  answer(): void {
    for (const [{ delta: message, page, seq }, buffers] of this.inbox.splice(0)) {
      this.change(deltaOf(message, views(buffers)), { page, seq });
    }
  }
}

function views(buffers: ArrayBuffer[]): DataView[] {
  return buffers.map((buffer) => new DataView(buffer));
}

function rowsOf(store: SelectionStore | SelectionColumns): unknown {
  return [[...store.ids], [...store.rgba], [...store.flags], store.active];
}

let kernel: FakeKernel;
let store: SelectionStore;
let told: SelectionChange[];

beforeEach(async () => {
  kernel = new FakeKernel([17, 18, 19]);
  store = await kernel.open();
  told = [];
  store.subscribe("all", (change) => told.push(change));
});

describe("a selection in the page", () => {
  it("has a change at once, in all widgets, and sends it to the kernel", () => {
    store.select([18]);
    expect(store.isSelected(18)).toBe(true);
    expect(told.map(({ what, ids }) => [what, [...ids]])).toEqual([["selected", [18]]]);
    expect(kernel.inbox).toHaveLength(1);
    kernel.answer();
    expect(rowsOf(store)).toEqual(rowsOf(kernel.columns));
    expect(told).toHaveLength(1);
  });

  it("tells nobody of what changes nothing", () => {
    store.setFlags([17], FLAG.VISIBLE, FLAG.VISIBLE);
    store.setColors([17], 0);
    store.add([17]);
    store.remove([5]);
    store.setActive(5);
    store.select([]);
    expect(told).toEqual([]);
    expect(kernel.inbox).toEqual([]);
  });

  it("gives new skeletons the palette's next colours", () => {
    store.add([20, 21, 20], undefined);
    expect([...store.ids]).toEqual([17, 18, 19, 20, 21]);
    expect(store.colorOf(20)).toBe(PALETTE[3]);
    expect(store.colorOf(21)).toBe(PALETTE[4]);
    expect(store.isVisible(21)).toBe(true);
  });

  it("tells only of the kind that is asked for, and of all when all is replaced", () => {
    const added: number[][] = [];
    const stop = store.subscribe("added", ({ ids }) => added.push([...ids]));
    store.setActive(17);
    store.add([30]);
    kernel.change(delta("all", { ids: Int32Array.of(1), rgba: Uint32Array.of(2), flags: Uint8Array.of(3) }));
    stop();
    store.add([31]);
    expect(added).toEqual([[30], [1]]);
  });

  it("forgets the active one when it is removed", () => {
    store.setActive(18);
    store.remove([18]);
    expect(store.active).toBeNull();
    expect(store.has(18)).toBe(false);
    expect(store.rowOf(19)).toBe(1);
  });

  it("has the kernel's order of changes where two pages change the same", () => {
    const change = delta("rgba", { ids: Int32Array.of(17, 18), rgba: Uint32Array.of(1, 2) });
    store.setColors([17], 9);
    kernel.change(change);
    expect([store.colorOf(17), store.colorOf(18)]).toEqual([9, 2]);
    kernel.answer();
    expect(rowsOf(store)).toEqual(rowsOf(kernel.columns));
  });

  it("reads all again where rows came in another order", async () => {
    store.add([20]);
    kernel.change(
      delta("added", { ids: Int32Array.of(21), rgba: Uint32Array.of(5), flags: Uint8Array.of(1) }),
    );
    expect([...store.ids]).toEqual([17, 18, 19, 20, 21]);
    kernel.answer();
    await Promise.resolve().then(() => new Promise((resolve) => setTimeout(resolve)));
    expect([...store.ids]).toEqual([17, 18, 19, 21, 20]);
    expect(kernel.states).toBe(2);
  });

  it("reads all again where a change was missed", async () => {
    const { stores } = kernel;
    kernel.stores.splice(0);
    kernel.change(delta("removed", { ids: Int32Array.of(17) }));
    kernel.stores.push(store);
    kernel.change(delta("active", { active: 19 }));
    await new Promise((resolve) => setTimeout(resolve));
    expect(rowsOf(store)).toEqual(rowsOf(kernel.columns));
    expect(told.at(-1)?.what).toBe("all");
    expect(stores).toHaveLength(1);
  });

  it("takes back what the kernel refuses", async () => {
    store.setActive(18);
    const [[{ page, seq }]] = kernel.inbox.splice(0) as [[Sent, ArrayBuffer[]]];
    const refused: KernelMessage = { refused: { page, seq, message: "No." } };
    store.received(refused, []);
    await new Promise((resolve) => setTimeout(resolve));
    expect(store.active).toBeNull();
  });

  it("does what came while it was read", async () => {
    const opening = kernel.open();
    kernel.change(delta("active", { active: 19 }));
    kernel.change(delta("removed", { ids: Int32Array.of(18) }));
    expect(rowsOf(await opening)).toEqual(rowsOf(kernel.columns));
  });

  it("is the same as the kernel's after any changes of several pages", async () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 16807) % 2147483647;
      return seed % below;
    };
    const other = await kernel.open();
    for (let step = 0; step < 600; step++) {
      const page = random(2) === 0 ? store : other;
      const ids = Array.from({ length: random(4) }, () => 1 + random(12));
      const actions = [
        () => page.add(ids),
        () => page.remove(ids),
        () => page.select(ids),
        () => page.setColors(ids, random(3)),
        () => page.setFlags(ids, FLAG.PRE | FLAG.POST, random(64)),
        () => page.setActive(random(3) === 0 ? null : 1 + random(12)),
      ];
      actions[random(actions.length)]?.();
      if (random(3) === 0) kernel.answer();
      if (random(20) === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    kernel.answer();
    await new Promise((resolve) => setTimeout(resolve));
    expect(rowsOf(store)).toEqual(rowsOf(kernel.columns));
    expect(rowsOf(other)).toEqual(rowsOf(kernel.columns));
  });
});
