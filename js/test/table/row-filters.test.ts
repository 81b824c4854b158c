import { describe, expect, it } from "vitest";
import { BadFilter, numberTest, textTest } from "../../src/shared/table/row-filters";
// The kernel reads filters of long tables in the same way, and is tried with the same cases.
import { numbers, texts } from "./row-filters.json";

describe("filters of numbers", () => {
  it.each(numbers.cases)("%s", (filter, expected) => {
    expect(numbers.values.filter(numberTest(filter as string))).toEqual(expected);
  });

  it.each(numbers.bad)("%s is none", (filter) => {
    expect(() => numberTest(filter)).toThrow(BadFilter);
  });
});

describe("filters of text", () => {
  it.each(texts.cases)("%s", (filter, expected) => {
    expect(texts.values.filter(textTest(filter as string))).toEqual(expected);
  });

  it.each(texts.bad)("%s is none", (filter) => {
    expect(() => textTest(filter)).toThrow(BadFilter);
  });

  it("are refused where they are no regular expression", () => {
    expect(() => textTest("/(a")).toThrow("/(a/ is no regular expression.");
  });
});
