/**
 * What becomes of edits that are not written when their page or widget goes away.
 *
 * They are kept in the browser's storage before they are sent, until they are answered. The next tracing layer of the
 * same database, user and project sends them with the same keys, so that each is done once, also one whose answer was
 * lost. Those that could be done twice are not sent: edits older than the service remembers keys, and edits for servers
 * that remember none.
 */
import type { LayerHost, Plane } from "../shared/layer";
import { turnedPlaces } from "../shared/planes";
import type { Selection } from "./data/selection";
import { BrowserStore, type StoreHost } from "./edit/browser-store";
import type { Edit } from "./edit/edit";
import { Unreadable } from "./edit/fields";
import { areTooOld, inWords, type KeptEdit, readKept, writeKept } from "./edit/kept";
import type { EditQueue } from "./edit/queue";
import { guardLeaving } from "./leaving";
import { editsAre } from "./wording";

export interface PendingEditsContext {
  queue: EditQueue;
  selection: Pick<Selection, "active" | "select">;
  host(): LayerHost | null;
  /** Fingerprint of database, user and project; empty if it is not known. */
  place: string;
  /** Whether the service does an edit once that is sent twice. */
  isRepeatable: boolean;
  isReadOnly(): boolean;
  /** Tells the kernel's process from others. */
  kernel: string;
  /** The plane in whose coordinates edits are here; they are kept in those of the project. */
  plane(): Plane;
  /** Whether the kernel owes the answer to an edit for long, and the service is not the reason. */
  isLate(): boolean;
}

const ELSEWHERE = "The kernel does not answer here. Go on in the viewer that was opened last.";
const UNKNOWN =
  "Edits that were not saved are kept in this browser, in a form that this version cannot read.";

export class PendingEdits {
  private readonly store: BrowserStore | null;
  private readonly stopping: Array<() => void> = [];
  private readonly asked = new Set<string>();
  private isKept = true;
  private isReady = false;
  private hasHalted = false;
  private hasToldOfKept = false;

  constructor(
    private readonly context: PendingEditsContext,
    page?: StoreHost,
  ) {
    this.store = context.place ? new BrowserStore(context.place, page) : null;
    if (this.store) {
      this.stopping.push(
        this.store.onFreed(() => void this.takeUp()),
        this.store.onWanted((kernel) => {
          // Another layer of the same kernel would wait as long.
          if (kernel !== this.context.kernel && this.context.isLate()) this.context.queue.halt(ELSEWHERE);
        }),
      );
    }
    this.stopping.push(guardLeaving(() => this.context.queue.length > 0 && !(this.hasHalted && this.isKept)));
  }

  /** Keep what is pending now. */
  keep(): void {
    if (this.hasHalted) return;
    const edits = turnedPlaces(this.context.plane(), this.context.queue.kept());
    const wasKept = this.isKept;
    this.isKept = this.store?.keep(edits.length > 0 ? writeKept(edits) : null) ?? false;
    if (wasKept && !this.isKept) {
      const text = "This browser cannot keep edits over a reload: stay on the page until they are saved.";
      this.context.host()?.notify("warning", text);
    }
  }

  /** The kernel has answered, and the project is drawn: edits that others leave can be drawn in it, and sent. */
  ready(): void {
    if (!this.context.isReadOnly() && !this.hasHalted) this.store?.want(this.context.kernel);
    if (this.isReady) return;
    this.isReady = true;
    void this.takeUp();
  }

  /** The project cannot be drawn: say, once, how many edits wait until it can. */
  async unreadable(): Promise<void> {
    if (this.isReady || this.hasToldOfKept || this.context.isReadOnly()) return;
    this.hasToldOfKept = true;
    let count = 0;
    await this.store?.offer((stored) => {
      count += readable(stored)?.length ?? 0;
      return false;
    });
    if (count === 0) return;
    const text = `${editsAre(count)} kept in this browser until the service answers.`;
    this.context.host()?.notify("warning", text);
  }

  /** The queue writes no more, for a reason in words: leave the edits to another layer. */
  halted(reason: string): void {
    if (this.hasHalted) return;
    const { length } = this.context.queue;
    this.keep();
    this.hasHalted = true;
    const fate = this.isKept ? "kept in this browser" : "not saved";
    this.context.host()?.notify("warning", `${reason} ${editsAre(length)} ${fate}.`, true);
    this.store?.leave();
  }

  dispose(): void {
    this.hasHalted = true;
    for (const stop of this.stopping) stop();
    this.store?.leave();
  }

  private async takeUp(): Promise<void> {
    if (!this.isReady || this.hasHalted || this.context.isReadOnly()) return;
    await this.store?.offer((stored) => this.take(stored));
  }

  /** Send stored edits, or say why not; whether the entry has served. */
  private take(stored: string): boolean | Promise<boolean> {
    // Only one that is not disposed meanwhile can send them.
    if (this.hasHalted) return false;
    const edits = readable(stored);
    const obstacle = edits ? this.obstacle(edits) : UNKNOWN;
    if (!edits || obstacle) return this.discards(stored, obstacle);
    this.goOn(this.context.queue.take(turnedPlaces(this.context.plane(), edits)));
    const { length } = edits;
    const text = `${length} ${length === 1 ? "edit that was" : "edits that were"} not saved yet ${
      length === 1 ? "is" : "are"
    } sent now.`;
    this.context.host()?.notify("info", text);
    return true;
  }

  /** Make active what was: Python knows no ids that are not final, so it has the node from which these nodes went on. */
  private goOn(edits: readonly Edit[]): void {
    const { selection } = this.context;
    for (const { op, creates, needs } of edits) {
      const [id] = creates;
      if (op !== "create_treenode" || id === undefined || needs[0] !== selection.active?.id) continue;
      selection.select({ kind: "treenode", id });
    }
  }

  /** Why edits must not be sent; empty if they may. */
  private obstacle(edits: readonly KeptEdit[]): string {
    const isUnsure = !this.context.isRepeatable;
    if (!isUnsure && !areTooOld(edits)) return "";
    const why = isUnsure ? "this server" : "they are days old, and the service";
    const what = edits.length === 1 ? "An edit was" : `${edits.length} edits were`;
    return `${what} pending when the page was left: ${inWords(edits)}. Not sent again, because ${why} cannot tell whether they arrived.`;
  }

  /** Ask, once in a page, whether stored edits can be forgotten. */
  private async discards(stored: string, why: string): Promise<boolean> {
    const host = this.context.host();
    if (!host || this.asked.has(stored)) return false;
    this.asked.add(stored);
    return (await host.ask(`${why} Look, and discard them here.`, { confirm: "Discard" })) !== null;
  }
}

function readable(stored: string): KeptEdit[] | null {
  try {
    return readKept(stored);
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}
