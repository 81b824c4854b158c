import { expect, test } from "vitest";
import { sampleInWords, sampleOf } from "../../src/tracing-layer/crowd";

const totals = { nodes: 212_000, connectors: 4_000, is_exact: true };

test("where all nodes are shown there is nothing to say", () => {
  expect(sampleOf({ limit_reached: false, totals }, 212_000)).toBeNull();
});

test("else it is said how many are, and of how many", () => {
  const exact = sampleOf({ limit_reached: true, totals }, 50_000);
  expect(exact).toEqual({ shown: 50_000, of: 212_000, is_exact: true });
  expect(exact && sampleInWords(exact)).toMatch(/^Showing 50,000 of 212,000 nodes, /);
  const estimated = sampleOf({ limit_reached: true, totals: { ...totals, is_exact: false } }, 50_000);
  expect(estimated && sampleInWords(estimated)).toMatch(/^Showing 50,000 of about 212,000 nodes, /);
});

test("where nobody tells how many there are it is not guessed", () => {
  for (const told of [{ limit_reached: true }, { limit_reached: true, totals: null }]) {
    const sample = sampleOf(told, 3_000);
    expect(sample).toEqual({ shown: 3_000, of: null, is_exact: false });
    expect(sample && sampleInWords(sample)).toMatch(/^Showing 3,000 nodes; there are more\./);
  }
});
