/** Whether the view moves, and how many edges may be drawn meanwhile so that it moves smoothly. */

const REST_MS = 250;
const FIRST_BUDGET = 200_000;
const LEAST_BUDGET = 20_000;
const MOST_BUDGET = 20_000_000;
const SLOW_MS = 55;
const FAST_MS = 22;

export class Moving {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isHeld = false;
  private budget = FIRST_BUDGET;

  /** `rested` is called when a movement has ended. */
  constructor(private readonly rested: () => void) {}

  get isMoving(): boolean {
    return this.timer !== undefined || this.isHeld;
  }

  /** Edges to draw in this frame. */
  get edges(): number {
    return this.isMoving ? this.budget : Number.POSITIVE_INFINITY;
  }

  /** The view moved; it rests when it does not move again soon. */
  moved(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rest(), REST_MS);
  }

  /** The pointer holds the view: it moves until it is let go. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
    if (!isHeld && this.timer === undefined) this.rest();
  }

  /** A frame came so many ms after it was asked for: slow ones let the next have fewer edges. */
  frame(elapsed: number): void {
    if (!this.isMoving) return;
    if (elapsed > SLOW_MS) this.budget = Math.max(this.budget * 0.6, LEAST_BUDGET);
    else if (elapsed < FAST_MS) this.budget = Math.min(this.budget * 1.2, MOST_BUDGET);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private rest(): void {
    this.timer = undefined;
    if (!this.isHeld) this.rested();
  }
}
