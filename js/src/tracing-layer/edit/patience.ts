/** How long edits wait for their answers, and when the person is told that one is late. */

/** ms without an answer after which the person is told. */
export const LATE_MS = 10_000;

/** However long the service is away, the kernel keeps an edit and goes on trying. */
export const NO_LIMIT = { timeoutMs: 0 };

/** Tells when an answer is late, and when it has come after all. */
export class Patience {
  private late = 0;

  constructor(
    private readonly limitMs: number,
    private readonly tell: (isLate: boolean) => void,
  ) {}

  /** Whether an answer is late now. */
  get isLate(): boolean {
    return this.late > 0;
  }

  async with<T>(answer: Promise<T>): Promise<T> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.late++;
      this.tell(true);
    }, this.limitMs);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      if (isLate) {
        this.late--;
        this.tell(false);
      }
    }
  }
}
