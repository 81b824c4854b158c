/** How fast edits appear and are confirmed, for tests and benchmarks. */

const KEPT = 1000;

export class EditMeter {
  readings = 0;
  /** ms from an edit's making to the end of the frame that showed it. */
  readonly drawn: number[] = [];
  /** ms from an edit's making to the service's confirmation. */
  readonly confirmed: number[] = [];
  private readonly made = new Map<object, number>();
  private undrawn: number[] = [];

  /** An edit was made now. */
  began(edit: object): void {
    const now = performance.now();
    this.made.set(edit, now);
    this.undrawn.push(now);
  }

  frameDrawn(): void {
    const now = performance.now();
    for (const made of this.undrawn) keep(this.drawn, now - made);
    this.undrawn = [];
  }

  ended(edit: object, isConfirmed: boolean): void {
    const made = this.made.get(edit);
    this.made.delete(edit);
    if (made !== undefined && isConfirmed) keep(this.confirmed, performance.now() - made);
  }
}

function keep(times: number[], time: number): void {
  times.push(time);
  if (times.length > KEPT) times.shift();
}
