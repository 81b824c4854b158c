/** Whether the view moves, and how many edges may be drawn meanwhile so that it moves smoothly. */

const REST_MS = 250;
const LONGEST_REST_MS = 1_500;
const FIRST_BUDGET = 200_000;
const LEAST_BUDGET = 20_000;
const MOST_BUDGET = 20_000_000;
const SLOW_MS = 55;
const FAST_MS = 22;
/** A single frame may be slow for another reason. */
const LEAST_SHARE = 0.2;

export class Moving {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isHeld = false;
  private hasMoved = false;
  private lastElapsed = 0;
  private budget = FIRST_BUDGET;

  /** `rested` is called when a movement has ended. */
  constructor(private readonly rested: () => void) {}

  get isMoving(): boolean {
    return this.hasMoved || this.isHeld;
  }

  /** Edges to draw in this frame. */
  get edges(): number {
    return this.isMoving ? this.budget : Number.POSITIVE_INFINITY;
  }

  /** The view moved: it rests when it has been drawn and does not move again soon. */
  moved(): void {
    clearTimeout(this.timer);
    this.hasMoved = true;
  }

  /** A frame was drawn. */
  drawn(): void {
    if (!this.hasMoved) return;
    clearTimeout(this.timer);
    // Where frames are slow, so is the next move: it waits for them.
    const patience = Math.max(REST_MS, Math.min(2 * this.lastElapsed, LONGEST_REST_MS));
    this.timer = setTimeout(() => this.rest(), patience);
  }

  /** The pointer holds the view: it moves until it is let go. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
    if (!isHeld && !this.hasMoved) this.rest();
  }

  /**
   * A frame took so many ms: slow ones let the next have fewer edges.
   *
   * @param edges - that it had at rest; null: the view moved
   */
  frame(elapsed: number, edges: number | null = null): void {
    if (edges === null) this.lastElapsed = elapsed;
    const share = Math.max(SLOW_MS / elapsed, LEAST_SHARE);
    if (elapsed > SLOW_MS)
      this.budget = Math.max(Math.min(this.budget, edges ?? this.budget) * share, LEAST_BUDGET);
    else if (edges === null && elapsed < FAST_MS) this.budget = Math.min(this.budget * 1.2, MOST_BUDGET);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private rest(): void {
    this.hasMoved = false;
    if (!this.isHeld) this.rested();
  }
}
