/** The keyboard follows the mouse to a picture in a notebook, unless somebody types or works in another widget. */
import { isTyped, isWidget } from "./keyboard";

/** Pictures of sections and of space. */
const PICTURES = ".cj-canvas, .cj-viewer3d-stage";

/** What has had the focus and gets it back: a notebook in command mode has it in an element of its own. */
type Former = Pick<HTMLElement, "focus" | "isConnected">;

export class HoverFocus {
  private former: Former | null = null;
  /** Where the mouse was last, CSS pixels of the page. */
  private last: { x: number; y: number } | null = null;

  constructor(private readonly canvas: HTMLElement) {}

  /** The mouse was moved over the picture. */
  moved({ pointerType, buttons, clientX: x, clientY: y }: PointerEvent): void {
    const { last } = this;
    this.last = { x, y };
    // A page that changes under a resting mouse tells of moves, too.
    const isMoved = last !== null && (last.x !== x || last.y !== y);
    if (!isMoved || buttons !== 0 || pointerType !== "mouse") return;
    const { activeElement } = document;
    if (!document.hasFocus() || !this.isFree(activeElement)) return;
    this.former = activeElement as HTMLElement;
    this.canvas.focus({ preventScroll: true });
  }

  /** Whether the picture has the keys only while the mouse is over it. */
  get isBorrowing(): boolean {
    return this.former !== null;
  }

  /** The picture was used: the keys stay here when the mouse goes on. */
  used(): void {
    this.former = null;
  }

  /** The mouse has left the picture: who only passed over it has the keys where they were. */
  left(): void {
    const { former } = this;
    this.former = this.last = null;
    if (former?.isConnected && document.activeElement === this.canvas) former.focus({ preventScroll: true });
  }

  private isFree(active: Element | null): boolean {
    if (active === this.canvas || isTyped(active) || !this.canvas.closest(".jp-Notebook")) return false;
    if (active === null || active === document.body) return true;
    // Other pictures give it, what is beside pictures keeps it.
    return isWidget(active) ? active.matches(PICTURES) : active.closest(".jp-Notebook") !== null;
  }
}
