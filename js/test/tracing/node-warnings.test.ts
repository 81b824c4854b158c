import type { AnyModel } from "@anywidget/types";
import { expect, test, vi } from "vitest";
import type { LayerHost } from "../../src/shared/layer";
import type { Kernel } from "../../src/tracing-layer/data/kernel";
import type { Edit } from "../../src/tracing-layer/edit/edit";
import { NodeWarnings } from "../../src/tracing-layer/node-warnings";
import type { TracingState } from "../../src/tracing-layer/state";
import { settle } from "./fixtures";

function warnings(rules: Partial<TracingState>, outside: string | null) {
  const notify = vi.fn();
  const found = new NodeWarnings({
    model: { get: (name: keyof TracingState) => rules[name] ?? null } as AnyModel<TracingState>,
    kernel: { of: () => Promise.resolve(outside) } as unknown as Kernel,
    host: () => ({ notify, view: () => ({ sectionThickness: 50 }) }) as unknown as LayerHost,
    position: () => [0, 0, 0],
  });
  const values = { place: { x: 3000, y: 0, z: 100 }, parent: 1 };
  found.made({ op: "create_treenode", values } as unknown as Edit);
  return notify;
}

test("all rules that a new node is against are told together", async () => {
  const notify = warnings({ warn_distance: 2000, warn_sections: 1, warns_outside: true }, "neuropil");
  await settle();
  expect(notify.mock.lastCall?.[1]).toBe(
    "The new node is 3 µm from its parent, more than 2 µm. The new node is 2 sections from its parent, more " +
      "than 1. The new node is outside neuropil. Ctrl+Z takes it back.",
  );
});

test("a rule that is off says nothing", async () => {
  const notify = warnings({}, "neuropil");
  await settle();
  expect(notify).not.toHaveBeenCalled();
});
