import { describe, expect, it, vi } from "vitest";
import { PagedRows, type RowPage } from "../../src/shared/table/pages";

interface Row {
  id: number;
  note?: string;
}

/** A source with the rows 9 to 0 in pages of 4, answered one by one. */
function bench() {
  const waiting: Array<(fails?: Error) => void> = [];
  const failed = vi.fn();
  const rows = new PagedRows<Row, number>(
    {
      key: ({ id }) => id,
      load: (next, _signal) =>
        new Promise<RowPage<Row, number>>((resolve, reject) => {
          const first = next ?? 9;
          const ids = [0, 1, 2, 3].map((step) => first - step).filter((id) => id >= 0);
          const page = { rows: ids.map((id) => ({ id })), next: first > 3 ? first - 4 : null };
          waiting.push((error) => (error ? reject(error) : resolve(page)));
        }),
      changed: () => {},
      failed,
    },
    1,
  );
  const answer = async (error?: Error): Promise<void> => {
    waiting.shift()?.(error);
    await new Promise((done) => setTimeout(done));
  };
  const ids = (): number[] => rows.all().map(({ id }) => id);
  return { rows, waiting, failed, answer, ids };
}

describe("rows in pages", () => {
  it("are loaded as somebody comes near to their end", async () => {
    const { rows, waiting, answer, ids } = bench();
    void rows.restart();
    await answer();
    expect([ids(), rows.isComplete]).toEqual([[9, 8, 7, 6], false]);
    rows.reach(2);
    expect(waiting).toHaveLength(0);
    rows.reach(3);
    rows.reach(4);
    expect(waiting).toHaveLength(1);
    await answer();
    rows.reach(8);
    await answer();
    expect([ids(), rows.isComplete]).toEqual([[9, 8, 7, 6, 5, 4, 3, 2, 1, 0], true]);
    rows.reach(10);
    expect(waiting).toHaveLength(0);
  });

  it("get new ones on top, each once", async () => {
    const { rows, answer, ids } = bench();
    void rows.restart();
    await answer();
    expect(rows.prepend([{ id: 11 }, { id: 10 }, { id: 9 }])).toBe(2);
    expect(ids()).toEqual([11, 10, 9, 8, 7, 6]);
    expect(rows.indexOf(9)).toBe(2);
    rows.update((row) => (row.id === 9 ? { ...row, note: "taken back" } : row));
    expect(rows.row(2)).toEqual({ id: 9, note: "taken back" });
  });

  it("drop the answer to what is not wanted any more", async () => {
    const { rows, answer, ids } = bench();
    void rows.restart();
    void rows.restart();
    await answer();
    expect(ids()).toEqual([]);
    expect(rows.isLoading).toBe(true);
    await answer();
    expect(ids()).toEqual([9, 8, 7, 6]);
  });

  it("tell of a failure, and are asked for again", async () => {
    const { rows, waiting, failed, answer, ids } = bench();
    void rows.restart();
    await answer();
    rows.reach(4);
    await answer(new Error("gone"));
    expect(failed).toHaveBeenCalledWith(new Error("gone"));
    expect(rows.isComplete).toBe(false);
    rows.reach(4);
    expect(waiting).toHaveLength(1);
    await answer();
    expect(ids()).toHaveLength(8);
  });
});
