/** What is on its way to the scene: files are made when all has come. */

export class Arrivals {
  private coming = 0;
  private waiting: Array<() => void> = [];

  /** Something will come; returns what tells that it has, or that it will not. */
  begin(): () => void {
    this.coming++;
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      this.coming--;
      if (this.coming > 0) return;
      const waiting = this.waiting;
      this.waiting = [];
      for (const settle of waiting) settle();
    };
  }

  /** Count work as coming until it has ended, well or badly. */
  async during<T>(work: Promise<T>): Promise<T> {
    const end = this.begin();
    try {
      return await work;
    } finally {
      end();
    }
  }

  /** Settles when nothing is on its way. */
  async settled(): Promise<void> {
    while (this.coming > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}

/** Work that is done a moment after it was asked for last, and then begun anew if it is asked for again. */
export class LaterWork {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private working: AbortController | null = null;
  private end: (() => void) | null = null;

  constructor(
    private readonly afterMs: number,
    private readonly arrivals: Arrivals,
    private readonly work: (signal: AbortSignal) => Promise<void>,
  ) {}

  ask(): void {
    this.end ??= this.arrivals.begin();
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), this.afterMs);
  }

  /** What is being done is in vain: it has to be asked for again. */
  abort(): void {
    this.working?.abort();
  }

  /** Nobody needs it any more. */
  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.working?.abort();
    this.working = null;
    this.finish();
  }

  private async run(): Promise<void> {
    this.timer = null;
    this.working?.abort();
    const working = new AbortController();
    this.working = working;
    try {
      await this.work(working.signal);
    } finally {
      if (this.working === working && this.timer === null) this.finish();
    }
  }

  private finish(): void {
    this.end?.();
    this.end = null;
  }
}
