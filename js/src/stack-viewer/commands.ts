/** What the keys of a stack viewer do, and what its help says of the mouse. */
import type { KeyMap } from "../shared/bindings/help-panel";
import type { CommandOf } from "../shared/bindings/keymap";
import type { Camera } from "./camera";

const KEY_ZOOM = Math.SQRT2;

export const GESTURES: KeyMap = [
  ["drag", "Move the picture."],
  ["wheel", "Go to the next or previous section."],
  ["Shift wheel", "Go ten sections."],
  ["Ctrl wheel", "Zoom at the cursor."],
];

export interface ViewerContext {
  readonly camera: Camera;
  /** CSS pixels; null while the mouse is elsewhere. */
  cursor(): { px: number; py: number } | null;
  showImageOnly(isOnly: boolean): void;
  help(): void;
  leave(): void;
}

export type StackCommands = Record<CommandOf<"view">, () => void>;

export function viewCommands(context: ViewerContext): StackCommands {
  const { camera } = context;
  const zoom = (factor: number) => (): void => {
    const cursor = context.cursor();
    camera.zoomBy(factor, cursor?.px, cursor?.py);
  };
  const pan = (x: number, y: number) => (): void =>
    camera.panBy((x * camera.view.width) / 10, (y * camera.view.height) / 10);
  return {
    "view.previous_section": () => camera.step(-1),
    "view.next_section": () => camera.step(1),
    "view.back_ten": () => camera.step(-10),
    "view.on_ten": () => camera.step(10),
    "view.zoom_in": zoom(KEY_ZOOM),
    "view.zoom_out": zoom(1 / KEY_ZOOM),
    "view.fit": () => camera.fit(),
    "view.left": pan(1, 0),
    "view.right": pan(-1, 0),
    "view.up": pan(0, 1),
    "view.down": pan(0, -1),
    "view.image_only": () => context.showImageOnly(true),
    "view.help": () => context.help(),
    "view.leave": () => context.leave(),
  };
}
