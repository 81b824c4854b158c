import { expect, test } from "vitest";
import type { LayerHost } from "../../src/shared/layer";
import { RpcError } from "../../src/shared/rpc";
import type { Edit } from "../../src/tracing-layer/edit/edit";
import { setConfidence, undoLast } from "../../src/tracing-layer/edit/edits";
import { Outcomes, type OutcomesContext } from "../../src/tracing-layer/outcomes";
import { ERROR_CODE } from "../../src/wire/facts";
import { twoSkeletons } from "./fixtures";

test("an undo that is refused says who is in the way, and what to do", () => {
  const notices: string[] = [];
  const context = {
    host: () => ({ notify: (_level, text) => notices.push(text) }) as Partial<LayerHost> as LayerHost,
    meter: { ended: () => {} },
    news: { answered: () => {} },
    selection: { active: null },
    stale: () => {},
  } as unknown as OutcomesContext;
  const why =
    "Version 263 cannot be taken back, nothing was written: treenode 17 was deleted (version 264 by ana). " +
    "Undo again to take back the edit before it.";
  const undo = undoLast();
  new Outcomes(context).refused(undo, new RpcError(ERROR_CODE.CONFLICT, why), [undo]);
  expect(notices).toEqual([`Could not undo: ${why}`]);
});

test.each([
  ["a conflict", ERROR_CODE.CONFLICT, null],
  [
    "a node that is not there",
    ERROR_CODE.INVALID,
    "Could not change the confidence: There is no treenode 2.",
  ],
  ["a missing answer", ERROR_CODE.UNREACHABLE, "not asked"],
])("who else may be the reason is asked for: %s", (_, code, expected) => {
  const asked: Array<string | null> = [];
  const graph = twoSkeletons();
  const context = {
    host: () => ({ notify: () => asked.push("not asked") }) as Partial<LayerHost> as LayerHost,
    meter: { ended: () => {} },
    news: { answered: () => {} },
    selection: { active: null },
    others: { refused: (_edit: Edit, _also: string, missing: string | null = null) => asked.push(missing) },
    stale: () => {},
  } as unknown as OutcomesContext;
  const edit = setConfidence(graph, 2, 3);
  new Outcomes(context).refused(edit, new RpcError(code, "There is no treenode 2"), [edit]);
  expect(asked).toEqual([expected]);
});
