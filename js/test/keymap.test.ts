import { describe, expect, test } from "vitest";
import { chordLabel, chordsOf } from "../src/shared/bindings/chords";
import {
  COMMAND_NAMES,
  type CommandName,
  commandOf,
  companyOf,
  Keymap,
  kindOf,
  refusal,
} from "../src/shared/bindings/keymap";

type Held = "shift" | "ctrl" | "alt" | "altGraph";

function press(key: string, code: string, ...held: Held[]): KeyboardEvent {
  return {
    key,
    code,
    shiftKey: held.includes("shift"),
    ctrlKey: held.includes("ctrl"),
    altKey: held.includes("alt"),
    metaKey: false,
    getModifierState: (name: string) => name === "AltGraph" && held.includes("altGraph"),
  } as unknown as KeyboardEvent;
}

const keymap = (): Keymap => new Keymap(companyOf("view"));

describe("what a key press stands for on keyboards of all kinds", () => {
  test.each<[string, KeyboardEvent, CommandName | null]>([
    ["a bracket", press("[", "BracketLeft"), "tracing.parent"],
    ["a bracket behind AltGr", press("]", "Digit9", "ctrl", "alt", "altGraph"), "tracing.child"],
    ["a bracket behind a Mac's Option", press("[", "Digit5", "alt"), "tracing.parent"],
    ["the place of a bracket where it types a letter", press("ü", "BracketLeft"), "tracing.parent"],
    ["a digit behind Shift", press("3", "Digit3", "shift"), "tracing.confidence_3"],
    ["the place of a digit that is behind Shift", press("&", "Digit1"), "tracing.confidence_1"],
    ["a letter with CapsLock", press("R", "KeyR"), "tracing.nearest_open_end"],
    ["a letter with Shift", press("R", "KeyR", "shift"), "tracing.next_open_end"],
    ["a letter with Shift and CapsLock", press("r", "KeyR", "shift"), "tracing.next_open_end"],
    ["a letter that Option makes another character of", press("®", "KeyR", "alt"), "tracing.newest_open_end"],
    ["a letter of another alphabet", press("м", "KeyV"), "tracing.next_branch"],
    ["a letter where another keyboard has it", press("a", "KeyQ"), "tracing.center"],
    ["a question mark, though its place is that of a dash", press("?", "Minus", "shift"), "view.help"],
    ["a digit with a Mac's Option", press("∞", "Digit5", "alt"), "tracing.link_confidence_5"],
    ["a bracket with Shift, by its place", press("}", "BracketRight", "shift"), "tracing.next_child"],
    ["a comma with Alt", press(",", "Comma", "alt"), "tracing.move_back"],
    ["a comma with a Mac's Option", press("≤", "Comma", "alt"), "tracing.move_back"],
    ["a plus behind Shift", press("+", "Equal", "shift"), "view.zoom_in"],
    ["a function key", press("F1", "F1"), "view.help"],
    ["a shortcut with Ctrl and Shift", press("Z", "KeyZ", "ctrl", "shift"), "tracing.redo"],
    ["a modifier alone", press("Shift", "ShiftLeft", "shift"), null],
    ["a shortcut of the page", press("t", "KeyT", "ctrl"), null],
  ])("%s", (_, event, command) => expect(keymap().commandFor(event)).toBe(command));
});

test("a dead key is known by its place", () => {
  expect(chordsOf(press("Dead", "Backquote"))).toEqual(["`"]);
});

test("chords are shown as keys are called", () => {
  expect(["shift+r", "ctrl+[", "alt++", "left", "-", "delete"].map(chordLabel)).toEqual([
    "Shift R",
    "Ctrl [",
    "Alt +",
    "←",
    "−",
    "Del",
  ]);
});

describe("the table", () => {
  test("gives no two commands of a viewer the same key", () => {
    for (const company of [companyOf("view"), companyOf("space")]) {
      const names = COMMAND_NAMES.filter((name) => company.includes(kindOf(name)));
      const chords = names.flatMap((name) => commandOf(name).keys);
      expect(chords.filter((chord, at) => chords.indexOf(chord) !== at)).toEqual([]);
    }
  });

  test("has sentences, and keys that are not reserved but to leave", () => {
    const reserved = COMMAND_NAMES.filter((name) => commandOf(name).keys.some((chord) => refusal(chord)));
    expect(reserved).toEqual(["view.leave", "space.leave"]);
    expect(COMMAND_NAMES.filter((name) => !/^[A-Z].*\.$/.test(commandOf(name).what))).toEqual([]);
  });
});

describe("keys that a user changes", () => {
  test("a free key replaces those that a command had", () => {
    const map = keymap();
    map.changed = map.given("tracing.parent", "ctrl+shift+p");
    expect(map.changed).toEqual({ "tracing.parent": ["ctrl+shift+p"] });
    expect(map.holder("[")).toBeNull();
    expect(map.commandFor(press("P", "KeyP", "ctrl", "shift"))).toBe("tracing.parent");
  });

  test("a key of another command is swapped; one that has more keys keeps the others", () => {
    const map = keymap();
    map.changed = map.given("tracing.next_branch", "b");
    expect([map.holder("b"), map.holder("v")]).toEqual(["tracing.next_branch", "tracing.previous_branch"]);
    map.changed = map.given("tracing.parent", "=");
    expect(map.keysOf("view.zoom_in")).toEqual(["+"]);
    expect(map.holder("[")).toBeNull();
  });

  test("a command has its own keys again, wherever they went", () => {
    const map = keymap();
    map.changed = map.given("tracing.next_branch", "b");
    map.changed = map.reset("tracing.next_branch");
    expect(map.changed).toEqual({});
    map.changed = map.given("tracing.parent", "alt+q");
    map.changed = map.given("tracing.child", "[");
    map.changed = map.reset("tracing.parent");
    expect([map.holder("["), map.holder("]")]).toEqual(["tracing.parent", "tracing.child"]);
    expect(map.changed).toEqual({});
  });

  test("what another version wrote does no harm, and stays", () => {
    const map = keymap();
    map.changed = { "tracing.unknown": ["v"] };
    expect(map.holder("v")).toBe("tracing.next_branch");
    expect(map.given("tracing.child", "alt+q")).toEqual({
      "tracing.unknown": ["v"],
      "tracing.child": ["alt+q"],
    });
  });

  test("reserved keys are refused with a sentence", () => {
    expect(refusal("ctrl+s")).toBe("Ctrl S saves the notebook.");
    expect(refusal("escape")).toMatch(/^Esc always leaves/);
    expect(refusal("ctrl+k")).toBeNull();
  });

  test("hints of buttons name the first key", () => {
    const map = keymap();
    expect(map.hint("view.fit", "show the whole section")).toBe("show the whole section (0)");
    map.changed = { "view.fit": [] };
    expect(map.hint("view.fit", "show the whole section")).toBe("show the whole section");
  });
});
