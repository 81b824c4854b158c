/** Where a linked stack viewer looks, as its model in this page has it: no kernel is needed for that. */
import type { AnyModel, Host } from "@anywidget/types";
import { jupyterBase } from "../../shared/jupyter-base";
import type { Point } from "../../shared/layer";
import { Rpc } from "../../shared/rpc";
import type { Stack } from "../../shared/stack";
import { TileSource } from "../../shared/tile-transport";
import type { Tile } from "../../shared/tiles";
import { modelOf } from "../../shared/widget-reference";

interface StackState {
  stack: Stack;
  position: Point | null;
}

export class LinkedStack {
  private readonly rpc: Rpc;
  private readonly tiles: TileSource;
  private readonly changed: () => void;

  private constructor(
    private readonly model: AnyModel<StackState>,
    moved: () => void,
  ) {
    this.rpc = new Rpc(model as AnyModel);
    this.tiles = new TileSource(this.rpc, jupyterBase());
    this.changed = moved;
    model.on("change:position", moved);
    model.on("change:stack", moved);
  }

  /** The stack viewer that a trait refers to; `moved` is called when it looks elsewhere. */
  static async of(page: Pick<Host, "getModel">, reference: string, moved: () => void): Promise<LinkedStack> {
    return new LinkedStack(await modelOf<StackState>(page, reference), moved);
  }

  get stack(): Stack {
    return this.model.get("stack");
  }

  get position(): Point | null {
    return this.model.get("position");
  }

  load(tile: Tile, signal: AbortSignal): Promise<Blob | null> {
    return this.tiles.load(tile, signal);
  }

  dispose(): void {
    this.model.off("change:position", this.changed);
    this.model.off("change:stack", this.changed);
    this.rpc.dispose();
  }
}
