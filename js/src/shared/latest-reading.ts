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

  constructor(private readonly host: ReadingHost<Answer>) {}

  get isRunning(): boolean {
    return this.running !== null;
  }

  async start(): Promise<void> {
    this.running?.abort();
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
  }

  dispose(): void {
    this.running?.abort();
  }
}
