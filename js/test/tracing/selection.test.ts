import type { AnyModel } from "@anywidget/types";
import { describe, expect, test } from "vitest";
import { Selection } from "../../src/tracing-layer/data/selection";
import type { TracingState } from "../../src/tracing-layer/state";
import { withSynapse } from "./fixtures";

/** A model that reports changes as the real one does: each at once, before the next is set. */
function modelWith(selection: () => Selection | null): AnyModel<TracingState> & { saved: number } {
  const state: Record<string, unknown> = { active_node: null, active_skeleton: null, active_kind: null };
  const model = {
    saved: 0,
    get: (name: string) => state[name],
    set(name: string, value: unknown) {
      state[name] = value;
      if (name !== "active_kind") selection()?.modelChanged();
    },
    save_changes() {
      model.saved++;
    },
  };
  return model as unknown as AnyModel<TracingState> & { saved: number };
}

function bench(): {
  model: ReturnType<typeof modelWith>;
  selection: Selection;
  graph: ReturnType<typeof withSynapse>;
} {
  const graph = withSynapse();
  let selection: Selection | null = null;
  const model = modelWith(() => selection);
  selection = new Selection(
    model,
    () => graph,
    () => {},
  );
  return { model, selection, graph };
}

function traits(model: AnyModel<TracingState>): unknown[] {
  return [model.get("active_node"), model.get("active_skeleton"), model.get("active_kind")];
}

describe("selecting in the page", () => {
  test("sets all traits in one message", () => {
    const { model, selection } = bench();
    selection.select({ kind: "treenode", id: 2 });
    expect(traits(model)).toEqual([2, 100, "treenode"]);
    expect(model.saved).toBe(1);
    selection.select({ kind: "connector", id: 20 });
    expect(traits(model)).toEqual([20, null, "connector"]);
    selection.select(null);
    expect(traits(model)).toEqual([null, null, null]);
  });

  test("shows Python an id when it is final", () => {
    const { model, selection, graph } = bench();
    graph.nodes.put(-2, { parent: 3, skeleton: 100 });
    selection.select({ kind: "treenode", id: -2 });
    expect(model.get("active_node")).toBeNull();
    graph.nodes.remove(-2);
    graph.nodes.put(50, { parent: 3, skeleton: 100 });
    selection.follow((id) => (id === -2 ? 50 : id));
    expect(traits(model)).toEqual([50, 100, "treenode"]);
  });

  test("follows the skeleton of its node", () => {
    const { model, selection, graph } = bench();
    selection.select({ kind: "treenode", id: 2 });
    graph.nodes.put(2, { skeleton: 300 });
    selection.follow((id) => id);
    expect(model.get("active_skeleton")).toBe(300);
  });
});

describe("setting in Python", () => {
  test("a node selects it, with its kind and skeleton", () => {
    const { model, selection } = bench();
    model.set("active_node", 20);
    expect(selection.active).toEqual({ kind: "connector", id: 20 });
    model.set("active_node", 11);
    expect(selection.active).toEqual({ kind: "treenode", id: 11 });
    expect(traits(model)).toEqual([11, 200, "treenode"]);
    model.set("active_node", 20);
    expect(traits(model), "a connector is of no skeleton").toEqual([20, null, "connector"]);
  });

  test("another skeleton is emphasised without an active node", () => {
    const { model, selection } = bench();
    selection.select({ kind: "treenode", id: 2 });
    model.set("active_skeleton", 200);
    expect([selection.active, selection.skeleton]).toEqual([null, 200]);
    expect(traits(model)).toEqual([null, 200, null]);
  });

  test("nothing deselects", () => {
    const { model, selection } = bench();
    selection.select({ kind: "treenode", id: 2 });
    model.set("active_node", null);
    expect(selection.active).toBeNull();
  });
});
