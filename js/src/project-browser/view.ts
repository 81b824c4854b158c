/** One view of the projects of a server: the list, a filter, and what is done with the chosen project. */
import type { AnyModel, Host } from "@anywidget/types";
import { copyText } from "../shared/copy-text";
import { element, needsKernel, textButton } from "../shared/dom";
import { LatestReading } from "../shared/latest-reading";
import panelCss from "../shared/panel.css";
import { PanelLines } from "../shared/panel-lines";
import { bytes, type Rpc } from "../shared/rpc";
import { SavedRows } from "../shared/table/first-rows";
import widgetCss from "../shared/widget.css";
import { renderWidget } from "../shared/widget-reference";
import { type JoinDecision, type JoinRequest, JoinRequests, whoAsks } from "./join-requests";
import css from "./project-browser.css";
import { ProjectList } from "./project-list";
import {
  type BrowsedProject,
  CHOICES,
  codeOf,
  mayArchive,
  type ProjectBrowserState,
  requestsInWords,
  shownInWords,
  shownProjects,
  TOLD_ONLY,
} from "./state";

const LATE_MS = 60_000;
/** Who comes back to the page after so long sees what others did meanwhile. */
const OLD_MS = 30_000;
const NOT_TOLD =
  "This server does not tell how much is in its projects, nor whose they are: what is mine, public or archived is not known here.";
const NONE =
  "You may see no project here yet. In Python, create_project makes one, and join uses an invitation.";
const NONE_FITS = "No project fits.";

export class ProjectBrowserPanel {
  readonly root: HTMLElement;
  private readonly lines = new PanelLines();
  private readonly saved: SavedRows;
  private readonly filter = element("input", {
    type: "search",
    "aria-label": "Filter projects",
    placeholder: "filter",
    name: "filter",
    dir: "auto",
  });
  private readonly choices = new Map(
    CHOICES.map(([value, title, hint]) => [value, this.action(title, () => this.set("show", value), hint)]),
  );
  private readonly list = new ProjectList({
    chosen: ({ id }) => {
      this.lines.say("");
      this.set("project_id", id);
    },
    opened: (project) => void this.open(project),
    starred: (project) => void this.star(project),
    picture: (project) => this.picture(project),
  });
  private readonly none = element("p", { class: "cj-none", hidden: true });
  private readonly code = element("code", { "data-testid": "code", tabindex: 0 });
  private readonly favorite = this.action("Favourite", () => this.withActive((one) => this.star(one)), "F");
  private readonly archive = this.action("Archive", () =>
    this.withActive(({ id, archived }) =>
      this.ask("archive", { project_id: id, archived: archived === null }),
    ),
  );
  private readonly askers = this.action("", () => this.toggleRequests());
  private readonly requests = new JoinRequests({
    read: async (id, signal) =>
      (await this.rpc.call<JoinRequest[]>("requests", { project_id: id }, { signal, timeoutMs: LATE_MS }))
        .result,
    decide: (decision) => this.decide(decision),
    failed: (error) => this.lines.fail(error),
  });
  private readonly chosen = element(
    "div",
    { class: "cj-bar cj-chosen", hidden: true, "data-testid": "chosen" },
    this.code,
    textButton("Copy", () => void this.copy()),
    this.action("Open a viewer", () => this.withActive((one) => this.open(one)), "Enter"),
    this.favorite,
    this.archive,
    this.askers,
  );
  private readonly closeViewer = this.action("Close the viewer", () => void this.ask("close_viewer", {}));
  private readonly viewer = element("div", { class: "cj-opened", "data-testid": "opened" });
  private readonly reading: LatestReading<BrowsedProject[]>;
  private readonly stopping: Array<() => void> = [];
  private readonly addresses: string[] = [];
  private readonly end = new AbortController();
  private opened: AbortController | null = null;
  private projects: BrowsedProject[] = [];
  /** The project of which it is shown who asks to join. */
  private requestsOf: number | null = null;
  private readAt = 0;

  constructor(
    private readonly model: AnyModel<ProjectBrowserState>,
    private readonly rpc: Rpc,
    private readonly page: Host,
  ) {
    this.saved = new SavedRows(model);
    this.reading = new LatestReading({
      read: async (signal) =>
        (await rpc.call<BrowsedProject[]>("list", {}, { signal, timeoutMs: LATE_MS })).result,
      began: () => {
        if (this.readAt === 0) this.lines.say("The projects are being read …");
      },
      show: (projects) => this.arrived(projects),
      failed: (error) => this.lines.fail(error),
    });
    this.filter.addEventListener("input", () => this.set("filter", this.filter.value));
    this.filter.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      this.list.node.focus();
    });
    this.root = element(
      "div",
      {
        class: "cj-widget cj-project-panel cj-project-browser",
        "data-testid": "project-browser",
        "data-lm-suppress-shortcuts": "true",
      },
      element("style", {}, widgetCss + panelCss + css),
      element(
        "div",
        { class: "cj-bar" },
        this.filter,
        element(
          "div",
          { class: "cj-choices", role: "group", "aria-label": "Which projects" },
          ...this.choices.values(),
        ),
        this.action("Refresh", () => this.reading.again(), "Read the projects anew"),
      ),
      this.saved.node,
      this.list.node,
      this.none,
      this.chosen,
      this.requests.node,
      this.viewer,
      element("div", { class: "cj-state" }, this.lines.status, this.lines.total),
    );
  }

  start(): void {
    this.filter.value = this.model.get("filter");
    this.follow("change:height", () => this.resize());
    for (const name of ["filter", "show", "project_id", "is_told"] as const)
      this.follow(`change:${name}`, () => this.draw());
    this.follow("change:viewer", () => void this.showViewer());
    this.stopping.push(this.rpc.on("changed", () => this.reading.again()));
    const returned = (): void => {
      if (!document.hidden && this.readAt > 0 && Date.now() - this.readAt > OLD_MS) this.reading.again();
    };
    document.addEventListener("visibilitychange", returned, { signal: this.end.signal });
    this.root.addEventListener("focusin", returned, { signal: this.end.signal });
    this.resize();
    this.draw();
    void this.reading.start();
    void this.showViewer();
  }

  dispose(): void {
    for (const stop of this.stopping) stop();
    this.end.abort();
    this.opened?.abort();
    this.reading.dispose();
    this.list.dispose();
    this.requests.dispose();
    this.saved.dispose();
    for (const address of this.addresses) URL.revokeObjectURL(address);
    this.root.remove();
  }

  private arrived(projects: BrowsedProject[]): void {
    this.projects = projects;
    if (this.readAt === 0) this.lines.say(this.model.get("is_told") ? "" : NOT_TOLD);
    this.readAt = Date.now();
    this.saved.hide();
    this.lines.succeed();
    this.list.keep(projects);
    this.draw();
  }

  private draw(): void {
    const { model, projects } = this;
    const [show, id, filter] = [model.get("show"), model.get("project_id"), model.get("filter")];
    if (this.filter.value !== filter) this.filter.value = filter;
    for (const [value, choice] of this.choices) {
      choice.setAttribute("aria-pressed", String(value === show));
      choice.disabled = TOLD_ONLY.has(value) && !model.get("is_told");
    }
    const shown = shownProjects(projects, { show, filter, username: model.get("username") });
    this.list.show(shown, id);
    this.list.node.hidden = shown.length === 0;
    this.none.hidden = shown.length > 0 || this.readAt === 0;
    this.none.textContent = projects.length === 0 ? NONE : NONE_FITS;
    this.lines.total.textContent = this.readAt === 0 ? "" : shownInWords(shown.length, projects.length);
    const active = projects.find((project) => project.id === id);
    this.chosen.hidden = active === undefined;
    this.drawRequests(active);
    if (!active) return;
    this.code.textContent = codeOf(active, projects, model.get("connection"));
    this.favorite.setAttribute("aria-pressed", String(active.favorite));
    this.archive.hidden = !mayArchive(active, model.get("is_told"));
    this.archive.textContent = active.archived === null ? "Archive" : "Bring back";
    this.archive.title =
      active.archived === null
        ? "Nobody edits it any more; it stays readable"
        : "People edit it again, as before";
  }

  /** The button that shows who asks to join the chosen project, and the list while it is open. */
  private drawRequests(active: BrowsedProject | undefined): void {
    if (active?.id !== this.requestsOf) this.requestsOf = null;
    const isOpen = this.requestsOf !== null;
    this.askers.hidden = !isOpen && (active?.requests ?? 0) <= 0;
    if (active)
      this.askers.textContent = active.requests > 0 ? requestsInWords(active) : "Nobody asks to join";
    this.askers.setAttribute("aria-expanded", String(isOpen));
    this.requests.of(this.requestsOf);
  }

  private toggleRequests(): void {
    this.requestsOf = this.requestsOf === null ? this.model.get("project_id") : null;
    this.draw();
  }

  private async decide({ request, approve, word }: JoinDecision): Promise<void> {
    const { token_id, user_id } = request;
    const project_id = this.requestsOf;
    await this.ask("decide", { project_id, token_id, user_id, who: whoAsks(request), approve, word });
  }

  private resize(): void {
    this.list.node.style.maxHeight = `${this.model.get("height")}px`;
  }

  private async picture({ id, stacks: [first] }: BrowsedProject): Promise<string> {
    const asked = { project_id: id, stack_id: first?.id };
    const { result, buffers } = await this.rpc.call<{ why: string }>("picture", asked, {
      timeoutMs: LATE_MS,
      signal: this.end.signal,
    });
    const [jpeg] = buffers;
    if (!jpeg) throw new Error(result.why);
    const address = URL.createObjectURL(new Blob([bytes(jpeg)], { type: "image/jpeg" }));
    this.addresses.push(address);
    return address;
  }

  private async star(project: BrowsedProject): Promise<void> {
    await this.ask("favor", { project_id: project.id, favorite: !project.favorite });
  }

  private async open(project: BrowsedProject): Promise<void> {
    this.lines.say(`${project.title} is being opened …`);
    await this.ask("open", { project_id: project.id });
  }

  private async copy(): Promise<void> {
    const isDone = await copyText(this.code.textContent ?? "");
    this.lines.say(
      isDone ? "Copied: paste it into a cell." : "The page may not copy: select the line, and copy it.",
    );
  }

  /** The viewer of the project that was opened last, below the list. */
  private async showViewer(): Promise<void> {
    this.opened?.abort();
    this.opened = null;
    const reference = this.model.get("viewer");
    if (!reference) {
      this.viewer.replaceChildren();
      return;
    }
    const own = new AbortController();
    this.opened = own;
    const place = element("div", {});
    this.viewer.replaceChildren(element("div", { class: "cj-bar" }, this.closeViewer), place);
    try {
      await renderWidget(this.page, reference, place, own.signal);
    } catch (error) {
      if (!own.signal.aborted) this.lines.fail(error);
    }
  }

  private async ask(method: string, params: object): Promise<void> {
    try {
      const { result } = await this.rpc.call<string | null>(method, params, { timeoutMs: LATE_MS });
      this.lines.say(result ?? "");
    } catch (error) {
      this.lines.fail(error);
    }
  }

  private withActive(act: (project: BrowsedProject) => Promise<void>): void {
    const project = this.projects.find(({ id }) => id === this.model.get("project_id"));
    if (project) void act(project);
  }

  private action(title: string, act: () => void, hint = ""): HTMLButtonElement {
    const made = needsKernel(textButton(title, act));
    if (hint) made.title = hint;
    return made;
  }

  private set<K extends keyof ProjectBrowserState>(name: K, value: ProjectBrowserState[K]): void {
    this.model.set(name, value);
    this.model.save_changes();
  }

  private follow(event: string, react: () => void): void {
    this.model.on(event, react);
    this.stopping.push(() => this.model.off(event, react));
  }
}
