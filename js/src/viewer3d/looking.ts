/** From where one looks: standard views, kept ones, what Python asked for, and all there is until somebody chooses. */
import type { AnyModel } from "@anywidget/types";
import type { Box3 } from "three";
import type { Rpc } from "../shared/rpc";
import type { SpaceCamera, SpaceCameraState } from "./camera/space-camera";
import { isChosen } from "./camera/sync";
import { standardView } from "./camera/views";
import type { Viewer3DState } from "./state";
import { KeptViews } from "./views/kept-views";

export interface LookingHost {
  /** Settles when all neurons have come that are on their way. */
  arrived(): Promise<void>;
  /** Around neurons, or by default around all that is shown; project space. */
  box(ids?: readonly number[]): Box3;
  save(change: Partial<Viewer3DState>): void;
  /** Put the focus on the picture. */
  focus(): void;
  tell(sentence: string): void;
}

export class Looking {
  /** The menu of kept views. */
  readonly kept: KeptViews;
  /** Whether the camera is where somebody put it; else it shows all that comes. */
  private isPlaced: boolean;
  private isStopped = false;
  /** What is shown as large as possible, and from where it was seen then; null: nothing is. */
  private fitted: { ids: readonly number[] | undefined; seen: string } | null = null;

  constructor(
    private readonly model: AnyModel<Viewer3DState>,
    private readonly camera: SpaceCamera,
    rpc: Rpc,
    private readonly host: LookingHost,
  ) {
    this.kept = new KeptViews(model, rpc, camera, {
      save: (change) => host.save(change),
      look: (state) => this.take(state),
      leave: () => host.focus(),
      tell: (sentence) => host.tell(sentence),
    });
    this.isPlaced = isChosen(model);
  }

  /** Whether the camera shows all that comes, and is not where somebody put it. */
  get isAutomatic(): boolean {
    return !this.isPlaced;
  }

  /** Somebody has turned or moved the view. */
  placed(): void {
    this.isPlaced = true;
  }

  /** More has come: show all, unless somebody looks at something. */
  more(): void {
    if (!this.isPlaced) this.fit();
  }

  /** There is more or less room: show as large as possible again what was so before. */
  resized(): void {
    this.more();
    const { fitted } = this;
    if (fitted && fitted.seen === this.seen()) this.fit(fitted.ids);
  }

  /** Look from a standard side, or by a camera that was kept. */
  look(name: string): void {
    const standard = standardView(name);
    const kept = this.model.get("views")[name];
    if (standard) this.camera.look(standard);
    else if (kept) this.take(kept);
  }

  /** Show neurons, by default all that are visible with the volumes, as large as possible. */
  fit(ids?: readonly number[]): void {
    this.camera.fit(this.host.box(ids));
    this.fitted = { ids, seen: this.seen() };
  }

  toggleKind(): void {
    this.camera.setKind(this.camera.kind === "perspective" ? "orthographic" : "perspective");
  }

  /** Do what Python asked for, once there is something to look at. */
  async doAsked(): Promise<void> {
    await this.host.arrived();
    const { view, fit } = this.model.get("asked_view");
    if (this.isStopped || (view === undefined && fit === undefined)) return;
    this.isPlaced = true;
    if (view !== undefined) this.look(view);
    if (fit !== undefined) this.fit(fit ?? undefined);
    this.host.save({ asked_view: {} });
  }

  dispose(): void {
    this.isStopped = true;
  }

  private seen(): string {
    return JSON.stringify(this.camera.state);
  }

  private take(state: SpaceCameraState): void {
    this.isPlaced = true;
    this.camera.take(state);
  }
}
