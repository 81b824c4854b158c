import { expect, test } from "vitest";
import { COMMAND_NAMES, type CommandOf, kindOf } from "../../src/shared/bindings/keymap";
import { type Doers, tracingCommands } from "../../src/tracing-layer/input/commands";

/** What a command of the layer asks for, and of whom, as text. */
function asked(name: CommandOf<"tracing">): string[] {
  const done: string[] = [];
  const doer = (who: string) =>
    new Proxy(
      {},
      {
        get:
          (_, method) =>
          (...given: unknown[]) =>
            void done.push(
              [`${who}.${String(method)}`, ...given.map((one) => JSON.stringify(one))].join(" "),
            ),
      },
    );
  const doers = new Proxy({}, { get: (_, who) => doer(String(who)) }) as Doers;
  tracingCommands(doers)[name]();
  return done;
}

test("each command of the table is done by somebody", () => {
  const names = COMMAND_NAMES.filter((name) => kindOf(name) === "tracing") as Array<CommandOf<"tracing">>;
  expect(names.filter((name) => asked(name).length !== 1)).toEqual([]);
});

test.each<[CommandOf<"tracing">, string]>([
  ["tracing.confidence_3", "tracing.setConfidence 3"],
  ["tracing.link_confidence_1", "nodes.setLinkConfidence 1"],
  ["tracing.tag_todo", 'nodes.addTags ["TODO"]'],
  ["tracing.untag_microtubules_end", 'nodes.removeTags ["microtubules end"]'],
  ["tracing.edited_by_anyone", 'finding.editedLast {"anywhere":false,"byAnyone":true}'],
  ["tracing.shift_alt_click", 'pointing.clickAtCursor {"shift":true,"alt":true}'],
  ["tracing.move_back", "nodes.moveBySections -1"],
])("%s asks for %s", (name, doing) => expect(asked(name)).toEqual([doing]));
