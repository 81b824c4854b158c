import { expect, test } from "vitest";
import type { LayerHost } from "../../src/shared/layer";
import { RpcError } from "../../src/shared/rpc";
import { undoLast } from "../../src/tracing-layer/edit/edits";
import { Outcomes, type OutcomesContext } from "../../src/tracing-layer/outcomes";
import { ERROR_CODE } from "../../src/wire/facts";

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
