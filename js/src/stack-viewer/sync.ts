/** The viewer's synced state: out at a bounded rate, in at once. */
import type { AnyModel } from "@anywidget/types";
import type { Point } from "../shared/layer";
import { turned } from "../shared/planes";
import { setShared } from "../shared/shared-traits";
import { throttle } from "../shared/throttle";
import type { StackView } from "../shared/view";
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
  let hasSent = false;
  const send = throttle<CameraState>((state) => {
    sending = hasSent = true;
    setShared(model, state);
    sending = false;
    model.save_changes();
  }, INTERVAL_MS);
  const tell = ({ plane, center, nmPerPixel }: StackView): void =>
    send({ position: turned(plane, center), nm_per_pixel: nmPerPixel });
  const stop = camera.onChange((view) => {
    if (!taking) tell(view);
  });
  let stopped = false;
  const take = (): void => {
    if (stopped) return;
    const { view } = camera;
    const place = model.get("position");
    const position = place ? turned(view.plane, place) : view.center;
    const known = model.get("nm_per_pixel");
    const zoom = known ?? view.nmPerPixel;
    if (zoom !== view.nmPerPixel || position.some((value, axis) => value !== view.center[axis])) {
      // What waits to be sent is older than what has come.
      send.cancel();
      taking = true;
      camera.look([...position], zoom);
      taking = false;
    }
    // A program has set a place before it heard how much fits.
    if (known === null && hasSent) tell(camera.view);
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
