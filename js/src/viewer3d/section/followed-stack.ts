/** The linked stack viewer in the scene: its section as a plane, its active node, and following both. */
import type { AnyModel, Host } from "@anywidget/types";
import type { Vector3 } from "three";
import type { NoticeLevel, Point } from "../../shared/layer";
import type { Arrivals } from "../arrivals";
import type { Viewer3DState } from "../state";
import { LinkedStack } from "./linked-stack";
import { SectionPlane } from "./section-plane";

export interface FollowedStackHost {
  readonly arrivals: Arrivals;
  changed(): void;
  moveTo(point: Point): void;
  notify(level: NoticeLevel, text: string): void;
}

export class FollowedStack {
  readonly plane: SectionPlane;
  private linked: LinkedStack | null = null;
  private turn = 0;
  private readonly stopping: Array<() => void> = [];

  constructor(
    private readonly model: AnyModel<Viewer3DState>,
    private readonly page: Pick<Host, "getModel">,
    private readonly host: FollowedStackHost,
  ) {
    this.plane = new SectionPlane(host.arrivals, () => host.changed());
  }

  get isLinked(): boolean {
    return Boolean(this.model.get("stack_viewer"));
  }

  get active(): Point | null {
    return this.model.get("active_node")?.position ?? null;
  }

  /** Where the stack viewer looks; null where its section is not shown. */
  get place(): Point | null {
    return this.model.get("section_shown") ? (this.linked?.position ?? null) : null;
  }

  start(): void {
    this.listen("stack_viewer", () => void this.link());
    this.listen("active_node", () => this.moved());
    this.listen("section_opacity", () => this.host.changed());
    this.listen("follow", () => this.moved());
    void this.link();
  }

  /** Let the plane be where the stack viewer looks. */
  prepare(origin: Vector3, color: string): void {
    const position = this.linked?.position ?? null;
    const isShown = this.model.get("section_shown") && position !== null;
    this.plane.show(isShown ? this.linked : null, position?.[2] ?? 0, origin, {
      color,
      opacity: this.model.get("section_opacity"),
    });
  }

  dispose(): void {
    this.turn++;
    for (const stop of this.stopping) stop();
    this.linked?.dispose();
    this.plane.dispose();
  }

  private async link(): Promise<void> {
    const turn = ++this.turn;
    const reference = this.model.get("stack_viewer");
    this.linked?.dispose();
    this.linked = null;
    this.host.changed();
    if (!reference) return;
    try {
      const linked = await LinkedStack.of(this.page, reference, () => this.moved());
      if (turn === this.turn) this.linked = linked;
      else linked.dispose();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.host.notify("error", `The linked stack viewer cannot be followed. ${reason}`);
    }
    this.moved();
  }

  private moved(): void {
    const place = this.active ?? this.linked?.position;
    if (this.model.get("follow") && this.isLinked && place) this.host.moveTo(place);
    this.host.changed();
  }

  private listen(name: keyof Viewer3DState, react: () => void): void {
    this.model.on(`change:${name}`, react);
    this.stopping.push(() => this.model.off(`change:${name}`, react));
  }
}
