/** The viewer's camera and the model's `camera` trait: out at a bounded rate, in at once. */
import type { AnyModel } from "@anywidget/types";
import { throttle } from "../../shared/throttle";
import type { Viewer3DState } from "../state";
import type { SpaceCamera, SpaceCameraState } from "./space-camera";

const INTERVAL_MS = 100;

/** Keep both the same; returns a function that stops it. `taken` hears when the camera was placed from elsewhere. */
export function syncCamera(
  model: AnyModel<Viewer3DState>,
  camera: SpaceCamera,
  taken: () => void = () => {},
): () => void {
  let isTaking = false;
  const send = throttle<SpaceCameraState>((state) => {
    model.set("camera", state);
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
    taken();
  };
  take();
  model.on("change:camera", take);
  return () => {
    stop();
    send.flush();
    model.off("change:camera", take);
  };
}

export function isWhole(state: Partial<SpaceCameraState>): state is SpaceCameraState {
  return Boolean(state.position && state.target && state.up && state.kind && state.zoom);
}
