/** Hints for whoever uses a viewer for the first time: a line below the picture, one after the other, until it is dismissed. */
import { element } from "../shared/dom";
import type { LayerHost } from "../shared/layer";
import type { Kernel } from "./data/kernel";
import type { Active } from "./data/selection";

const TEXTS = {
  start:
    "Click into the tissue to place a node, and again to go on from it. The wheel goes through the sections, a drag moves the picture.",
  node: "This node is active: the next click hangs a node on it. Shift-click makes a synapse, Ctrl-click makes nothing active, Ctrl+Z takes the last edit back.",
  keys: "? shows all keys and gestures, with a search; they can be changed there. project.tutorial() in a cell teaches tracing step by step.",
} as const;

type HintName = keyof typeof TEXTS;
const NAMES = Object.keys(TEXTS) as HintName[];

export interface HintsContext {
  readonly kernel: Pick<Kernel, "of">;
  active(): Active | null;
  /** Whether the person may edit here. */
  mayEdit(): boolean;
}

/** The hint to show to somebody who has seen some: whoever has an active node knows how to begin. */
export function dueHint(seen: ReadonlySet<string>, active: Active["kind"] | null): HintName | null {
  const next = NAMES.find((name) => !seen.has(name)) ?? null;
  if (next === null || next === "keys") return next;
  if (active === null) return next === "start" ? "start" : null;
  // At a connector a click does something else.
  return active === "connector" || seen.has("node") ? null : "node";
}

export class Hints {
  /** The hints that were seen; null until the server has told. */
  private seen: Set<string> | null = null;
  private readonly bars = new Map<LayerHost, HTMLElement>();

  constructor(private readonly context: HintsContext) {}

  /** Ask which hints the person has seen. */
  async load(): Promise<void> {
    // Where nobody tells, as for visitors, there are none.
    this.seen = new Set(await this.context.kernel.of("seen_hints", {}).catch(() => NAMES));
    this.update();
  }

  attach(host: LayerHost): void {
    const bar = element("div", { class: "cj-neuron-bar cj-hint", role: "note", "data-testid": "hint" });
    bar.hidden = true;
    this.bars.set(host, bar);
    host.bar.prepend(bar);
    this.update();
  }

  detach(host: LayerHost): void {
    this.bars.get(host)?.remove();
    this.bars.delete(host);
  }

  /** Show the hint that fits what is active. */
  update(): void {
    const name = this.due();
    for (const [host, bar] of this.bars) {
      if ((bar.dataset.name ?? null) === name) continue;
      bar.hidden = name === null;
      if (name === null) delete bar.dataset.name;
      else bar.dataset.name = name;
      bar.replaceChildren(...(name === null ? [] : this.content(name, host)));
    }
  }

  private due(): HintName | null {
    return this.seen && this.context.mayEdit()
      ? dueHint(this.seen, this.context.active()?.kind ?? null)
      : null;
  }

  private content(name: HintName, host: LayerHost): HTMLElement[] {
    const seenNow = name === "node" ? ["start", "node"] : [name];
    return [
      element("span", { class: "cj-active-neuron" }, TEXTS[name]),
      this.button(host, "Got it", "Show this hint no more", seenNow),
      this.button(host, "No hints", "Show no hints any more; project.show_hints() brings them back", NAMES),
    ];
  }

  private button(host: LayerHost, title: string, hint: string, names: readonly string[]): HTMLElement {
    const made = element("button", { type: "button", title: hint }, title);
    made.addEventListener("click", () => {
      for (const name of names) this.seen?.add(name);
      this.update();
      host.focus();
      // What is not kept is shown again another day.
      const hints = [...(this.seen ?? [])];
      void this.context.kernel.of("keep_hints", { hints }).catch(() => undefined);
    });
    return made;
  }
}
