import { expect, test } from "vitest";
import type { CommandOf } from "../../src/shared/bindings/keymap";
import { COMMAND_NAMES, kindOf } from "../../src/shared/bindings/keymap";
import { type CommandContext, tracingCommands } from "../../src/tracing-layer/input/commands";

/** What a command of the layer asks of what edits arbors, as text. */
function asked(name: CommandOf<"tracing">): string[] {
  const done: string[] = [];
  const tracing = new Proxy(
    {},
    {
      get:
        (_, method) =>
        (...given: unknown[]) =>
          void done.push([String(method), ...given].join(" ")),
    },
  );
  const context = { model: { get: () => "" }, queue: {}, tracing } as unknown as CommandContext;
  tracingCommands(context)[name]();
  return done;
}

test("each command of the table is done", () => {
  const context = { model: { get: () => "" }, queue: {} } as unknown as CommandContext;
  const wanted = COMMAND_NAMES.filter((name) => kindOf(name) === "tracing");
  expect(Object.keys(tracingCommands(context)).sort()).toEqual([...wanted].sort());
});

test("commands of edits are edits", () => {
  expect(asked("tracing.confidence_3")).toEqual(["setConfidence 3"]);
  expect(asked("tracing.delete")).toEqual(["removeActive"]);
  expect(asked("tracing.reroot")).toEqual(["reroot"]);
});
