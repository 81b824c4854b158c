/** The viewer's camera and the model's `camera` trait: out at a bounded rate, in at once. */
import type { AnyModel } from "@anywidget/types";
import { setShared } from "../../shared/shared-traits";
import { throttle } from "../../shared/throttle";
import type { Viewer3DState } from "../state";
import type { SpaceCamera, SpaceCameraState } from "./space-camera";

const INTERVAL_MS = 100;

export interface CameraSyncHost {
  /** Whether it is where nobody put it, but shows all there is. */
  readonly isAutomatic: boolean;
  /** It was placed from elsewhere. */
  placed(): void;
}

/** Keep both the same; returns a function that stops it. */
export function syncCamera(
  model: AnyModel<Viewer3DState>,
  camera: SpaceCamera,
  host: CameraSyncHost,
): () => void {
  let isTaking = false;
  const send = throttle<SpaceCameraState>((state) => {
    // First, so that other views of the model do not take it for a camera that was chosen.
    setShared(model, host.isAutomatic ? { automatic_camera: state, camera: state } : { camera: state });
    model.save_changes();
  }, INTERVAL_MS);
  const stop = camera.onChange(() => {
    if (!isTaking) send(camera.state);
  });
  const take = (): void => {
    const state = model.get("camera");
    if (!isWhole(state) || JSON.stringify(state) === JSON.stringify(camera.state)) return;
    // What waits to be sent is older than what has come.
    send.cancel();
    isTaking = true;
    camera.take(state);
    isTaking = false;
    if (isChosen(model)) host.placed();
  };
  take();
  model.on("change:camera", take);
  return () => {
    stop();
    send.flush();
    model.off("change:camera", take);
  };
}

/** Whether the model has a camera that somebody chose: one that shows all by itself is none. */
export function isChosen(model: AnyModel<Viewer3DState>): boolean {
  const [camera, automatic] = [model.get("camera"), model.get("automatic_camera")];
  return isWhole(camera) && !(isWhole(automatic) && textOf(camera) === textOf(automatic));
}

function textOf({ position, target, up, kind, zoom }: SpaceCameraState): string {
  return JSON.stringify([position, target, up, kind, zoom]);
}

export function isWhole(state: Partial<SpaceCameraState>): state is SpaceCameraState {
  return Boolean(state.position && state.target && state.up && state.kind && state.zoom);
}
