/** A button that opens a panel with all images of a viewer: which, in what order, how they look, and which else. */
import { button, element, icon } from "../shared/dom";
import type { Layer } from "../shared/layer";
import { LookControls } from "./look-controls";
import type { PictureEntry } from "./pictures";

const CONTRAST = "M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12zM8 2a6 6 0 0 1 0 12z";
const LABEL = "images: layers, brightness, contrast and colours";
const MARGIN = 8;
const LEAST_HEIGHT = 120;

export interface StackChoice {
  id: number;
  title: string;
}

export interface ImagesPanelHost {
  /** First at the bottom. */
  pictures(): readonly PictureEntry[];
  move(layer: Layer, by: 1 | -1): void;
  remove(layer: Layer): void;
  /** Stacks that could be shown above the others. */
  stacks(): Promise<StackChoice[]>;
  /** Fails in words. */
  add(stackId: number): Promise<void>;
  failed(error: unknown): void;
  /** What the panel has to stay in. */
  readonly frame: () => HTMLElement;
}

export class ImagesPanel {
  readonly node: HTMLElement;
  private readonly panel: HTMLElement;
  private readonly opener: HTMLButtonElement;
  private readonly list = element("ul", {
    class: "cj-image-list",
    "aria-label": "Images, the uppermost first",
  });
  private readonly controls = new LookControls();
  private readonly stacks = element("select", {
    "aria-label": "stack to add",
    "data-testid": "stack-to-add",
  });
  private readonly adding: HTMLElement;
  private chosen: PictureEntry | null = null;
  /** Those of which the list of other stacks was made. */
  private listed = 0;

  constructor(private readonly host: ImagesPanelHost) {
    this.adding = element(
      "div",
      { class: "cj-add-image", hidden: true },
      this.stacks,
      button("show the images of this stack above the others", "Add", () => void this.add()),
    );
    this.panel = element(
      "div",
      {
        class: "cj-panel",
        role: "group",
        "aria-label": "Images",
        hidden: true,
        "data-testid": "images-panel",
      },
      this.list,
      this.controls.node,
      this.adding,
    );
    this.opener = button(LABEL, icon(CONTRAST), () => this.toggle());
    this.opener.dataset.testid = "display";
    this.opener.setAttribute("aria-expanded", "false");
    this.node = element("span", { class: "cj-display" }, this.opener, this.panel);
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.panel.hidden) return;
      event.stopPropagation();
      this.toggle(false);
      this.opener.focus();
    });
    this.node.addEventListener("focusout", (event) => {
      if (event.relatedTarget instanceof Node && !this.node.contains(event.relatedTarget)) this.toggle(false);
    });
  }

  /** Pictures, their order or looks have changed. */
  update(): void {
    if (this.panel.hidden) return;
    const entries = this.host.pictures();
    if (!this.chosen || !entries.includes(this.chosen)) this.chosen = entries.at(-1) ?? null;
    this.showList(entries);
    if (this.chosen) this.controls.show(this.chosen.picture, this.chosen.layer !== null);
    if (this.listed !== entries.length) void this.findStacks();
    this.listed = entries.length;
  }

  private toggle(open = this.panel.hidden): void {
    this.panel.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    if (!open) return;
    this.chosen = null;
    this.listed = 0;
    this.update();
    this.keepInside();
  }

  /** Let it scroll where it would be longer than the widget. */
  private keepInside(): void {
    const room = this.host.frame().getBoundingClientRect().bottom - this.panel.getBoundingClientRect().top;
    this.panel.style.maxHeight = `${Math.max(LEAST_HEIGHT, room - MARGIN)}px`;
  }

  private showList(entries: readonly PictureEntry[]): void {
    this.list.hidden = entries.length < 2;
    const focused = document.activeElement?.getAttribute("data-key");
    const rows = entries.map((entry, index) => this.row(entry, index, entries.length));
    this.list.replaceChildren(...rows.reverse());
    if (focused) this.list.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  private row(entry: PictureEntry, index: number, count: number): HTMLElement {
    const { picture, layer } = entry;
    const keyed = <T extends HTMLElement>(node: T, name: string): T => {
      node.dataset.key = `${name} ${picture.title}`;
      return node;
    };
    const name = keyed(
      button(`settings of ${picture.title}`, picture.title, () => this.choose(entry)),
      "choose",
    );
    name.className = "cj-image-name";
    name.setAttribute("aria-pressed", String(entry === this.chosen));
    if (!layer) return element("li", {}, element("span", { class: "cj-gap" }), name);
    const visible = keyed(
      element("input", { type: "checkbox", "aria-label": `show ${picture.title}`, title: "shown" }),
      "visible",
    );
    visible.checked = picture.look().visible;
    visible.addEventListener("change", () => picture.change({ visible: visible.checked }));
    const up = keyed(
      button(`${picture.title} one up`, "↑", () => this.host.move(layer, 1)),
      "up",
    );
    const down = keyed(
      button(`${picture.title} one down`, "↓", () => this.host.move(layer, -1)),
      "down",
    );
    up.disabled = index === count - 1;
    down.disabled = index === 1;
    const remove = button(`take ${picture.title} out`, "×", () => {
      this.opener.focus();
      this.host.remove(layer);
    });
    return element("li", {}, visible, name, up, down, remove);
  }

  private choose(entry: PictureEntry): void {
    this.chosen = entry;
    this.update();
  }

  private async findStacks(): Promise<void> {
    // Without a kernel there is nothing to add, which needs no word.
    const found = await this.host.stacks().catch(() => []);
    this.stacks.replaceChildren(...found.map(({ id, title }) => element("option", { value: id }, title)));
    this.adding.hidden = found.length === 0;
    this.keepInside();
  }

  private async add(): Promise<void> {
    try {
      await this.host.add(Number(this.stacks.value));
    } catch (error) {
      this.host.failed(error);
    }
  }
}
