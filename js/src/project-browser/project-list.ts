/** The projects in the page: a WAI-ARIA listbox, whose pictures come when they are seen. */
import { element } from "../shared/dom";
import { localTime } from "../shared/times";
import { PictureQueue } from "./picture-queue";
import { type BrowsedProject, contentsInWords, peopleInWords } from "./state";

const STAR = "★";
const NO_STAR = "☆";
const NO_STACK = "No images";
/** Rows that PageUp and PageDown go. */
const PAGE = 5;

export interface ProjectListHost {
  chosen(project: BrowsedProject): void;
  opened(project: BrowsedProject): void;
  starred(project: BrowsedProject): void;
  /** A picture of a stack as an address; fails with a sentence where there is none. */
  picture(project: BrowsedProject): Promise<string>;
}

interface ProjectRow {
  project: BrowsedProject;
  node: HTMLLIElement;
  picture: HTMLElement;
  /** What the row was made of. */
  text: string;
}

let lists = 0;

export class ProjectList {
  readonly node = element("ul", {
    class: "cj-projects",
    role: "listbox",
    tabindex: 0,
    "aria-label": "Projects",
    "data-testid": "projects",
  });
  private readonly prefix = `cj-projects-${lists++}`;
  private readonly rows = new Map<number, ProjectRow>();
  private readonly pictures = new PictureQueue<number>((id) => this.readPicture(id));
  private readonly sight: IntersectionObserver;
  private shown: readonly BrowsedProject[] = [];
  private activeId: number | null = null;

  constructor(private readonly host: ProjectListHost) {
    this.sight = new IntersectionObserver((entries) => this.sightChanged(entries), {
      root: this.node,
      rootMargin: "120px 0px",
    });
    this.node.addEventListener("click", (event) => this.clicked(event));
    this.node.addEventListener("dblclick", (event) => {
      const project = this.projectAt(event);
      if (project && !isStar(event)) this.host.opened(project);
    });
    this.node.addEventListener("keydown", (event) => this.pressed(event));
  }

  get active(): BrowsedProject | undefined {
    return this.shown.find(({ id }) => id === this.activeId);
  }

  /** Show these projects, in this order; `activeId` is the chosen one. */
  show(projects: readonly BrowsedProject[], activeId: number | null): void {
    this.shown = projects;
    this.activeId = activeId;
    const nodes = projects.map((project) => this.rowOf(project).node);
    const isSame =
      nodes.length === this.node.children.length &&
      nodes.every((node, at) => node === this.node.children[at]);
    if (!isSame) this.node.replaceChildren(...nodes);
    this.dress();
  }

  /** Forget rows of projects that are not there any more. */
  keep(projects: readonly BrowsedProject[]): void {
    const ids = new Set(projects.map(({ id }) => id));
    for (const [id, { node }] of this.rows) {
      if (ids.has(id)) continue;
      this.sight.unobserve(node);
      this.rows.delete(id);
    }
  }

  /** Choose a project, as `project_id` does. */
  activate(id: number | null): void {
    this.activeId = id;
    this.dress();
    if (id !== null) this.rows.get(id)?.node.scrollIntoView({ block: "nearest" });
  }

  dispose(): void {
    this.sight.disconnect();
    this.pictures.stop();
  }

  private rowOf(project: BrowsedProject): ProjectRow {
    const known = this.rows.get(project.id);
    const text = JSON.stringify(project);
    if (known?.text === text) return known;
    const picture = known?.picture ?? element("div", { class: "cj-picture", "aria-hidden": "true" });
    if (known) {
      this.sight.unobserve(known.node);
      if (known.project.stacks[0]?.id !== project.stacks[0]?.id) this.pictures.forget(project.id);
    }
    if (project.stacks.length === 0) picture.textContent = NO_STACK;
    const made = { project, node: this.draw(project, picture), picture, text };
    this.rows.set(project.id, made);
    this.sight.observe(made.node);
    return made;
  }

  private draw(project: BrowsedProject, picture: HTMLElement): HTMLLIElement {
    const { id, title, comment, favorite, last_edit } = project;
    const contents = element("span", { class: "cj-contents" }, contentsInWords(project));
    if (last_edit) contents.title = `Last edit: ${localTime(last_edit)}`;
    const star = element(
      "span",
      {
        class: "cj-star",
        title: favorite ? "Take the star off" : "Mark as a favourite",
        "aria-hidden": "true",
      },
      favorite ? STAR : NO_STAR,
    );
    return element(
      "li",
      {
        id: `${this.prefix}-${id}`,
        role: "option",
        "data-project": id,
        "aria-label": [
          title,
          favorite ? "favourite" : "",
          comment,
          contents.textContent,
          peopleInWords(project),
        ]
          .filter(Boolean)
          .join(", "),
      },
      picture,
      element(
        "div",
        { class: "cj-about" },
        element("span", { class: "cj-title", dir: "auto" }, title),
        element("span", { class: "cj-comment", dir: "auto", title: comment }, comment),
        contents,
        element("span", { class: "cj-people" }, peopleInWords(project)),
      ),
      star,
    );
  }

  private dress(): void {
    for (const { id } of this.shown)
      this.rows.get(id)?.node.setAttribute("aria-selected", String(id === this.activeId));
    if (this.active) this.node.setAttribute("aria-activedescendant", `${this.prefix}-${this.activeId}`);
    else this.node.removeAttribute("aria-activedescendant");
  }

  private choose(at: number): void {
    const project = this.shown[Math.max(0, Math.min(at, this.shown.length - 1))];
    if (!project) return;
    this.activate(project.id);
    this.host.chosen(project);
  }

  private clicked(event: MouseEvent): void {
    const project = this.projectAt(event);
    if (!project) return;
    this.choose(this.shown.indexOf(project));
    if (isStar(event)) this.host.starred(project);
  }

  private pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.active ? this.shown.indexOf(this.active) : -1;
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: this.shown.length - 1,
      PageDown: at + PAGE,
      PageUp: at - PAGE,
    };
    const step = steps[event.key];
    if (step !== undefined) this.choose(step);
    else if (event.key === "Enter" && this.active) this.host.opened(this.active);
    else if (event.key.toLowerCase() === "f" && this.active) this.host.starred(this.active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private projectAt(event: Event): BrowsedProject | undefined {
    const node = (event.target as Element).closest<HTMLElement>("[data-project]");
    return this.shown.find(({ id }) => id === Number(node?.dataset.project));
  }

  private sightChanged(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const id = Number((target as HTMLElement).dataset.project);
      if (isIntersecting) this.pictures.seen(id);
      else this.pictures.hidden(id);
    }
  }

  private async readPicture(id: number): Promise<void> {
    const row = this.rows.get(id);
    if (!row || row.project.stacks.length === 0) return;
    try {
      row.picture.replaceChildren(element("img", { src: await this.host.picture(row.project), alt: "" }));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      row.picture.textContent = "No picture";
      row.picture.title = why;
    }
  }
}

function isStar(event: Event): boolean {
  return (event.target as Element).closest(".cj-star") !== null;
}
