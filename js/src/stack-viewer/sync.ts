/** The viewer's synced state: out at a bounded rate, in at once. */
import type { AnyModel } from "@anywidget/types";
import type { Point } from "../shared/layer";
import { turned } from "../shared/planes";
import { throttle } from "../shared/throttle";
import type { Camera } from "./camera";
import type { ViewerState } from "./state";

const INTERVAL_MS = 50;

interface CameraState {
  position: Point;
  nm_per_pixel: number;
}

/** Keep the camera and the model's `position` and `nm_per_pixel` the same; returns a function that stops it. */
export function syncCamera(model: AnyModel<ViewerState>, camera: Camera): () => void {
  let taking = false;
  let sending = false;
  const send = throttle<CameraState>((state) => {
    sending = true;
    model.set("position", state.position);
    model.set("nm_per_pixel", state.nm_per_pixel);
    sending = false;
    model.save_changes();
  }, INTERVAL_MS);
  const stop = camera.onChange((view) => {
    if (!taking) send({ position: turned(view.plane, view.center), nm_per_pixel: view.nmPerPixel });
  });
  let stopped = false;
  const take = (): void => {
    if (stopped) return;
    const { view } = camera;
    const place = model.get("position");
    const position = place ? turned(view.plane, place) : view.center;
    const zoom = model.get("nm_per_pixel") ?? view.nmPerPixel;
    if (zoom === view.nmPerPixel && position.every((value, axis) => value === view.center[axis])) return;
    // What waits to be sent is older than what has come.
    send.cancel();
    taking = true;
    camera.look([...position], zoom);
    taking = false;
  };
  // Each trait reports its change before the next one is set: wait until all of them are.
  const changed = (): void => {
    // The camera may be further by the time that its own state comes back.
    if (!sending) queueMicrotask(take);
  };
  model.on("change:position", changed);
  model.on("change:nm_per_pixel", changed);
  return () => {
    stop();
    send.flush();
    stopped = true;
    model.off("change:position", changed);
    model.off("change:nm_per_pixel", changed);
  };
}
