/** The rows of a table: read when they changed, and of a table too long to have all of them here, in another order. */
import { LatestReading } from "../shared/latest-reading";
import type { TableState } from "../shared/table/data-table";
import { throttle } from "../shared/throttle";
import type { TableContent } from "./state";

const NEWS_MS = 300;

/** The order and filters in which rows are asked for. */
export type Arrangement = Pick<TableState, "sort" | "filters">;

export interface TableReadingHost {
  arrangement(): Arrangement;
  /** `rows`: what there is now; `arranged`: what there was, in another order or with other filters. */
  ask(method: "rows" | "arranged", arrangement: Arrangement, signal: AbortSignal): Promise<TableContent>;
  began(): void;
  show(content: TableContent): void;
  failed(error: unknown): void;
}

interface ArrangedContent {
  content: TableContent;
  arrangement: string;
}

export class TableReading {
  private readonly reading = this.latest((signal) => this.read("rows", signal));
  private readonly arranging = this.latest((signal) => {
    this.coming = this.arrangement;
    return this.read("arranged", signal);
  });
  private readonly readAgain = throttle<void>(() => this.reading.again(), NEWS_MS);
  private readonly arrangeAgain = throttle<void>(() => void this.arranging.start(), NEWS_MS);
  /** The order and filters of the rows that are here. */
  private shown = "";
  /** Those of the rows that are on their way, while `arranging` runs. */
  private coming = "";

  constructor(private readonly host: TableReadingHost) {}

  get isRunning(): boolean {
    return this.reading.isRunning || this.arranging.isRunning;
  }

  /** The table is another one now. */
  again(): void {
    this.readAgain();
  }

  /** Have the rows of a table that is cut as they are wanted now, unless these are here or on their way. */
  arrange(): void {
    const known = this.arranging.isRunning ? this.coming : this.shown;
    if (known !== this.arrangement) this.arrangeAgain();
  }

  dispose(): void {
    this.readAgain.cancel();
    this.arrangeAgain.cancel();
    this.reading.dispose();
    this.arranging.dispose();
  }

  private get arrangement(): string {
    const { sort, filters } = this.host.arrangement();
    return JSON.stringify([sort, filters]);
  }

  private latest(read: (signal: AbortSignal) => Promise<ArrangedContent>): LatestReading<ArrangedContent> {
    return new LatestReading({
      read,
      began: () => this.host.began(),
      show: ({ content, arrangement }) => {
        this.shown = arrangement;
        this.host.show(content);
      },
      failed: (error) => this.host.failed(error),
    });
  }

  private async read(method: "rows" | "arranged", signal: AbortSignal): Promise<ArrangedContent> {
    const { arrangement } = this;
    return { content: await this.host.ask(method, this.host.arrangement(), signal), arrangement };
  }
}
