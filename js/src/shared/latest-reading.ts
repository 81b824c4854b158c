/** What is read again and again: a new reading takes the place of one that is on its way. */

export interface ReadingHost<Answer> {
  read(signal: AbortSignal): Promise<Answer>;
  /** It begins. */
  began(): void;
  show(answer: Answer): void;
  failed(error: unknown): void;
}

export class LatestReading<Answer> {
  private running: AbortController | null = null;
  private isOld = false;

  constructor(private readonly host: ReadingHost<Answer>) {}

  get isRunning(): boolean {
    return this.running !== null;
  }

  /** Read what changed: now, or after the reading that is on its way, which may be too early to have it. */
  again(): void {
    if (this.running) this.isOld = true;
    else void this.start();
  }

  async start(): Promise<void> {
    this.running?.abort();
    this.isOld = false;
    const own = new AbortController();
    this.running = own;
    this.host.began();
    try {
      const answer = await this.host.read(own.signal);
      if (own.signal.aborted) return;
      this.running = null;
      this.host.show(answer);
    } catch (error) {
      if (this.running === own) this.running = null;
      this.host.failed(error);
    }
    if (this.running === null && this.isOld) void this.start();
  }

  dispose(): void {
    this.isOld = false;
    this.running?.abort();
  }
}
