/** The menu of kept views: go to one, keep what is seen under a name, forget one. */
import type { AnyModel } from "@anywidget/types";
import { button, element, icon } from "../../shared/dom";
import type { Rpc } from "../../shared/rpc";
import type { SpaceCamera } from "../camera/space-camera";
import { standardView } from "../camera/views";
import { Popover } from "../popover";
import type { Viewer3DState } from "../state";
import { KEPT_PLACES, type KeptPlace, type KeptView, keptViews, type SavedView, without } from "./kept-rows";

const BOOKMARK = "M4 2h8v12l-4-3-4 3z";
const LONGEST_NAME = 200;

export interface KeptViewsHost {
  save(change: Partial<Viewer3DState>): void;
  /** Look by a camera that was kept. */
  look(camera: KeptView["camera"]): void;
  /** Put the focus on the picture. */
  leave(): void;
  tell(sentence: string): void;
}

/** What the button is called. */
export const KEPT_VIEWS = "kept views";

export class KeptViews {
  readonly node: HTMLElement;
  readonly opener: HTMLElement;
  private readonly popover: Popover;
  private readonly list = element("div", { class: "cj-viewer3d-kept" });
  private readonly name = element("input", {
    type: "text",
    name: "view-name",
    "aria-label": "Name of this view",
    placeholder: "name of this view",
    maxlength: LONGEST_NAME,
    dir: "auto",
  });
  private readonly place = element("select", { name: "view-place", "aria-label": "Where it is kept" });
  private readonly keeper = element("button", { type: "submit", name: "keep-view" }, "Keep");
  private readonly line = element("div", { role: "status", "data-testid": "views-status" });
  private saved: readonly SavedView[] = [];

  constructor(
    private readonly model: AnyModel<Viewer3DState>,
    private readonly rpc: Rpc,
    private readonly camera: SpaceCamera,
    private readonly host: KeptViewsHost,
  ) {
    this.place.append(...KEPT_PLACES.map(([value, title]) => element("option", { value }, title)));
    const form = element(
      "form",
      { class: "cj-viewer3d-keep", "aria-label": "Keep this view" },
      this.name,
      this.place,
      this.keeper,
    );
    const panel = element(
      "div",
      { role: "group", "aria-label": "Kept views", "data-testid": "kept-views" },
      this.list,
      form,
      this.line,
    );
    this.popover = new Popover(panel, {
      label: KEPT_VIEWS,
      face: icon(BOOKMARK),
      testId: "views",
      opened: () => this.opened(),
    });
    this.node = this.popover.node;
    this.opener = this.popover.opener;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.keep();
    });
    for (const field of [this.name, this.place]) field.addEventListener("input", () => this.nameKeeper());
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.show();
  }

  /** Open it by a key, with the focus on the first view, or where a name is written. */
  open(): void {
    // Published pages have no button: there is nowhere to keep a view.
    if (getComputedStyle(this.opener).display === "none") {
      this.host.tell("Views are kept in notebooks. Those that were kept are under “view…”.");
      return;
    }
    this.popover.toggle(true);
    (this.rows[0] ?? this.name).focus();
  }

  /** Show what is kept now. */
  show(): void {
    const at = this.rows.findIndex((row) => row.parentElement?.contains(document.activeElement));
    const kept = this.kept;
    const groups = KEPT_PLACES.map(([place, title]) => ({
      title,
      own: kept.filter((one) => one.place === place),
    }));
    this.list.replaceChildren(
      ...groups.filter(({ own }) => own.length > 0).map(({ title, own }) => this.group(title, own)),
    );
    if (kept.length === 0) this.list.append("No views are kept yet.");
    if (at >= 0) (this.rows[Math.min(at, this.rows.length - 1)] ?? this.name).focus();
    this.nameKeeper();
  }

  private get kept(): KeptView[] {
    return keptViews(this.model.get("views"), this.saved);
  }

  private get rows(): HTMLButtonElement[] {
    return [...this.list.querySelectorAll<HTMLButtonElement>("[data-testid=kept-view]")];
  }

  private group(title: string, views: readonly KeptView[]): HTMLElement {
    const rows = views.map((view) => {
      const go = button(`go to ${view.name}`, view.name, () => this.go(view));
      go.dataset.testid = "kept-view";
      go.dir = "auto";
      const forget = button(`forget ${view.name}`, "×", () => void this.forget(view));
      forget.dataset.testid = "forget-view";
      return element("div", { role: "listitem" }, go, forget);
    });
    return element(
      "section",
      {},
      element("strong", {}, title),
      element("div", { role: "list", "aria-label": title }, ...rows),
    );
  }

  private opened(): void {
    this.line.textContent = "";
    void this.ask("saved_views", {});
  }

  private go(view: KeptView): void {
    this.host.look(view.camera);
    this.popover.toggle(false);
    this.host.leave();
  }

  private async keep(): Promise<void> {
    const name = this.name.value.trim();
    const place = this.place.value as KeptPlace;
    if (!name || standardView(name)) {
      this.line.textContent = name
        ? `“${name}” is the name of a standard view: take another one.`
        : "Write a name for this view first.";
      this.name.focus();
      return;
    }
    const camera = this.camera.state;
    if (place !== "viewer" && !(await this.ask("save_view", { name, camera, shared: place === "shared" })))
      return;
    this.host.save({ views: { ...this.model.get("views"), [name]: camera } });
    this.name.value = "";
    this.show();
    this.line.textContent = `This view is kept as “${name}”.`;
  }

  private async forget(view: KeptView): Promise<void> {
    const { name, place } = view;
    if (place !== "viewer" && !(await this.ask("forget_view", { name, shared: place === "shared" }))) return;
    this.host.save({ views: without(this.model.get("views"), view) });
    this.show();
    this.line.textContent = `“${name}” is forgotten.`;
  }

  /** Ask the kernel for something that answers what the server keeps; false if it could not be done. */
  private async ask(method: string, params: object): Promise<boolean> {
    try {
      const { result } = await this.rpc.call<SavedView[]>(method, params);
      this.saved = result;
      this.show();
      return true;
    } catch (error) {
      this.line.textContent = error instanceof Error ? error.message : String(error);
      return false;
    }
  }

  /** Say whether a name is taken where the view would be kept. */
  private nameKeeper(): void {
    const name = this.name.value.trim();
    const isTaken = this.kept.some((one) => one.name === name && one.place === this.place.value);
    this.keeper.textContent = isTaken ? "Replace" : "Keep";
  }

  private key(event: KeyboardEvent): void {
    const { rows } = this;
    const at = rows.indexOf(event.target as HTMLButtonElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (at < 0) return;
    if (step) rows[Math.min(Math.max(at + step, 0), rows.length - 1)]?.focus();
    else if (event.key === "Delete") (rows[at]?.nextElementSibling as HTMLElement | null)?.click();
    else return;
    event.preventDefault();
  }
}
