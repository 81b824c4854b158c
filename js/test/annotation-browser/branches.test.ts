import { expect, test } from "vitest";
import { seenLines } from "../../src/annotation-browser/branches";
import type { AnnotationBranch } from "../../src/annotation-browser/state";

function branch(id: number, parent_id: number | null, name: string): AnnotationBranch {
  return { id, parent_id, name, neurons: id, users: [] };
}

const BRANCHES = [
  branch(1, null, "cell type"),
  branch(2, 1, "PN"),
  branch(3, 2, "uPN"),
  branch(4, 1, "LN"),
  branch(5, null, "side"),
  branch(4, 5, "LN"),
];

test("only what is open is seen", () => {
  const shown = (open: string[]) => seenLines(BRANCHES, new Set(open), "", 99).lines.map(({ key }) => key);
  expect(shown([])).toEqual(["1", "5"]);
  expect(shown(["1"])).toEqual(["1", "1/2", "1/4", "5"]);
  expect(shown(["1/2"])).toEqual(["1", "5"]);
  expect(shown(["1", "1/2", "5"])).toEqual(["1", "1/2", "1/2/3", "1/4", "5", "5/4"]);
});

test("lines tell their level, their parent, and whether there is more", () => {
  const { lines } = seenLines(BRANCHES, new Set(["1"]), "", 99);
  expect(lines.map(({ level, hasMore, isOpen, parent }) => [level, hasMore, isOpen, parent?.name])).toEqual([
    [1, true, true, undefined],
    [2, true, false, "cell type"],
    [2, false, false, "cell type"],
    [1, true, false, undefined],
  ]);
});

test("a filter shows what has the text, with all above it", () => {
  const { lines } = seenLines(BRANCHES, new Set(), " ln", 99);
  expect(lines.map(({ key }) => key)).toEqual(["1", "1/4", "5", "5/4"]);
  expect(seenLines(BRANCHES, new Set(), "<b>", 99).lines).toEqual([]);
});

test("very many lines are cut, and counted", () => {
  const many = Array.from({ length: 50 }, (_, index) => branch(index, null, `a ${index}`));
  const { lines, left } = seenLines(many, new Set(), "", 20);
  expect([lines.length, left]).toEqual([20, 30]);
});
