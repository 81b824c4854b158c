/** The tree of annotations in the page: a WAI-ARIA tree, whose lines can be dragged onto each other. */
import { element } from "../shared/dom";
import type { SeenTree, TreeLine } from "./branches";

const LONGEST = 300;

export interface TreeHost {
  opened(key: string, isOpen: boolean): void;
  moved(): void;
  /** A line was dropped onto another one. */
  dropped(line: TreeLine, onto: TreeLine): void;
  /** A key that the tree itself does not know; whether it meant something. */
  pressed(event: KeyboardEvent): boolean;
}

let trees = 0;

export class TreeList {
  readonly node = element("ul", {
    class: "cj-tree",
    role: "tree",
    tabindex: 0,
    "aria-label": "Annotations",
    "data-testid": "tree",
  });
  private readonly prefix = `cj-tree-${trees++}`;
  private lines: readonly TreeLine[] = [];
  private activeKey = "";
  private dragged: TreeLine | null = null;

  constructor(private readonly host: TreeHost) {
    this.node.addEventListener("keydown", (event) => this.keyPressed(event));
    this.node.addEventListener("click", (event) => this.clicked(event));
    this.node.addEventListener("dragstart", (event) => {
      this.dragged = this.lineOf(event);
      event.dataTransfer?.setData("text/plain", this.dragged?.branch.name ?? "");
    });
    this.node.addEventListener("dragover", (event) => {
      if (this.dragged && this.lineOf(event)) event.preventDefault();
    });
    this.node.addEventListener("drop", (event) => {
      const onto = this.lineOf(event);
      event.preventDefault();
      if (this.dragged && onto && onto !== this.dragged) this.host.dropped(this.dragged, onto);
      this.dragged = null;
    });
  }

  get active(): TreeLine | undefined {
    return this.lines.find(({ key }) => key === this.activeKey);
  }

  show({ lines }: SeenTree): void {
    this.lines = lines;
    if (!this.active) this.activeKey = lines[0]?.key ?? "";
    this.node.replaceChildren(...lines.map((line, index) => this.draw(line, index)));
    this.dress();
  }

  setHeight(pixels: number): void {
    this.node.style.height = `${pixels}px`;
  }

  focus(): void {
    this.node.focus({ preventScroll: true });
  }

  private draw(line: TreeLine, index: number): HTMLElement {
    const { branch, level, hasMore, isOpen } = line;
    const { name, neurons, users } = branch;
    const mark = element(
      "span",
      { class: "cj-mark", "aria-hidden": "true" },
      hasMore ? (isOpen ? "▾" : "▸") : "",
    );
    const count = `${neurons.toLocaleString("en")} ${neurons === 1 ? "neuron" : "neurons"}`;
    const node = element(
      "li",
      {
        id: `${this.prefix}-${index}`,
        role: "treeitem",
        "aria-level": level,
        draggable: "true",
        title: `${name.slice(0, 2000)}\n${count}${users.length > 0 ? `, used by ${users.join(", ")}` : ""}`,
        "data-index": index,
      },
      mark,
      element("span", { class: "cj-name", dir: "auto" }, name.slice(0, LONGEST)),
      element("span", { class: "cj-users" }, users.join(", ")),
      element("span", { class: "cj-count" }, count),
    );
    node.style.paddingLeft = `${8 + 16 * (level - 1)}px`;
    if (hasMore) node.setAttribute("aria-expanded", String(isOpen));
    return node;
  }

  private dress(): void {
    let id = "";
    for (const node of this.node.querySelectorAll<HTMLElement>("li")) {
      const isActive = this.lines[Number(node.dataset.index)]?.key === this.activeKey;
      node.setAttribute("aria-selected", String(isActive));
      if (isActive) id = node.id;
    }
    if (id) this.node.setAttribute("aria-activedescendant", id);
    else this.node.removeAttribute("aria-activedescendant");
  }

  private activate(index: number): void {
    const line = this.lines[Math.max(0, Math.min(index, this.lines.length - 1))];
    if (!line) return;
    this.activeKey = line.key;
    this.dress();
    this.node.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
    this.host.moved();
  }

  private clicked(event: MouseEvent): void {
    const line = this.lineOf(event);
    if (!line) return;
    this.activate(this.lines.indexOf(line));
    if ((event.target as Element).classList.contains("cj-mark") && line.hasMore) {
      this.host.opened(line.key, !line.isOpen);
    }
  }

  private keyPressed(event: KeyboardEvent): void {
    if (!this.move(event) && !this.host.pressed(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Whether a key moves in the tree, or opens or closes a part of it. */
  private move(event: KeyboardEvent): boolean {
    const { active } = this;
    const at = active ? this.lines.indexOf(active) : -1;
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    switch (event.key) {
      case "ArrowDown":
        this.activate(at + 1);
        return true;
      case "ArrowUp":
        this.activate(at - 1);
        return true;
      case "Home":
        this.activate(0);
        return true;
      case "End":
        this.activate(this.lines.length - 1);
        return true;
      case "ArrowRight":
        if (active?.hasMore && !active.isOpen) this.host.opened(active.key, true);
        else if (active?.isOpen) this.activate(at + 1);
        return true;
      case "ArrowLeft":
        if (active?.isOpen) this.host.opened(active.key, false);
        else if (active) this.activate(this.lines.findIndex(({ key }) => key === above(active.key)));
        return true;
      default:
        return false;
    }
  }

  private lineOf(event: Event): TreeLine | null {
    const node = (event.target as Element).closest<HTMLElement>("li");
    return node ? (this.lines[Number(node.dataset.index)] ?? null) : null;
  }
}

function above(key: string): string {
  const cut = key.lastIndexOf("/");
  return cut < 0 ? key : key.slice(0, cut);
}
