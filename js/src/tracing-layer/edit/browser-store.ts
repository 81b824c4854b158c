/**
 * Text in the browser's storage, an entry for each edit queue of one place (database, user and project).
 *
 * A queue holds a lock of its entry's name as long as its page and widget live. An entry whose lock is free is of a
 * queue that is gone: another one may take it over. Pages over plain HTTP from another host have no locks; there an
 * entry may be taken over while its queue lives, and edits be sent by both, which their keys make harmless.
 */
import { uuid } from "./uuid";

type Locks = Pick<LockManager, "request">;

/** The parts of a page that a store works with. */
export interface StoreHost {
  storage(): Storage;
  locks: Locks | undefined;
  /** Where stores of the same page tell each other that an entry is free. */
  events: EventTarget;
}

const PREFIX = "catmaid-jupyter edits";
const FREED = "catmaid-jupyter-edits-freed";
const WANTED = "catmaid-jupyter-edits-wanted";

export const thisPage: StoreHost = {
  storage: () => localStorage,
  locks: globalThis.navigator?.locks,
  events: globalThis as unknown as EventTarget,
};

export class BrowserStore {
  private readonly name: string;
  private readonly prefix: string;
  private free: () => void = () => {};
  /** Settles when others can have the lock. */
  private readonly holding: Promise<unknown>;

  constructor(
    place: string,
    private readonly host: StoreHost = thisPage,
  ) {
    this.prefix = `${PREFIX} ${place} `;
    this.name = this.prefix + uuid();
    const held = new Promise<void>((free) => {
      this.free = free;
    });
    this.holding = host.locks?.request(this.name, () => held) ?? held;
  }

  /** Replace what is kept, null for nothing; false if the browser does not keep it. */
  keep(text: string | null): boolean {
    return this.put(this.name, text);
  }

  /** Leave the entry to other stores of the place. */
  leave(): void {
    this.free();
    void this.holding.then(() => this.host.events.dispatchEvent(new Event(FREED)));
  }

  /** Ask the stores of this page that cannot send their edits to leave them; `kernel` tells who could send them. */
  want(kernel: string): void {
    this.host.events.dispatchEvent(new CustomEvent(WANTED, { detail: [this.name, kernel] }));
  }

  /** Call a function whenever a store of this page leaves its entry; returns what ends this. */
  onFreed(listener: () => void): () => void {
    return this.on(FREED, listener);
  }

  /** Call a function whenever another store of this page and place wants entries; returns what ends this. */
  onWanted(listener: (kernel: string) => void): () => void {
    return this.on(WANTED, (event) => {
      const [name, kernel] = (event as CustomEvent<[string, string]>).detail;
      if (name !== this.name && name.startsWith(this.prefix)) listener(kernel);
    });
  }

  private on(name: string, listener: (event: Event) => void): () => void {
    this.host.events.addEventListener(name, listener);
    return () => this.host.events.removeEventListener(name, listener);
  }

  /** Offer the entries of queues that are gone; one is removed when `take` returns true. */
  async offer(take: (text: string) => boolean | Promise<boolean>): Promise<void> {
    for (const name of this.names()) {
      if (name === this.name) continue;
      await this.locked(name, async () => {
        const text = this.get(name);
        if (text !== null && (await take(text))) this.put(name, null);
      });
    }
  }

  /** Do something under an entry's lock, if nobody holds it. */
  private async locked(name: string, work: () => Promise<void>): Promise<void> {
    const { locks } = this.host;
    if (!locks) return work();
    await locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
  }

  private names(): string[] {
    try {
      const storage = this.host.storage();
      const names = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
      return names.filter((name) => name.startsWith(this.prefix)).sort();
    } catch {
      return []; // blocked
    }
  }

  private get(name: string): string | null {
    try {
      return this.host.storage().getItem(name);
    } catch {
      return null;
    }
  }

  private put(name: string, text: string | null): boolean {
    try {
      if (text === null) this.host.storage().removeItem(name);
      else this.host.storage().setItem(name, text);
      return true;
    } catch {
      return false; // blocked, or full
    }
  }
}
