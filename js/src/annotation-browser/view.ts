/** One view of the annotations: the tree, a filter, and what is done with the active annotation. */
import type { AnyModel } from "@anywidget/types";
import { element } from "../shared/dom";
import panelCss from "../shared/panel.css";
import { PanelLines } from "../shared/panel-lines";
import type { Rpc } from "../shared/rpc";
import { WAYS, type Way } from "../shared/selection/ways";
import { SavedRows } from "../shared/table/first-rows";
import widgetCss from "../shared/widget.css";
import css from "./annotation-browser.css";
import { seenLines, type TreeLine } from "./branches";
import type { AnnotationBranch, BrowserState } from "./state";
import { TreeList } from "./tree-list";

const LATE_MS = 60_000;
const MOST_LINES = 2000;

export class AnnotationBrowser {
  readonly root: HTMLElement;
  private readonly lines = new PanelLines();
  private readonly tree: TreeList;
  private readonly filter = element("input", {
    type: "text",
    "aria-label": "Filter annotations",
    placeholder: "filter",
    dir: "auto",
    name: "filter",
  });
  private readonly target = element("select", { "aria-label": "Selection", name: "target" });
  private readonly sub = element("input", { type: "checkbox", name: "sub" });
  private readonly ways = WAYS.map(([way, title, hint]) =>
    this.action(title, () => void this.select(way), way, hint),
  );
  private readonly pick = this.action("Pick up", () => this.pickUp());
  private readonly put = this.action("Put below", () => void this.putBelow());
  private readonly out = this.action("Take out", () => void this.takeOut());
  private readonly remove = this.action("Take off everything", () => this.ask());
  private readonly rename = this.action("Rename", () => this.askName());
  private readonly question = element("span", { class: "cj-sure", hidden: true });
  private readonly saved: SavedRows;
  private readonly stopping: Array<() => void> = [];
  private readonly open = new Set<string>();
  private branches: AnnotationBranch[] = [];
  private picked: AnnotationBranch | null = null;
  private isReading = false;
  private hasNews = false;

  constructor(
    private readonly model: AnyModel<BrowserState>,
    private readonly rpc: Rpc,
  ) {
    this.saved = new SavedRows(model);
    this.tree = new TreeList({
      opened: (key, isOpen) => {
        if (isOpen) this.open.add(key);
        else this.open.delete(key);
        this.draw();
      },
      moved: () => {
        this.question.hidden = true;
        this.offer();
      },
      dropped: ({ branch }, { branch: parent }) => void this.nest(branch, parent),
      pressed: (event) => this.pressed(event),
    });
    this.filter.addEventListener("input", () => this.draw());
    this.filter.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") this.tree.focus();
      event.stopPropagation();
    });
    this.target.addEventListener("change", () => {
      this.model.set("target", this.target.value);
      this.model.save_changes();
    });
    this.root = this.assemble();
  }

  start(): void {
    const follow = (name: keyof BrowserState, react: () => void): void => {
      this.model.on(`change:${name}`, react);
      this.stopping.push(() => this.model.off(`change:${name}`, react));
    };
    follow("height", () => this.tree.setHeight(this.model.get("height")));
    follow("selection_names", () => this.offer());
    follow("target", () => this.offer());
    this.stopping.push(
      this.rpc.on("changed", (data) => {
        const { label } = data as { label: string | null };
        // Tracing changes no annotations, and goes on all the time.
        if (!label || /annot|neuron|undo|redo|revert|reconnected|remove|join|import/.test(label))
          void this.read();
      }),
      this.lines.followService(this.rpc, () => void this.read()),
    );
    this.tree.setHeight(this.model.get("height"));
    void this.read();
  }

  dispose(): void {
    for (const stop of this.stopping) stop();
    this.saved.dispose();
    this.root.remove();
  }

  private assemble(): HTMLElement {
    const shown = this.model.get("version_shown");
    const banner = shown
      ? [element("div", { class: "cj-banner" }, `As of ${shown}: nothing can be changed here.`)]
      : [];
    const undo = this.action("Undo", () => void this.change("undo", {}));
    const changes = shown
      ? []
      : [this.pick, this.put, this.out, this.rename, this.remove, this.question, undo];
    const [first, ...others] = this.ways as [HTMLButtonElement, ...HTMLButtonElement[]];
    const sub = element("label", { class: "cj-flag" }, this.sub, "with all below");
    return element(
      "div",
      {
        class: "cj-widget cj-project-panel cj-annotation-browser",
        "data-testid": "annotation-browser",
        "data-lm-suppress-shortcuts": "true",
      },
      element("style", {}, widgetCss + panelCss + css),
      ...banner,
      this.lines.service,
      element("div", { class: "cj-bar" }, this.filter, this.lines.total),
      this.saved.node,
      this.tree.node,
      element("div", { class: "cj-bar" }, first, this.target, ...others, sub),
      ...(changes.length > 0 ? [element("div", { class: "cj-bar" }, ...changes)] : []),
      element("div", { class: "cj-state" }, this.lines.status),
    );
  }

  private action(title: string, act: () => void, name = "", hint = title): HTMLButtonElement {
    const made = element("button", { type: "button", title: hint, ...(name ? { name } : {}) }, title);
    made.addEventListener("click", act);
    return made;
  }

  /** Read the tree; what changes meanwhile is read once more. */
  private async read(): Promise<void> {
    this.hasNews = true;
    if (this.isReading) return;
    this.isReading = true;
    try {
      while (this.hasNews) {
        this.hasNews = false;
        const { result } = await this.rpc.call<AnnotationBranch[]>("tree", {}, { timeoutMs: LATE_MS });
        this.branches = result;
        this.saved.hide();
        this.lines.succeed();
        this.draw();
      }
    } catch (error) {
      this.lines.fail(error);
    } finally {
      this.isReading = false;
    }
  }

  private draw(): void {
    const seen = seenLines(this.branches, this.open, this.filter.value, MOST_LINES);
    this.tree.show(seen);
    const count = new Set(this.branches.map(({ id }) => id)).size;
    const all = `${count.toLocaleString("en")} ${count === 1 ? "annotation" : "annotations"}`;
    const left = seen.left > 0 ? `; ${seen.left.toLocaleString("en")} lines more: filter to see them` : "";
    this.lines.total.textContent = count === 0 ? "The project has no annotations." : `${all}${left}`;
    this.offer();
  }

  private offer(): void {
    const active = this.tree.active;
    const names = this.model.get("selection_names");
    this.target.replaceChildren(...names.map((name) => element("option", { value: name }, name)));
    this.target.value = this.model.get("target");
    this.target.hidden = names.length === 0;
    for (const button of this.ways) {
      button.disabled = !active;
      button.hidden = names.length === 0 && button.name !== "new";
    }
    this.pick.disabled = !active;
    this.remove.disabled = !active;
    this.rename.disabled = !active;
    this.put.disabled = !active || !this.picked || this.picked.id === active.branch.id;
    this.put.textContent = this.picked ? `Put ${short(this.picked.name)} below` : "Put below";
    this.out.disabled = !active?.parent;
    this.out.textContent = active?.parent ? `Take out of ${short(active.parent.name)}` : "Take out";
  }

  private pressed(event: KeyboardEvent): boolean {
    const isCommand = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (this.model.get("version_shown")) return false;
    if (isCommand && key === "x") this.pickUp();
    else if (isCommand && key === "v") void this.putBelow();
    else if (isCommand && key === "z") void this.change("undo", {});
    else if (key === "delete") this.ask();
    else if (key === "f2") this.askName();
    else return false;
    return true;
  }

  private pickUp(): void {
    this.picked = this.tree.active?.branch ?? null;
    if (this.picked) {
      this.lines.say(
        `${short(this.picked.name)} is picked up: go to another annotation and put it below (Ctrl+V).`,
      );
    }
    this.offer();
  }

  private async putBelow(): Promise<void> {
    const active = this.tree.active;
    if (this.picked && active) await this.nest(this.picked, active.branch);
  }

  private async nest(branch: AnnotationBranch, parent: AnnotationBranch): Promise<void> {
    await this.change("nest", { name: branch.name, parent: parent.name });
    const line = this.tree.active;
    if (line?.branch.id === parent.id) this.open.add(line.key);
    this.draw();
  }

  private async takeOut(): Promise<void> {
    const active = this.tree.active;
    if (active?.parent)
      await this.change("take_out", { name: active.branch.name, parent: active.parent.name });
  }

  private ask(): void {
    const active: TreeLine | undefined = this.tree.active;
    if (!active) return;
    const { id, name } = active.branch;
    const yes = this.action("Yes", () => void this.change("remove", { id, name }));
    const no = this.action("No", () => {
      this.question.hidden = true;
      this.tree.focus();
    });
    this.question.replaceChildren(`Take ${short(name)} off everything that bears it?`, yes, no);
    this.question.hidden = false;
    yes.focus();
  }

  private askName(): void {
    const branch = this.tree.active?.branch;
    if (!branch) return;
    const input = element("input", { type: "text", "aria-label": "New name", dir: "auto" });
    input.value = branch.name;
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") void this.change("rename", { id: branch.id, name: input.value });
      if (event.key !== "Escape") return;
      this.question.hidden = true;
      this.tree.focus();
    });
    this.question.replaceChildren(input);
    this.question.hidden = false;
    input.select();
    input.focus();
  }

  private async select(way: Way): Promise<void> {
    const annotation = this.tree.active?.branch.name;
    if (annotation === undefined) return;
    const params = { annotation, sub: this.sub.checked, way, name: this.model.get("target") };
    await this.run(async () => {
      this.lines.say((await this.rpc.call<string>("select", params, { timeoutMs: LATE_MS })).result);
    });
  }

  private async change(method: string, params: object): Promise<void> {
    // Before the answer: until then somebody may have gone elsewhere.
    if (this.root.contains(document.activeElement)) this.tree.focus();
    this.question.hidden = true;
    await this.run(async () => {
      this.lines.say((await this.rpc.call<string>(method, params, { timeoutMs: LATE_MS })).result);
      this.picked = null;
      await this.read();
    });
  }

  private async run(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.lines.fail(error);
    }
  }
}

function short(name: string): string {
  return name.length > 24 ? `${name.slice(0, 23)}…` : name;
}
