/** One view of the list of jobs: asks how they are, often while some run. */
import type { AnyModel } from "@anywidget/types";
import { element } from "../shared/dom";
import panelCss from "../shared/panel.css";
import { PanelLines } from "../shared/panel-lines";
import type { Rpc } from "../shared/rpc";
import widgetCss from "../shared/widget.css";
import { JobRow } from "./job-row";
import css from "./jobs-widget.css";
import { countInWords, isActive, type JobInList, type JobLogEntry, type JobsState } from "./state";

const OFTEN_MS = 1_000;
const SELDOM_MS = 2_000;
const UNSEEN_MS = 10_000;
const TIMEOUT_MS = 60_000;
const NONE = "There are no jobs yet. In Python, stack.crop(box) asks for one.";

export class JobsList {
  readonly root: HTMLElement;
  private readonly lines = new PanelLines();
  private readonly list = element("ul", { class: "cj-jobs-list", "aria-label": "Jobs, the newest first" });
  private readonly empty = element("p", { class: "cj-jobs-none", hidden: true }, NONE);
  private readonly rows = new Map<number, JobRow>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isStopped = false;

  constructor(
    private readonly model: AnyModel<JobsState>,
    private readonly rpc: Rpc,
  ) {
    this.root = element(
      "div",
      {
        class: "cj-widget cj-project-panel cj-jobs-widget",
        "data-testid": "jobs",
        "data-lm-suppress-shortcuts": "true",
      },
      element("style", {}, widgetCss + panelCss + css),
      this.list,
      this.empty,
      element("div", { class: "cj-state" }, this.lines.status, this.lines.total),
    );
  }

  start(): void {
    this.show(this.model.get("jobs"));
    this.list.style.maxHeight = `${this.model.get("height")}px`;
    void this.read();
  }

  dispose(): void {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.root.remove();
  }

  private async read(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    let isSoon = false;
    try {
      const { result } = await this.rpc.call<JobInList[]>("list", {}, { timeoutMs: TIMEOUT_MS });
      if (this.isStopped) return;
      this.show(result);
      this.lines.succeed();
      isSoon = result.some(isActive);
    } catch (error) {
      this.lines.fail(error);
    }
    const pause = document.hidden ? UNSEEN_MS : isSoon ? OFTEN_MS : SELDOM_MS;
    if (!this.isStopped) this.timer = setTimeout(() => void this.read(), pause);
  }

  private show(jobs: JobInList[]): void {
    const ids = new Set(jobs.map(({ id }) => id));
    for (const [id, row] of this.rows)
      if (!ids.has(id)) {
        row.node.remove();
        this.rows.delete(id);
      }
    jobs.forEach((job, place) => {
      const row = this.rows.get(job.id);
      if (row) row.show(job);
      else this.insert(job, place);
    });
    this.empty.hidden = jobs.length > 0;
    this.list.hidden = jobs.length === 0;
    this.lines.total.textContent = countInWords(jobs);
  }

  private insert(job: JobInList, place: number): void {
    const row = new JobRow(job, {
      cancel: (one) => void this.ask("cancel", one, (text) => text),
      save: (one) => {
        this.lines.say(`${one.file} is being saved …`);
        void this.ask("save", one, (path) => `Saved as ${path}`);
      },
      log: (one) => this.log(one),
    });
    this.rows.set(job.id, row);
    this.list.insertBefore(row.node, this.list.children[place] ?? null);
  }

  private async ask(method: string, { id }: JobInList, told: (answer: string) => string): Promise<void> {
    try {
      // A large file takes as long as it takes.
      const { result } = await this.rpc.call<string>(method, { job_id: id }, { timeoutMs: 0 });
      this.lines.say(told(result));
    } catch (error) {
      this.lines.fail(error);
    }
    await this.read();
  }

  private async log({ id }: JobInList): Promise<JobLogEntry[]> {
    try {
      return (await this.rpc.call<JobLogEntry[]>("log", { job_id: id }, { timeoutMs: TIMEOUT_MS })).result;
    } catch (error) {
      this.lines.fail(error);
      return [];
    }
  }
}
