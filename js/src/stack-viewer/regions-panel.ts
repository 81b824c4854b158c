/** A button that opens the lines of regions: draw, name, choose sections, delete, undo, and keep on the server. */
import { button, element, icon, needsKernel, textButton } from "../shared/dom";
import { clampSection, depthOf, type Stack, sectionAt } from "../shared/stack";
import type { DrawnRegion } from "./region-drawing";
import css from "./regions-panel.css";

const POLYGON = "M3 5l6-3 5 5-2 6-8 1z";
const HELP = "Click corners and end with a double click, or drag a rectangle.";
const EDIT = "Drag corners and edges; Alt click takes a corner away.";

export interface RegionsPanelHost {
  readonly stack: Stack;
  regions(): readonly DrawnRegion[];
  change(regions: DrawnRegion[]): void;
  toggleDrawing(): void;
  undo(): void;
  canUndo(): boolean;
  isDrawing(): boolean;
  /** Keep all on the server; fails in words. */
  keep(): Promise<void>;
  /** Those that are kept there. */
  kept(): Promise<DrawnRegion[]>;
  tell(sentence: string): void;
  failed(error: unknown): void;
  /** The panel was opened or closed. */
  toggled(): void;
}

export class RegionsPanel {
  readonly opener: HTMLButtonElement;
  readonly node: HTMLElement;
  private readonly list = element("ul", { "aria-label": "Regions" });
  private readonly draw: HTMLButtonElement;
  private readonly undo: HTMLButtonElement;
  private readonly keep: HTMLButtonElement;
  private readonly help = element("span", { class: "cj-regions-help", role: "status" });

  constructor(private readonly host: RegionsPanelHost) {
    this.opener = button("regions: draw and change them", icon(POLYGON), () => this.toggle());
    this.opener.dataset.testid = "regions";
    this.opener.setAttribute("aria-expanded", "false");
    this.draw = textButton("Draw", () => host.toggleDrawing());
    this.undo = textButton("Undo", () => host.undo());
    this.keep = needsKernel(textButton("Keep", () => void this.keepAll()));
    this.keep.title = "Keep all regions on the server, under their names";
    const show = needsKernel(textButton("Show kept", () => void this.showKept()));
    show.title = "Show the regions that are kept on the server";
    this.node = element(
      "div",
      {
        class: "cj-regions",
        role: "group",
        "aria-label": "Regions",
        hidden: true,
        "data-testid": "regions-panel",
      },
      element("style", {}, css),
      element("div", { class: "cj-regions-row" }, this.draw, this.undo, this.keep, show, this.help),
      this.list,
    );
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.toggle();
      this.opener.focus();
    });
  }

  get isOpen(): boolean {
    return !this.node.hidden;
  }

  /** Regions are others, or the mouse draws now. */
  update(): void {
    const { host } = this;
    const regions = host.regions();
    this.draw.setAttribute("aria-pressed", String(host.isDrawing()));
    this.undo.disabled = !host.canUndo();
    this.keep.disabled = regions.length === 0;
    this.help.textContent = host.isDrawing() ? HELP : regions.length > 0 ? EDIT : "";
    const focused = this.node.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset.key
      : undefined;
    this.list.replaceChildren(...regions.map((region, at) => this.row(region, at)));
    if (focused) this.list.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus();
  }

  private row(region: DrawnRegion, at: number): HTMLElement {
    const { stack } = this.host;
    const half = stack.resolution[2] / 2;
    const name = element("input", { type: "text", maxlength: 200, "aria-label": "name of the region" });
    name.value = region.name;
    name.dataset.key = `name ${at}`;
    name.addEventListener("change", () => this.rename(at, name.value.trim()));
    const [first, last] = [sectionField("first section", at), sectionField("last section", at)];
    first.value = String(sectionAt(stack, region.lower + half));
    last.value = String(sectionAt(stack, region.upper - half));
    for (const field of [first, last])
      field.addEventListener("change", () => this.deepen(at, first.valueAsNumber, last.valueAsNumber));
    const isElsewhere = region.plane !== (stack.plane ?? "xy");
    for (const field of [first, last]) field.disabled = isElsewhere;
    return element(
      "li",
      { class: "cj-regions-row" },
      name,
      element("label", {}, "sections", first),
      element("label", {}, "to", last),
      isElsewhere ? `along ${region.plane}` : "",
      button(`delete ${region.name}`, "×", () =>
        this.host.change(this.host.regions().filter((_, index) => index !== at)),
      ),
    );
  }

  private rename(at: number, name: string): void {
    const regions = this.host.regions();
    const isTaken = regions.some((one, index) => index !== at && one.name === name);
    if (isTaken) this.host.tell(`There is a region “${name}” already.`);
    if (isTaken || name === "") this.update();
    else this.host.change(regions.map((one, index) => (index === at ? { ...one, name } : one)));
  }

  private deepen(at: number, first: number, last: number): void {
    const { stack } = this.host;
    if (!Number.isInteger(first) || !Number.isInteger(last)) {
      this.update();
      return;
    }
    const half = stack.resolution[2] / 2;
    const lower = depthOf(stack, clampSection(stack, Math.min(first, last))) - half;
    const upper = depthOf(stack, clampSection(stack, Math.max(first, last))) + half;
    this.host.change(
      this.host.regions().map((one, index) => (index === at ? { ...one, lower, upper } : one)),
    );
  }

  private async keepAll(): Promise<void> {
    try {
      await this.host.keep();
      this.host.tell("The regions are kept. In Python, project.regions has them.");
    } catch (error) {
      this.host.failed(error);
    }
  }

  private async showKept(): Promise<void> {
    try {
      const regions = this.host.regions();
      const taken = new Set(regions.map(({ name }) => name));
      const kept = await this.host.kept();
      const more = kept.filter(({ name }) => !taken.has(name));
      if (more.length > 0) this.host.change([...regions, ...more]);
      else if (kept.length > 0)
        this.host.tell("All regions that are kept are shown, or one of the same name is.");
      else this.host.tell("No region is kept yet.");
    } catch (error) {
      this.host.failed(error);
    }
  }

  private toggle(): void {
    this.node.hidden = !this.node.hidden;
    this.opener.setAttribute("aria-expanded", String(this.isOpen));
    if (!this.isOpen && this.host.isDrawing()) this.host.toggleDrawing();
    this.update();
    this.host.toggled();
  }
}

function sectionField(spoken: string, at: number): HTMLInputElement {
  const made = element("input", { type: "number", min: 0, step: 1, "aria-label": spoken });
  made.dataset.key = `${spoken} ${at}`;
  return made;
}
