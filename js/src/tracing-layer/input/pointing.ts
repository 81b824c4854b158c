/** What the mouse does: select, drag, and click with modifiers. */
import type { KeyMap } from "../../shared/bindings/help-panel";
import type { LayerHost, LayerPointer, Point } from "../../shared/layer";
import { Relation } from "../data/graph";
import type { Change } from "../data/news";
import type { Hit } from "../data/section";
import type { Selection } from "../data/selection";
import { Hint } from "../edit/hint";
import type { Tracing } from "../edit/tracing";
import { isOf } from "../others";

/** What the help says of the mouse. */
export const MOUSE: KeyMap = [
  ["click", "Add a node to the active one, or begin a skeleton."],
  ["click on a node", "Make it active."],
  ["drag a node", "Move it."],
  ["Ctrl click", "Make nothing active."],
  ["Ctrl Shift click", "Delete a node, a connector or a link; split at an edge."],
  ["Ctrl Alt click", "Insert a node into the nearest edge of the active skeleton."],
  ["Shift click", "Make a connector after the active node, or a node after the active connector."],
  ["Shift click on a node", "Join it to the active skeleton, or link it after the active connector."],
  ["Shift click on a connector", "Link it after the active node."],
  [
    "Shift Alt click",
    "Do the same the other way round: a connector before the active node, or a node before it.",
  ],
  ["Alt click", "Choose how to link: gap junction, desmosome, abutting, …"],
];

/** How near a click must come, CSS pixels. */
export const REACH = 9;
/** Movement that makes a press a drag, CSS pixels. */
const DRAG_START = 4;

export interface PointingContext {
  selection: Selection;
  tracing: Tracing;
  host(): LayerHost | null;
  /** What is at a place of its section, at most `reach` nm away. */
  hit(at: Point, reach: number): Hit | null;
  /** The link that passes by, if one does. */
  hitLink(at: Point, reach: number): number | null;
  /** The edge that passes by, as its child, if one does. */
  hitEdge(at: Point, reach: number): number | null;
  /** null if the nodes around a place are here; else settles when they are; false if the view went on before. */
  reading(at: Point): Promise<boolean> | null;
  isReadOnly(): boolean;
  /** A node was dropped that others changed since it was pressed. */
  droppedLate(hit: Hit, at: Point, change: Change): unknown;
  /** Run a command, and tell the person why it failed if it does. */
  perform(command: () => unknown): void;
}

/** A node that is being dragged; `at` is where it would be put. */
export interface Drag {
  hit: Hit;
  at: Point;
}

interface NodePress {
  hit: Hit;
  px: number;
  py: number;
  dragging: boolean;
  /** What others did to the node since. */
  change?: Change;
}

export class Pointing {
  private press: NodePress | null = null;
  private dragNow: Drag | null = null;
  private hoverNow: Hit | null = null;
  /** Clicks where nodes are still being read, one after the other. */
  private late: Promise<void> | null = null;

  constructor(private readonly context: PointingContext) {}

  get drag(): Drag | null {
    return this.dragNow;
  }

  get hover(): Hit | null {
    return this.hoverNow;
  }

  /** Others changed something. */
  changed(change: Change): void {
    if (this.press && isOf(change, this.press.hit)) this.press.change = change;
  }

  /** True when the event was of use here. */
  handle(event: LayerPointer): boolean {
    switch (event.kind) {
      case "down":
        return this.down(event);
      case "move":
        return this.move(event);
      case "up":
        return this.up(event);
      case "click":
        return this.click(event);
      case "dblclick":
        return false;
      case "leave":
        this.press = null;
        this.dragNow = null;
        this.show(null);
        return false;
    }
  }

  private down(event: LayerPointer): boolean {
    const hit = this.under(event);
    if (!hit || event.shift || event.ctrl || event.alt) return false;
    this.press = { hit, px: event.px, py: event.py, dragging: false };
    this.context.selection.selectHit(hit, event.z);
    return true;
  }

  private move(event: LayerPointer): boolean {
    const { press } = this;
    if (!press) {
      this.show(this.under(event));
      return false;
    }
    if (this.context.isReadOnly()) return true;
    press.dragging ||= Math.hypot(event.px - press.px, event.py - press.py) > DRAG_START;
    if (press.dragging) {
      this.dragNow = { hit: press.hit, at: [event.x, event.y, event.z] };
      this.context.host()?.invalidate();
    }
    return true;
  }

  private up(event: LayerPointer): boolean {
    const { press, dragNow } = this;
    this.press = null;
    this.dragNow = null;
    if (!press) return false;
    if (dragNow && press.dragging) {
      this.drop(press, dragNow.at);
    }
    this.show(this.under(event));
    return true;
  }

  private drop({ hit, change }: NodePress, at: Point): void {
    const { tracing } = this.context;
    this.context.perform(() => {
      if (hit.kind === "virtual") return tracing.insert(hit, at);
      return change ? this.context.droppedLate(hit, at, change) : tracing.move(hit.id, at);
    });
  }

  /** Do what a click at the cursor would do, also one that is pressed and let go at once. */
  clickAtCursor(held: { shift?: boolean; ctrl?: boolean; alt?: boolean }): void {
    const host = this.context.host();
    const at = host?.cursorPoint();
    if (!host || !at) throw new Hint("Put the mouse over the picture first: this key clicks there.");
    const [x, y, z] = at;
    const [px, py] = host.view().toScreen(x, y);
    const event: LayerPointer = {
      ...{ kind: "click", px, py, x, y, z, button: 0 },
      ...{ shift: false, ctrl: false, alt: false, ...held },
    };
    this.click(event);
  }

  /** Act where the nodes are known: a click on one that is not drawn yet would make another one over it. */
  private click(event: LayerPointer): boolean {
    const reading = this.context.reading(placeOf(event));
    if (!reading && !this.late) {
      this.act(event);
      return true;
    }
    const before = this.late ?? Promise.resolve();
    const late = before.then(async () => {
      if ((await reading) === false) this.context.perform(notHeeded);
      else this.act(event);
      if (this.late === late) this.late = null;
    });
    this.late = late;
    return true;
  }

  private act(event: LayerPointer): void {
    const { tracing, selection, perform } = this.context;
    const hit = this.under(event);
    const at = placeOf(event);
    if (event.ctrl) {
      if (event.shift) perform(() => this.remove(event, hit));
      else if (event.alt) perform(() => tracing.insertNearest(at));
      else selection.select(null);
    } else if (event.shift) {
      if (hit) perform(() => tracing.connect(hit, event.z, relationTo(hit, event.alt)));
      else perform(() => tracing.addSynapse(at, event.alt));
    } else if (event.alt) perform(() => tracing.chooseLink(at, hit));
    else if (!hit) perform(() => tracing.addNode(at));
    // A click on what was here has selected it on the way down.
    else if (!selection.isActive(hit)) selection.selectHit(hit, event.z);
  }

  private remove(event: LayerPointer, hit: Hit | null): unknown {
    const { tracing } = this.context;
    if (hit && hit.kind !== "virtual") return tracing.remove(hit);
    const at = placeOf(event);
    const link = hit ? null : this.context.hitLink(at, this.reach());
    if (link !== null) return tracing.unlink(link);
    const child = hit ? hit.id : this.context.hitEdge(at, this.reach());
    return child === null ? undefined : tracing.reshaping.splitAt(child);
  }

  private reach(): number {
    return REACH * (this.context.host()?.view().nmPerPixel ?? 1);
  }

  private under(event: LayerPointer): Hit | null {
    return this.context.hit(placeOf(event), this.reach());
  }

  private show(hit: Hit | null): void {
    if (hit?.id === this.hoverNow?.id && hit?.kind === this.hoverNow?.kind) return;
    this.hoverNow = hit;
    const host = this.context.host();
    host?.cursor(hit ? "pointer" : "");
    host?.invalidate();
  }
}

function notHeeded(): never {
  throw new Hint("A click was not heeded: you went on before the nodes around it had come.");
}

function placeOf({ x, y, z }: LayerPointer): Point {
  return [x, y, z];
}

/** With the signal a node comes before a connector that is clicked, and after one that is active. */
function relationTo(hit: Hit, isReversed: boolean): Relation {
  const isBefore = (hit.kind === "connector") !== isReversed;
  return isBefore ? Relation.Presynaptic : Relation.Postsynaptic;
}
