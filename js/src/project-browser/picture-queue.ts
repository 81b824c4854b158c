/** Pictures of projects, read when their rows are seen: a few at a time, those seen last first. */

const AT_ONCE = 4;

export class PictureQueue<Key> {
  private readonly waiting = new Set<Key>();
  private readonly begun = new Set<Key>();
  private running = 0;

  /** `read` gets the picture of a row and shows it; it does not fail. */
  constructor(private readonly read: (key: Key) => Promise<void>) {}

  /** A row is seen: its picture is wanted, unless it was before. */
  seen(key: Key): void {
    if (this.begun.has(key)) return;
    this.waiting.add(key);
    this.next();
  }

  /** A row is out of sight again: what has not begun is not wanted any more. */
  hidden(key: Key): void {
    this.waiting.delete(key);
  }

  /** Read it anew when it is seen next. */
  forget(key: Key): void {
    this.begun.delete(key);
  }

  stop(): void {
    this.waiting.clear();
  }

  private next(): void {
    while (this.running < AT_ONCE) {
      const key = [...this.waiting].at(-1);
      if (key === undefined) return;
      this.waiting.delete(key);
      this.begun.add(key);
      this.running++;
      void this.read(key).finally(() => {
        this.running--;
        this.next();
      });
    }
  }
}
