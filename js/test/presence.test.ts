import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LayerHost, Person, Point, View } from "../src/shared/layer";
import { initials, nameOf, namesAbove, ownLast } from "../src/stack-viewer/people";
import { Presence } from "../src/tracing-layer/presence";

const ANA: Person = {
  id: "a",
  user_id: 3,
  username: "ana",
  is_own_user: false,
  position: [1, 2, 3],
  section: 4,
};

function viewAt(x: number, section = 6): View {
  return { center: [x, 20, 310], sectionDepth: section * 50, section } as View;
}

function bench(): {
  presence: Presence;
  told: Array<[Point | null, number | null]>;
  shown: Person[][];
  trait: { isOn: boolean };
} {
  const told: Array<[Point | null, number | null]> = [];
  const shown: Person[][] = [];
  const trait = { isOn: true };
  const host = { showPeople: (people: Person[]) => shown.push(people) } as unknown as LayerHost;
  const presence = new Presence({
    kernel: {
      here: async (position, section) => {
        told.push([position, section]);
      },
    },
    isOn: () => trait.isOn,
    hosts: () => [host],
  });
  return { presence, told, shown, trait };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("where this page looks", () => {
  test("is told at once, then a few times a second at most, and again while nothing happens", () => {
    const { presence, told } = bench();
    for (const x of [1, 2, 3]) presence.look(viewAt(x));
    expect(told).toEqual([[[1, 20, 300], 6]]);
    vi.advanceTimersByTime(400);
    expect(told[1]).toEqual([[3, 20, 300], 6]);
    presence.look(viewAt(3));
    vi.advanceTimersByTime(19_000);
    expect(told).toHaveLength(2);
    vi.advanceTimersByTime(2_000);
    expect(told).toHaveLength(3);
    presence.leave();
    expect(told[3]).toEqual([null, null]);
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(4);
  });

  test("is nobody's business if presence is off", () => {
    const { presence, told, shown, trait } = bench();
    trait.isOn = false;
    presence.look(viewAt(1));
    presence.received([ANA]);
    presence.leave();
    vi.advanceTimersByTime(60_000);
    expect([told, shown]).toEqual([[], [[]]]);
    trait.isOn = true;
    presence.switched(viewAt(1));
    expect([told.length, shown.at(-1)]).toEqual([1, [ANA]]);
    trait.isOn = false;
    presence.switched(viewAt(1));
    vi.advanceTimersByTime(400);
    expect([told.at(-1), shown.at(-1)]).toEqual([[null, null], []]);
  });
});

test("one's own windows are told apart, and come last", () => {
  const own = { ...ANA, id: "own", is_own_user: true };
  expect(ownLast([own, ANA, { ...ANA, id: "c", is_own_user: null }]).map(({ id }) => id)).toEqual([
    "a",
    "c",
    "own",
  ]);
  expect([own, ANA].map(nameOf)).toEqual(["you, in another window", "ana"]);
});

test("names at one place are written below each other", () => {
  const seen = [
    [50, 50],
    [60, 45],
    [300, 50],
  ] as const;
  expect([namesAbove(seen, 55, 50), namesAbove(seen, 55, 80), namesAbove(seen, 320, 50)]).toEqual([2, 0, 1]);
});

test.each([
  ["ana", "AN"],
  ["Ana Maria López", "AM"],
  ["ø", "Ø"],
  ["t_smith", "TS"],
  ["…", "?"],
])("the initials of %s", (name, letters) => {
  expect(initials(name)).toBe(letters);
});
