/** How edits end: what the person is told, and what is active afterwards. */
import type { LayerHost, Point } from "../shared/layer";
import { RpcError } from "../shared/rpc";
import { ERROR_CODE } from "../wire/facts";
import type { News } from "./data/news";
import type { Selection } from "./data/selection";
import type { Answer, ChangedPlace, Edit } from "./edit/edit";
import type { EditQueue } from "./edit/queue";
import type { EditMeter } from "./meter";
import type { Others } from "./others";
import { explain } from "./wording";

/** Codes of errors with which edits are refused whose nodes do not exist. */
const MAY_BE_GONE: ReadonlySet<string> = new Set([ERROR_CODE.NOT_FOUND, ERROR_CODE.INVALID]);

export interface OutcomesContext {
  host(): LayerHost | null;
  queue: EditQueue;
  selection: Selection;
  news: News;
  others: Others;
  meter: EditMeter;
  /** What is drawn may not be the newest. */
  stale(): void;
}

export class Outcomes {
  constructor(private readonly context: OutcomesContext) {}

  confirmed(edit: Edit, answer: Answer): void {
    this.context.meter.ended(edit, true);
    this.context.news.answered(answer.versions);
    if ("undone" in answer) {
      this.notify("info", answer.undone ? `Undone: ${answer.undone}.` : "There is nothing to undo.");
      this.show(answer);
    } else if ("redone" in answer) {
      this.notify("info", answer.redone ? `Redone: ${answer.redone}.` : "There is nothing to redo.");
      this.show(answer);
    }
  }

  refused(edit: Edit, reason: unknown, dropped: Edit[]): void {
    const { meter, news, queue, selection } = this.context;
    for (const gone of dropped) meter.ended(gone, false);
    news.answered();
    const later = dropped.length - 1;
    const also = later > 0 ? ` ${later} later ${later === 1 ? "edit" : "edits"} with it.` : "";
    this.tell(edit, reason, also);
    const { active } = selection;
    if (active && dropped.some(({ creates }) => creates.includes(active.id))) {
      const [before] = edit.needs.map(queue.resolve);
      const kind = before === undefined ? undefined : queue.graph.kind(before);
      selection.select(before !== undefined && kind ? { kind, id: before } : null);
    }
    this.context.stale();
  }

  /** Say why an edit is refused; if others may be the reason, with who and when. */
  private tell(edit: Edit, reason: unknown, also: string): void {
    const { others } = this.context;
    const text = `Could not ${edit.purpose}: ${explain(reason)}${also}`;
    const code = reason instanceof RpcError && edit.needs.length > 0 ? reason.code : "";
    if (code === ERROR_CODE.CONFLICT) void others.refused(edit, also);
    else if (MAY_BE_GONE.has(code)) void others.refused(edit, also, text);
    else this.notify("error", text);
  }

  /** Select the node that changed, and go there if it is not in sight. */
  private show({ position, node_id: id, skeleton_id: skeleton }: ChangedPlace): void {
    if (position && this.isOffScreen(position)) this.context.host()?.moveTo(position);
    if (id) this.context.selection.select({ kind: skeleton ? "treenode" : "connector", id });
  }

  private isOffScreen([x, y, z]: Point): boolean {
    const view = this.context.host()?.view();
    if (!view) return false;
    const [px, py] = view.toScreen(x, y);
    const isBeside = px < 0 || py < 0 || px > view.width || py > view.height;
    return isBeside || Math.abs(z - view.sectionDepth) >= view.sectionThickness / 2;
  }

  private notify(level: "info" | "error", text: string): void {
    this.context.host()?.notify(level, text);
  }
}
