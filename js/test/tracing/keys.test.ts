import { describe, expect, test } from "vitest";
import type { Tracing } from "../../src/tracing-layer/edit/tracing";
import { commandOf } from "../../src/tracing-layer/input/keys";
import type { Travel } from "../../src/tracing-layer/input/travel";

type Held = "shift" | "ctrl" | "alt" | "altGraph" | "repeat";

/** What a key does, as text; null where it is left alone. */
function press(key: string, ...held: Held[]): string | null {
  const done: string[] = [];
  const recorder = new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...given: unknown[]) =>
          void done.push([String(name), ...given].join(" ")),
    },
  );
  const event = {
    key,
    shiftKey: held.includes("shift"),
    ctrlKey: held.includes("ctrl"),
    altKey: held.includes("alt"),
    metaKey: false,
    repeat: held.includes("repeat"),
    getModifierState: (name: string) => name === "AltGraph" && held.includes("altGraph"),
  } as unknown as KeyboardEvent;
  const command = commandOf(event, recorder as Tracing, recorder as Travel);
  command?.();
  return command && done.join();
}

describe("characters count wherever a keyboard has them", () => {
  test.each<[string, Held[], string]>([
    ["[", [], "go parent"],
    ["]", ["ctrl", "alt", "altGraph"], "go child"],
    ["[", ["alt"], "go parent"],
    ["3", ["shift"], "setConfidence 3"],
    ["T", [], "tag"],
    ["F2", [], "rename"],
    ["F3", [], "annotate"],
    ["/", [], "search"],
    ["/", ["shift"], "search"],
  ])("%s with %j", (key, held, done) => expect(press(key, ...held)).toBe(done));
});

test("Shift and Alt make another command of a letter, and CapsLock does not", () => {
  const pressed = [press("r"), press("R"), press("R", "shift"), press("r", "shift"), press("r", "alt")];
  expect(pressed).toEqual([
    "toOpenEnd nearest",
    "toOpenEnd nearest",
    "toOpenEnd next",
    "toOpenEnd next",
    "toOpenEnd newest",
  ]);
  expect([press("6"), press("Backspace")]).toEqual(["reroot", "go root"]);
});

test("shortcuts of the page are left alone", () => {
  expect([
    press("t", "ctrl"),
    press("1", "alt"),
    press("r", "ctrl", "shift"),
    press("[", "ctrl"),
    press("F3", "shift"),
  ]).toEqual([null, null, null, null, null]);
});

test("a key that is held goes on travelling but edits once", () => {
  expect([press("]", "repeat"), press("Delete", "repeat"), press("z", "ctrl", "repeat")]).toEqual([
    "go child",
    "",
    "",
  ]);
});
