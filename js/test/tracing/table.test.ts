import { expect, test } from "vitest";
import { IdIndex, Table } from "../../src/tracing-layer/data/table";

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test("an index agrees with a Map through any adding and removing", () => {
  const next = random(7);
  const index = IdIndex.withRoomFor(0);
  const expected = new Map<number, number>();
  for (let step = 0; step < 5000; step++) {
    const id = Math.floor(next() * 300) - 20;
    if (next() < 0.4) {
      index.remove(id);
      expected.delete(id);
    } else {
      index.set(id, step);
      expected.set(id, step);
    }
  }
  for (let id = -20; id < 280; id++) expect(index.row(id)).toBe(expected.get(id) ?? -1);
});

function people(): Table<{ id: Int32Array; age: Float64Array }> {
  return Table.of({ id: Int32Array.of(4, 9), age: Float64Array.of(40, 90) });
}

test("a put row is found, a put id changes only what is given", () => {
  const table = people();
  table.put(7, { age: 70 });
  table.put(9, {});
  expect(table.count).toBe(3);
  expect([4, 7, 9].map((id) => table.value(id, "age"))).toEqual([40, 70, 90]);
});

test("removing keeps the others", () => {
  const table = people();
  table.put(7, { age: 70 });
  table.remove(4);
  table.remove(4);
  expect(table.count).toBe(2);
  expect(table.has(4)).toBe(false);
  expect([7, 9].map((id) => table.value(id, "age"))).toEqual([70, 90]);
});

test("a row put where another was starts from nothing", () => {
  const table = people();
  table.remove(9);
  table.put(5, {});
  expect(table.value(5, "age")).toBe(0);
});

test("a copy does not follow the original", () => {
  const table = people();
  const copy = table.copy();
  table.put(4, { age: 41 });
  table.remove(9);
  expect([copy.value(4, "age"), copy.value(9, "age")]).toEqual([40, 90]);
});
