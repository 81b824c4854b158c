import { describe, expect, it } from "vitest";
import { BadFilter, numberTest, textTest } from "../../src/shared/table/row-filters";

const VALUES = [-2, 0, 3, 12, 120, 500.5];

describe("filters of numbers", () => {
  it.each([
    [">3", [12, 120, 500.5]],
    [">= 3", [3, 12, 120, 500.5]],
    ["<0", [-2]],
    ["<=0", [-2, 0]],
    ["=12", [12]],
    ["3..120", [3, 12, 120]],
    ["..0", [-2, 0]],
    ["1e2..", [120, 500.5]],
    ["12", [12, 120]],
    ["-2..-1", [-2]],
  ])("%s", (filter, expected) => {
    expect(VALUES.filter(numberTest(filter))).toEqual(expected);
  });

  it.each(["many", "..", ">", "1..b", ">x"])("%s is none", (filter) => {
    expect(() => numberTest(filter)).toThrow(BadFilter);
  });
});

describe("filters of text", () => {
  it.each([
    ["pn", ["PN 1", "opn"]],
    ["/^pn", ["PN 1"]],
    ["/^(kc|pn) \\d/", ["PN 1", "KC 2"]],
    ["!pn", ["KC 2", "😀 a/b"]],
    ["/", ["😀 a/b"]],
    ["/^.\\s", ["😀 a/b"]],
  ])("%s", (filter, expected) => {
    expect(["PN 1", "KC 2", "opn", "😀 a/b"].filter(textTest(filter))).toEqual(expected);
  });

  it("are refused where they are no regular expression", () => {
    expect(() => textTest("/(a")).toThrow("/(a/ is no regular expression.");
  });
});
