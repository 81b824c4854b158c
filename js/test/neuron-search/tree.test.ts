import { expect, test } from "vitest";
import { cut } from "../../src/neuron-search/notations";
import type { ConditionDescription, PlainQuery } from "../../src/neuron-search/state";
import { type ConditionRow, groupOf, isGiven, plainOf } from "../../src/neuron-search/tree";

const described = new Map<string, ConditionDescription>(
  ["annotation", "tag", "nodes", "reviewed"].map((condition) => {
    const kind = condition === "nodes" || condition === "reviewed" ? "numbers" : "text";
    const name = kind === "numbers" ? "span" : "name";
    return [
      condition,
      { condition, title: condition, fields: [{ name, kind, example: "", unit: "", choices: [] }] },
    ];
  }),
);

test.each<PlainQuery>([
  { all: [{ condition: "annotation", name: "PN", sub: true }, { not: { condition: "tag", name: "soma" } }] },
  {
    any: [
      { condition: "tag", name: "a" },
      {
        all: [
          { condition: "tag", name: "b" },
          { condition: "tag", name: "c" },
        ],
      },
    ],
  },
  {
    all: [
      {
        not: {
          any: [
            { condition: "tag", name: "a" },
            { condition: "tag", name: "b" },
          ],
        },
      },
    ],
  },
  { all: [] },
])("a form gives the query that it shows: %j", (query) => {
  expect(plainOf(groupOf(query), described).query).toEqual(query);
});

test("a single condition, turned round or not, is shown in a group", () => {
  const query = { not: { condition: "tag", name: "soma" } };
  expect(plainOf(groupOf(query), described).query).toEqual({ all: [query] });
});

test("what is incomplete is left out, and the others are counted", () => {
  const whole = { kind: "condition", isNot: false, condition: "tag", values: { name: "a" } } as const;
  const empty: ConditionRow = {
    kind: "condition",
    isNot: true,
    condition: "annotation",
    values: { name: "  " },
  };
  const open: ConditionRow = {
    kind: "condition",
    isNot: false,
    condition: "nodes",
    values: { span: [null, null] },
  };
  const inner = { kind: "group", isNot: false, join: "any", parts: [empty, open] } as const;
  const last: ConditionRow = { ...whole, values: { name: "b" } };
  const { query, rows } = plainOf(
    {
      kind: "group",
      isNot: false,
      join: "all",
      parts: [empty, whole, { ...inner, parts: [...inner.parts] }, last],
    },
    described,
  );
  expect(query).toEqual({
    all: [
      { condition: "tag", name: "a" },
      { condition: "tag", name: "b" },
    ],
  });
  expect(rows).toEqual([whole, last]);
});

test.each([
  [["", "regex"], false],
  [["PN", "regex"], true],
  [[null, 5], true],
  [[], false],
  [0, true],
  [false, false],
])("%j is given: %s", (value, expected) => {
  expect(isGiven(value)).toBe(expected);
});

test("the place of a problem is shown with what is around it", () => {
  expect(cut("tag:a nodes:x", 12, 13)).toEqual(["tag:a nodes:", "x", ""]);
  const long = `${"a".repeat(100)}!${"b".repeat(100)}`;
  expect(cut(long, 100, 101)).toEqual([`…${"a".repeat(30)}`, "!", "b".repeat(30)]);
});
