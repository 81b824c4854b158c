/** Makes files of what a viewer shows: for Python, which gets them in pieces, and for people, who save them. */
import type { AnyModel } from "@anywidget/types";
import { byRows, typed } from "../../shared/columns";
import { button, element } from "../../shared/dom";
import type { NoticeLevel } from "../../shared/layer";
import { isAbort, type Rpc } from "../../shared/rpc";
import { save } from "../../shared/save-file";
import type { ExportChoice } from "./choices";
import type { ExportScene } from "./export-scene";
import { MEDIA_TYPES } from "./film";
import { type ExportOrder, type Making, made } from "./make";
import type { PastEdges } from "./past-growth";

const PIECE_BYTES = 2 ** 21;
/** Between two of them the kernel is told how far it is. */
const REPORT_MS = 500;
/** Between two of them the kernel hears that the page is there. */
const BEAT_MS = 15_000;
const PATIENCE_MS = 120_000;

interface PastEdgesAnswer {
  corner: [x: number, y: number, z: number];
  versions: number;
  skeleton_ids: number[];
  edges: number[];
}

export interface ExporterHost {
  notify(level: NoticeLevel, text: string): void;
}

export class Exporter {
  /** Says what is made, with a button that cancels it; hidden while nothing is made. */
  readonly node: HTMLElement;
  private readonly label = element("span", { role: "status" });
  private readonly bar = element("progress", { max: 1, "aria-label": "made" });
  private readonly running = new Map<number, AbortController>();
  private readonly stopping: Array<() => void> = [];
  /** One after the other: each has the scene for itself. */
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly view: ExportScene,
    private readonly model: AnyModel,
    private readonly rpc: Rpc,
    private readonly host: ExporterHost,
  ) {
    this.node = element(
      "div",
      { class: "cj-viewer3d-making", hidden: true, "data-testid": "making" },
      this.label,
      this.bar,
      button("Cancel making it", "Cancel", () => this.cancel()),
    );
    this.stopping.push(
      rpc.on("export", (news) => void this.asked(news as ExportOrder & { job: number })),
      rpc.on("export_stopped", (news) => this.running.get((news as { job: number }).job)?.abort()),
    );
  }

  /** Let a person save what they chose. */
  saveChoice({ fileName, order }: ExportChoice): Promise<void> {
    return this.save(fileName, order(this.view.camera.size));
  }

  /** Let a person save a file. */
  async save(name: string, order: ExportOrder): Promise<void> {
    const running = new AbortController();
    const number = -1 - this.running.size;
    try {
      const content = await this.inTurn(number, running, () =>
        made(
          this.view,
          order,
          this.making(name, running.signal, async () => {}),
        ),
      );
      save(name, mediaTypeOf(name), new Blob([content]));
    } catch (error) {
      if (isAbort(error)) this.host.notify("info", `${name} was cancelled.`);
      else this.host.notify("error", `${name} could not be made. ${sentenceOf(error)}`);
    }
  }

  dispose(): void {
    for (const stop of this.stopping) stop();
    this.cancel();
  }

  private cancel(): void {
    for (const running of this.running.values()) running.abort();
  }

  /** Python asks all pages; the first that answers makes it. */
  private async asked(order: ExportOrder & { job: number }): Promise<void> {
    const { job } = order;
    const running = new AbortController();
    try {
      const claimed = await this.rpc.call<boolean>("export_claim", { job }, { timeoutMs: 0 });
      if (!claimed.result) return;
    } catch {
      return;
    }
    // Heard of now and then, however long the page is busy with others before it.
    const beat = setInterval(() => void this.report(job, 0, running).catch(() => {}), BEAT_MS);
    try {
      await this.inTurn(job, running, () => this.deliver(order, running));
    } catch (error) {
      const reason = isAbort(error)
        ? "It was cancelled on the page. Nothing was written."
        : sentenceOf(error);
      await this.rpc.call("export_finish", { job, error: reason }).catch(() => {});
    } finally {
      clearInterval(beat);
    }
  }

  private async deliver(order: ExportOrder & { job: number }, running: AbortController): Promise<void> {
    const { job, kind } = order;
    let reportedAt = performance.now();
    const report = async (part: number): Promise<void> => {
      if (performance.now() - reportedAt < REPORT_MS) return;
      reportedAt = performance.now();
      await this.report(job, 0.8 * part, running);
    };
    const content = await made(this.view, order, this.making(kind, running.signal, report));
    for (let start = 0; start < content.length; start += PIECE_BYTES) {
      const piece = content.slice(start, start + PIECE_BYTES);
      this.model.send({ export_piece: job }, undefined, [piece.buffer]);
      // Its answer says that the piece was taken: no more than one is on its way.
      await this.report(job, 0.8 + (0.2 * start) / content.length, running);
    }
    await this.rpc.call("export_finish", { job, size: content.length }, { timeoutMs: PATIENCE_MS });
  }

  private async report(job: number, progress: number, running: AbortController): Promise<void> {
    const answer = await this.rpc.call<boolean>(
      "export_progress",
      { job, progress },
      { timeoutMs: PATIENCE_MS },
    );
    if (!answer.result) running.abort();
    running.signal.throwIfAborted();
  }

  private making(name: string, signal: AbortSignal, report: (part: number) => Promise<void>): Making {
    this.label.textContent = `Making ${name}…`;
    this.bar.removeAttribute("value");
    return {
      signal,
      progress: async (part) => {
        this.bar.value = part;
        await report(part);
        // Lets the page draw, and take a click on Cancel.
        await nextTask();
        signal.throwIfAborted();
      },
      treenodeIds: (skeletonIds, abort) => this.treenodeIds(skeletonIds, abort),
      pastEdges: (skeletonIds, abort) => this.pastEdges(skeletonIds, abort),
    };
  }

  private async treenodeIds(skeletonIds: number[], signal: AbortSignal): Promise<Map<number, Float64Array>> {
    const { result, buffers } = await this.rpc.call<{ skeleton_ids: number[]; rows: number[] }>(
      "treenode_ids",
      { skeleton_ids: skeletonIds },
      { signal, timeoutMs: PATIENCE_MS },
    );
    return byRows(result.skeleton_ids, result.rows, typed(Float64Array, buffers[0]));
  }

  private async pastEdges(skeletonIds: number[], signal: AbortSignal): Promise<PastEdges> {
    const { result, buffers } = await this.rpc.call<PastEdgesAnswer>(
      "past_edges",
      { skeleton_ids: skeletonIds },
      { signal, timeoutMs: PATIENCE_MS },
    );
    return {
      corner: result.corner,
      versions: result.versions,
      skeletonIds: result.skeleton_ids,
      counts: result.edges,
      positions: typed(Float32Array, buffers[0]),
      first: typed(Uint32Array, buffers[1]),
      last: typed(Uint32Array, buffers[2]),
    };
  }

  /** Make one file after the other. */
  private async inTurn<T>(number: number, running: AbortController, make: () => Promise<T>): Promise<T> {
    this.running.set(number, running);
    const before = this.last;
    let end = (): void => {};
    this.last = new Promise((resolve) => {
      end = resolve;
    });
    try {
      await before;
      running.signal.throwIfAborted();
      this.node.hidden = false;
      return await make();
    } finally {
      this.running.delete(number);
      this.node.hidden = true;
      end();
    }
  }
}

/** Let others have their turn; timers would take seconds in a hidden tab. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function mediaTypeOf(name: string): string {
  const suffix = name.slice(name.lastIndexOf(".") + 1);
  const others: Record<string, string> = { png: "image/png", svg: "image/svg+xml", glb: "model/gltf-binary" };
  return others[suffix] ?? MEDIA_TYPES[suffix as keyof typeof MEDIA_TYPES] ?? "application/octet-stream";
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
