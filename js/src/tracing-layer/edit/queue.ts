/**
 * Edits that are drawn at once and written in order, one at a time.
 *
 * What is drawn is `base` (what the service is known to hold) with all pending edits applied. An
 * answer moves its edit into `base`; a refusal drops it together with the edits that build on it.
 */

import { isAbort, KernelSilent } from "../../shared/rpc";
import { Graph, NO_PARENT } from "../data/graph";
import type { Answer, Edit, Learning, Op, Sending } from "./edit";
import type { Stamp, Translation } from "./fields";
import { Hint } from "./hint";
import { type KeptEdit, readEdit } from "./kept";
import { uuid } from "./uuid";

export interface EditRequest {
  op: Op;
  args: Record<string, unknown>;
  state: unknown;
  /** Idempotency key: a repeated request does not write twice. */
  key: string;
  /** The same for edits that are undone together; null for one that is undone alone. */
  group: string | null;
}

export interface QueueHost {
  /** Ask the service; rejects when it refuses. */
  send(request: EditRequest): Promise<Answer>;
  /** Read the visible part again, and `rebase` on it. */
  reload(): Promise<void>;
  /** An edit was made; it is drawn with the next frame. */
  added(edit: Edit): void;
  /** What is drawn has changed. */
  changed(): void;
  confirmed(edit: Edit, answer: Answer): void;
  /** An edit was refused; `dropped` are that edit and those that depend on it. */
  refused(edit: Edit, reason: unknown, dropped: Edit[]): void;
  /** Other edits are pending than before; called before any of them is sent. */
  pendingChanged(): void;
  /** No edit is written here any more, for a reason in words. */
  halted(reason: string): void;
}

interface PendingEdit {
  edit: Edit;
  key: string;
  group: string | null;
  /** When it was made first, ms since 1970. */
  time: number;
  /** The number of answers received before it was made. */
  made: number;
  /** It may have been sent, here or by a page before this one. */
  isSent: boolean;
}

export class EditQueue {
  private base = Graph.empty();
  private drawn = this.base;
  private pending: PendingEdit[] = [];
  /** Confirmed edits that may be missing from a snapshot that was requested before. */
  private recent: Array<{ edit: Edit; answered: number; stamps: Stamp[] }> = [];
  private readonly real = new Map<number, number>();
  private readonly times = new Map<string, { time: number; answered: number }>();
  private answers = 0;
  private restamped = -1;
  private writing = false;
  private halted: string | null = null;
  private readonly waiting: Array<() => void> = [];
  private nextTemporary = -2;
  private group: string | null = null;

  constructor(
    private readonly host: QueueHost,
    private readonly newKey: () => string = uuid,
  ) {}

  /** What to draw: the newest known state with all pending edits. */
  get graph(): Graph {
    return this.drawn;
  }

  get length(): number {
    return this.pending.length;
  }

  /** The number of answers so far: hand it to `rebase` with a snapshot that is asked for now. */
  get now(): number {
    return this.answers;
  }

  temporaryId(): number {
    return this.nextTemporary--;
  }

  /** The id that a temporary one has become. */
  readonly resolve = (id: number): number => this.real.get(id) ?? id;

  /** Ids that pending edits make or change. */
  touched(): Set<number> {
    const ids = new Set<number>();
    for (const { edit } of this.pending) {
      for (const id of [...edit.creates, ...edit.needs]) ids.add(this.resolve(id));
    }
    return ids;
  }

  /** Take the edits that `work` adds for one: they are undone together. */
  together<T>(work: () => T): T {
    const outer = this.group;
    this.group ??= this.newKey();
    try {
      return work();
    } finally {
      this.group = outer;
    }
  }

  /** Draw an edit now, and write it after the edits before it. */
  add(edit: Edit): void {
    if (this.absorbed(edit)) return;
    this.enter([{ edit, key: this.newKey(), group: this.group, time: Date.now(), isSent: false }]);
  }

  /** The pending edits, to be kept while they are not written. */
  kept(): KeptEdit[] {
    return this.pending.map(({ edit: { op, values }, key, group, time, made }) => {
      const translation: Translation = { id: this.resolve, time: (seen) => this.timeOf(seen, made) };
      return { op, values: readEdit({ op, values }, translation).values, key, group, time };
    });
  }

  /** Add edits that another queue of the same project has left pending, with their keys; as they are here. */
  take(edits: readonly KeptEdit[]): Edit[] {
    const temporary = new Map<number, number>();
    const renewed = (id: number): number => {
      if (id >= NO_PARENT) return id;
      const fresh = temporary.get(id) ?? this.temporaryId();
      temporary.set(id, fresh);
      return fresh;
    };
    const translation: Translation = { id: renewed, time: ({ time }) => time };
    const entries = edits.map(({ key, group, time, ...kept }) => ({
      edit: readEdit(kept, translation),
      key,
      group,
      time,
      isSent: true,
    }));
    this.enter(entries);
    return entries.map(({ edit }) => edit);
  }

  /** Whether the last pending edit has taken an edit in, so that both are written as one. */
  private absorbed(edit: Edit): boolean {
    const last = this.pending.at(-1);
    const both = last && !last.isSent && this.halted === null ? last.edit.absorb?.(edit) : null;
    if (!last || !both) return false;
    edit.apply(this.drawn, this.resolve);
    last.edit = both;
    this.drawn.revision++;
    this.host.pendingChanged();
    this.host.changed();
    return true;
  }

  private enter(edits: ReadonlyArray<Omit<PendingEdit, "made">>): void {
    if (this.halted !== null) throw new Hint(this.halted);
    if (this.drawn === this.base) this.drawn = this.base.copy();
    for (const entry of edits) {
      entry.edit.apply(this.drawn, this.resolve);
      this.pending.push({ ...entry, made: this.answers });
      this.host.added(entry.edit);
    }
    this.drawn.revision++;
    this.host.pendingChanged();
    this.host.changed();
    void this.write();
  }

  /** Settles when no edit is pending. */
  idle(): Promise<void> {
    return this.pending.length === 0 ? Promise.resolve() : new Promise((done) => this.waiting.push(done));
  }

  /** Take a snapshot of the service's state that was asked for at `asked`. */
  rebase(snapshot: Graph, asked: number): void {
    this.recent = this.recent.filter(({ answered }) => answered > asked);
    for (const { edit, stamps } of this.recent) {
      edit.apply(snapshot, this.resolve);
      for (const { of, id, time } of stamps) snapshot.setTime(of, id, time);
    }
    this.base = snapshot;
    this.redraw();
  }

  private redraw(): void {
    this.drawn = this.pending.length > 0 ? this.base.copy() : this.base;
    for (const { edit } of this.pending) edit.apply(this.drawn, this.resolve);
    this.drawn.revision++;
    this.host.changed();
  }

  private async write(): Promise<void> {
    if (this.writing) return;
    this.writing = true;
    for (let first = this.pending[0]; first; first = this.pending[0]) {
      if (this.halted !== null) return;
      try {
        const { edit, key, group } = first;
        first.isSent = true;
        const answer = await this.host.send({
          op: edit.op,
          ...edit.request(this.sending(first)),
          key,
          group,
        });
        await this.confirm(first, answer);
      } catch (reason) {
        // Nobody has refused the edit: it stays pending, for another queue to take.
        if (reason instanceof KernelSilent || isAbort(reason)) return this.halt(reason.message);
        this.refuse(first, reason);
      }
    }
    this.writing = false;
    for (const done of this.waiting.splice(0)) done();
  }

  /** Write nothing any more, for a reason that the person is told: what is pending is left to another queue. */
  halt(reason: string): void {
    if (this.halted !== null) return;
    this.halted = reason;
    this.host.halted(reason);
  }

  private async confirm({ edit }: PendingEdit, answer: Answer): Promise<void> {
    this.answers++;
    this.pending.shift();
    const stamps: Stamp[] = [];
    const learning: Learning = {
      id: (temporary, real) => void this.real.set(temporary, real),
      time: (of, id, iso) => void stamps.push({ of, id: this.resolve(id), time: Date.parse(iso) / 1000 }),
    };
    edit.learn(answer, learning);
    edit.apply(this.base, this.resolve);
    for (const { of, id, time } of stamps) {
      this.base.setTime(of, id, time);
      this.times.set(`${of} ${id}`, { time, answered: this.answers });
    }
    this.recent.push({ edit, answered: this.answers, stamps });
    this.host.pendingChanged();
    this.redraw();
    this.host.confirmed(edit, answer);
    if (edit.restamps) await this.restamp();
  }

  /** After an edit with unknown edition times, pending edits take theirs from a new reading. */
  private async restamp(): Promise<void> {
    await this.host.reload();
    this.restamped = ++this.answers;
  }

  private refuse(refused: PendingEdit, reason: unknown): void {
    if (this.pending[0] !== refused) return;
    this.answers++;
    const gone = new Set<number>(refused.edit.creates);
    const dropped: Edit[] = [];
    this.pending = this.pending.filter((pending) => {
      const { edit } = pending;
      if (pending !== refused && !edit.needs.some((id) => gone.has(id))) return true;
      for (const id of edit.creates) gone.add(id);
      dropped.push(edit);
      return false;
    });
    this.host.pendingChanged();
    this.redraw();
    this.host.refused(refused.edit, reason, dropped);
  }

  private sending({ made }: PendingEdit): Sending {
    return {
      id: this.resolve,
      stamp: (seen) => [this.resolve(seen.id), isoTime(this.timeOf(seen, made))],
    };
  }

  /** The edition time to send: the one seen, or that of a later own edit. */
  private timeOf({ of, id: seen, time }: Stamp, made: number): number {
    const id = this.resolve(seen);
    if (this.restamped > made) return this.base.time(of, id);
    const own = this.times.get(`${of} ${id}`);
    return own && own.answered > made ? own.time : time;
  }
}

/** Seconds since 1970 as ISO 8601 with microseconds. */
export function isoTime(seconds: number): string {
  if (!Number.isFinite(seconds)) return "";
  let whole = Math.floor(seconds);
  let micros = Math.round((seconds - whole) * 1e6);
  if (micros === 1e6) [whole, micros] = [whole + 1, 0];
  const text = new Date(whole * 1000).toISOString().slice(0, 19);
  return `${text}.${String(micros).padStart(6, "0")}+00:00`;
}
