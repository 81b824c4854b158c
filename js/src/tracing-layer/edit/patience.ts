/** Tells when an answer is long in coming, and when it has come after all. */
export class Patience {
  constructor(
    private readonly limitMs: number,
    private readonly tell: (isLate: boolean) => void,
  ) {}

  async with<T>(answer: Promise<T>): Promise<T> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.tell(true);
    }, this.limitMs);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      if (isLate) this.tell(false);
    }
  }
}
