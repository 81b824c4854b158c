import { afterEach, describe, expect, test, vi } from "vitest";
import { isInUse, isWidget } from "../src/shared/keyboard";

/** An element of a page, as far as it is asked who holds it. */
class Part {
  constructor(
    private readonly above: Part | null = null,
    private readonly isWidget = false,
  ) {}

  closest(): Part | null {
    return this.isWidget ? this : (this.above?.closest() ?? null);
  }

  contains(other: Part | null): boolean {
    return other !== null && (other === this || this.contains(other.above));
  }
}

const cell = new Part();
const viewer = new Part(cell, true);
const question = new Part(viewer);
const button = new Part(viewer);
const table = new Part(new Part(cell, true));

function focused(part: Part): void {
  vi.stubGlobal("document", { activeElement: part });
}

afterEach(() => vi.unstubAllGlobals());

describe("a question that comes by itself", () => {
  test.each([
    ["the same widget", button, true],
    ["a cell of the notebook", cell, false],
    ["another widget", table, false],
  ])("takes the focus out of %s: %#", (_where, at, takes) => {
    focused(at);
    expect(isInUse(question as unknown as Element)).toBe(takes);
  });
});

test("a widget passes keys on to another one, a cell does not", () => {
  expect([button, table, cell].map((part) => isWidget(part as unknown as Element))).toEqual([
    true,
    true,
    false,
  ]);
  expect(isWidget(null)).toBe(false);
});
