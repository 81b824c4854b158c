/** One job in the list: what it is, how far it is, and what can be done with it. */
import { element, textButton } from "../shared/dom";
import { localTime, timeAgo } from "../shared/times";
import { isActive, type JobInList, type JobLogEntry, progressOf, sizeInWords, stateInWords } from "./state";

export interface JobActions {
  cancel(job: JobInList): void;
  save(job: JobInList): void;
  log(job: JobInList): Promise<JobLogEntry[]>;
}

export class JobRow {
  readonly node = element("li", { class: "cj-job" });
  private readonly title = element("span", { class: "cj-job-title" });
  private readonly state = element("span", { class: "cj-job-state" });
  private readonly bar = element("progress", { max: "1" });
  private readonly note = element("div", { class: "cj-job-note" });
  private readonly about = element("span", { class: "cj-total" });
  private readonly cancel: HTMLButtonElement;
  private readonly save: HTMLButtonElement;
  private readonly logButton: HTMLButtonElement;
  private readonly log = element("ol", { class: "cj-job-log", hidden: true });

  constructor(
    private job: JobInList,
    private readonly actions: JobActions,
  ) {
    this.cancel = textButton("Cancel", () => this.actions.cancel(this.job));
    this.save = textButton("Save file", () => this.actions.save(this.job));
    this.logButton = textButton("Log", () => void this.toggleLog());
    this.logButton.setAttribute("aria-expanded", "false");
    this.node.append(
      element("div", { class: "cj-job-head" }, this.title, this.state),
      this.bar,
      this.note,
      element("div", { class: "cj-job-foot" }, this.cancel, this.save, this.logButton, this.about),
      this.log,
    );
    this.show(job);
  }

  show(job: JobInList): void {
    this.job = job;
    this.node.dataset.job = String(job.id);
    this.node.dataset.state = job.state;
    this.title.textContent = job.title;
    this.state.textContent = stateInWords(job);
    this.note.textContent = job.note;
    this.note.toggleAttribute("hidden", !job.note);
    this.about.textContent = `job ${job.id} of ${job.user}, ${timeAgo(job.created)}`;
    this.about.title = localTime(job.created);
    const progress = progressOf(job);
    if (progress === null) this.bar.removeAttribute("value");
    else this.bar.value = progress;
    this.bar.hidden = !isActive(job);
    this.cancel.hidden = !isActive(job);
    this.cancel.disabled = job.is_cancel_wanted;
    this.save.hidden = job.file === null;
    if (job.file !== null)
      this.save.title = `Save ${job.file} (${sizeInWords(job.file_bytes ?? 0)}) beside the notebook`;
    for (const made of [this.cancel, this.save, this.logButton])
      made.setAttribute("aria-label", `${made.textContent}: ${job.title}, job ${job.id}`);
    this.bar.setAttribute("aria-label", `Progress of ${job.title}`);
  }

  private async toggleLog(): Promise<void> {
    const isOpen = this.log.hidden;
    this.log.hidden = !isOpen;
    this.logButton.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) return;
    const lines = await this.actions.log(this.job);
    const texts = lines.map(({ time, text }) => element("li", {}, `${localTime(time)}  ${text}`));
    this.log.replaceChildren(...(texts.length ? texts : [element("li", {}, "It noted nothing.")]));
  }
}
