import { expect, test } from "vitest";
import { markedParts } from "../src/tutorial/marked";

test("keys and names of buttons stand out of a text", () => {
  expect(markedParts("Press `Shift`+`X`, then *Show*.")).toEqual([
    { kind: "text", text: "Press " },
    { kind: "kbd", text: "Shift" },
    { kind: "text", text: "+" },
    { kind: "kbd", text: "X" },
    { kind: "text", text: ", then " },
    { kind: "strong", text: "Show" },
    { kind: "text", text: "." },
  ]);
  expect(markedParts("")).toEqual([]);
  expect(markedParts("2 * 3 is 6")).toEqual([{ kind: "text", text: "2 * 3 is 6" }]);
});
