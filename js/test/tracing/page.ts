/** A browser's storage, locks and pages, for stores of edits. */
import type { StoreHost } from "../../src/tracing-layer/edit/browser-store";

/** Storage of so many characters. */
export class FakeStorage implements Storage {
  [name: string]: unknown;
  private readonly entries = new Map<string, string>();

  constructor(private readonly room = Number.POSITIVE_INFINITY) {}

  get length(): number {
    return this.entries.size;
  }

  key(index: number): string | null {
    return [...this.entries.keys()][index] ?? null;
  }

  getItem(name: string): string | null {
    return this.entries.get(name) ?? null;
  }

  setItem(name: string, text: string): void {
    if (text.length > this.room) throw new DOMException("full", "QuotaExceededError");
    this.entries.set(name, text);
  }

  removeItem(name: string): void {
    this.entries.delete(name);
  }

  clear(): void {
    this.entries.clear();
  }

  get texts(): string[] {
    return [...this.entries.values()];
  }
}

/** Web Locks, as far as they are used: exclusive ones, held until their work is done. */
export class FakeLocks {
  private readonly held = new Set<string>();

  readonly request = (async (name: string, ...rest: unknown[]): Promise<unknown> => {
    const work = rest.at(-1) as (lock: unknown) => unknown;
    const { ifAvailable = false } = rest.length > 1 ? (rest[0] as LockOptions) : {};
    if (this.held.has(name)) {
      if (!ifAvailable) throw new Error(`${name} is held: the test does not expect to wait`);
      return work(null);
    }
    this.held.add(name);
    try {
      return await work({ name });
    } finally {
      this.held.delete(name);
    }
  }) as LockManager["request"];

  /** All pages are gone. */
  clear(): void {
    this.held.clear();
  }
}

export class FakeBrowser {
  readonly locks = new FakeLocks();
  constructor(readonly storage = new FakeStorage()) {}

  page({ hasLocks = true } = {}): StoreHost {
    return {
      storage: () => this.storage,
      locks: hasLocks ? this.locks : undefined,
      events: new EventTarget(),
    };
  }
}

export const BLOCKED: StoreHost = {
  storage: () => {
    throw new DOMException("blocked", "SecurityError");
  },
  locks: undefined,
  events: new EventTarget(),
};
