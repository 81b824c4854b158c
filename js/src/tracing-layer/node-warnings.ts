/** Rules that say when a new node is perhaps not where it should be; each can be switched by a trait. */
import type { AnyModel } from "@anywidget/types";
import type { LayerHost, Point } from "../shared/layer";
import { lengthLabel } from "../shared/scalebar";
import type { Kernel } from "./data/kernel";
import type { Edit } from "./edit/edit";
import type { TracingState } from "./state";

export interface NodeWarningsContext {
  model: AnyModel<TracingState>;
  kernel: Pick<Kernel, "of">;
  host(): LayerHost | null;
  /** Position of a node that is drawn, nm. */
  position(id: number): Point | undefined;
}

export class NodeWarnings {
  constructor(private readonly context: NodeWarningsContext) {}

  /** A person has made an edit: warn of the node that it makes. */
  made({ op, values }: Edit): void {
    if (op !== "create_treenode") return;
    const { place, parent } = values as { place: { x: number; y: number; z: number }; parent: number | null };
    const at: Point = [place.x, place.y, place.z];
    const from = parent === null ? undefined : this.context.position(parent);
    const jumps = from ? this.jumps(from, at) : [];
    this.tell(jumps);
    if (this.context.model.get("warns_outside")) void this.checkVolume(at, jumps);
  }

  private jumps(from: Point, to: Point): string[] {
    const { model, host } = this.context;
    const [farthest, most] = [model.get("warn_distance"), model.get("warn_sections")];
    const distance = Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
    const thickness = host()?.view().sectionThickness ?? Number.POSITIVE_INFINITY;
    const sections = Math.round(Math.abs(to[2] - from[2]) / thickness);
    const found: string[] = [];
    if (farthest !== null && distance > farthest)
      found.push(
        `The new node is ${lengthLabel(distance)} from its parent, more than ${lengthLabel(farthest)}.`,
      );
    if (most !== null && sections > most)
      found.push(`The new node is ${sections} sections from its parent, more than ${most}.`);
    return found;
  }

  /** What was told before is told again with it: a viewer has room for one notice. */
  private async checkVolume([x, y, z]: Point, told: readonly string[]): Promise<void> {
    const name = await this.context.kernel.of("outside", { x, y, z }).catch(() => null);
    if (name !== null) this.tell([...told, `The new node is outside ${name}.`]);
  }

  private tell(warnings: readonly string[]): void {
    if (warnings.length > 0)
      this.context.host()?.notify("warning", `${warnings.join(" ")} Ctrl+Z takes it back.`);
  }
}
