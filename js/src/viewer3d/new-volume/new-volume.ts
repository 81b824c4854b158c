/** Volumes by mouse: a form, a preview that follows its choices, and saving. */
import type { Box3, Object3D, Vector3 } from "three";
import { button, icon } from "../../shared/dom";
import { messageOf } from "../../shared/panel-lines";
import { isAbort, type Rpc } from "../../shared/rpc";
import type { WhatChanged } from "../../shared/selection/store";
import { LaterWork } from "../arrivals";
import type { SceneContent, ViewerParts } from "../parts";
import { type SurfaceAnswer, surfaceOf } from "../things/volumes";
import { contentText, type NeuronsOf, orderOf, type VolumeOrder } from "./choices";
import { VolumeForm } from "./volume-form";
import { PreviewSurface } from "./volume-preview";

const CUBE = "M8 1l6 3v8l-6 3-6-3V4zM2 4l6 3 6-3M8 7v8";
/** So long after the last choice the preview is asked for. */
const PAUSE_MS = 250;
const PATIENCE_MS = 300_000;
/** Volumes of more neurons are shown when they are asked for: to read their nodes takes long. */
const MOST_NEURONS = 500;
const CHANGES: readonly WhatChanged[] = ["all", "added", "removed", "selected", "flags"];

interface PreviewAnswer extends SurfaceAnswer {
  number: number;
  points: number;
  /** nm³ */
  content: number;
}

export class NewVolume implements SceneContent {
  private readonly surface = new PreviewSurface();
  private readonly form: VolumeForm;
  private readonly opener: HTMLButtonElement;
  private readonly later: LaterWork;
  private readonly stops: Array<() => void>;
  /** By which the kernel knows whose preview it is. */
  private readonly page = `${Date.now()} ${Math.random()}`;
  /** Of the volume that is shown; null: there is none. */
  private number: number | null = null;
  private hasAsked = false;

  constructor(
    private readonly rpc: Rpc,
    private readonly parts: Pick<ViewerParts, "arrivals" | "changed" | "selection" | "toolbar">,
  ) {
    this.later = new LaterWork(PAUSE_MS, parts.arrivals, (signal) => this.preview(signal));
    this.form = new VolumeForm({
      changed: () => this.follow(),
      preview: () => this.later.ask(),
      save: (name) => void this.save(name),
      close: () => this.close(),
    });
    this.opener = button("new volume around neurons", icon(CUBE), () => this.toggle());
    this.opener.dataset.testid = "volumes";
    this.opener.setAttribute("aria-expanded", "false");
    parts.toolbar.append(this.opener);
    parts.toolbar.after(this.form.node);
    this.stops = CHANGES.map((what) => parts.selection.subscribe(what, () => this.follow()));
  }

  get object(): Object3D {
    return this.surface.object;
  }

  get box(): Box3 {
    return this.surface.box;
  }

  prepare(origin: Vector3): void {
    this.surface.prepare(origin);
  }

  edited(): void {
    this.follow();
  }

  dispose(): void {
    for (const stop of this.stops) stop();
    this.end();
    this.surface.dispose();
  }

  private get isOpen(): boolean {
    return !this.form.node.hidden;
  }

  private get neurons(): NeuronsOf {
    const { selection } = this.parts;
    const visible = [...selection.ids].filter((id) => selection.isVisible(id));
    return { selected: [...selection.selected()], visible };
  }

  private toggle(): void {
    if (this.isOpen) this.close();
    else {
      this.form.open(this.parts.selection.selected().length > 0);
      this.opener.setAttribute("aria-expanded", "true");
      this.follow();
    }
  }

  private close(): void {
    this.form.close();
    this.opener.setAttribute("aria-expanded", "false");
    this.opener.focus();
    this.end();
  }

  /** Show nothing, and let the kernel show nothing. */
  private end(): void {
    this.later.stop();
    // One may be on its way, whose number is not known yet.
    if (this.hasAsked) this.rpc.call("end_preview", { page: this.page }).catch(() => {});
    this.hasAsked = false;
    this.forget();
  }

  private forget(): void {
    if (this.number === null) return;
    this.number = null;
    this.surface.show(null);
    this.parts.changed();
  }

  /** Choices or neurons are others now: show their volume, unless that takes long. */
  private follow(): void {
    if (!this.isOpen) return;
    const order = this.order();
    if (!order) return;
    const count = order.skeleton_ids.length + (order.partner_ids?.length ?? 0);
    if (count <= MOST_NEURONS) {
      this.form.say("…");
      this.later.ask();
      return;
    }
    this.later.stop();
    this.forget();
    this.form.say(`These are ${count.toLocaleString("en")} neurons.`, { canPreview: true });
  }

  private order(): VolumeOrder | null {
    try {
      return orderOf(this.form.choices, this.neurons);
    } catch (error) {
      this.later.stop();
      this.failed(error);
      return null;
    }
  }

  private async preview(signal: AbortSignal): Promise<void> {
    const order = this.order();
    if (!order) return;
    this.form.say("The volume is made…");
    this.hasAsked = true;
    try {
      const options = { signal, timeoutMs: PATIENCE_MS };
      const params = { ...order, page: this.page };
      const { result, buffers } = await this.rpc.call<PreviewAnswer>("preview_volume", params, options);
      if (signal.aborted) return;
      this.number = result.number;
      this.surface.show(surfaceOf(result, buffers));
      this.parts.changed();
      this.form.say(contentText(result.points, result.content), { canSave: true });
    } catch (error) {
      if (!isAbort(error)) this.failed(error);
    }
  }

  private async save(name: string): Promise<void> {
    if (name === "") {
      this.form.say("Write a name for the volume first.", { canSave: true, isError: true });
      this.form.focusName();
      return;
    }
    this.form.say("The volume is saved…");
    try {
      const params = { number: this.number, name };
      const { result } = await this.rpc.call<{ id: number }>("save_volume", params, {
        timeoutMs: PATIENCE_MS,
      });
      this.form.saved();
      this.forget();
      this.form.say(`Saved as “${name}”, volume ${result.id}.`);
    } catch (error) {
      this.form.say(messageOf(error), { canSave: true, isError: true });
    }
  }

  private failed(error: unknown): void {
    this.forget();
    this.form.say(messageOf(error), { isError: true });
  }
}
