/** What the keys of a stack viewer do, and what its help says of the mouse. */
import type { KeyMap } from "../shared/bindings/help-panel";
import type { CommandOf } from "../shared/bindings/keymap";
import type { Camera } from "./camera";

const KEY_ZOOM = Math.SQRT2;

const LITTLE_ZOOM = 2 ** 0.1;
/** ms for each section that is played. */
const PLAY_MS = 80;

export const GESTURES: KeyMap = [
  ["drag", "Move the picture."],
  ["wheel", "Go to the next or previous section."],
  ["Shift wheel", "Go a big step of sections."],
  ["Alt wheel", "Go as many sections as the picture is zoomed out: 1, 2, 4, …"],
  ["Ctrl wheel", "Zoom to the next whole level at the cursor; with Shift a tenth of one."],
  ["wheel on a number", "Change it."],
];

export interface ViewerContext {
  readonly camera: Camera;
  /** CSS pixels; null while the mouse is elsewhere. */
  cursor(): { px: number; py: number } | null;
  showImageOnly(isOnly: boolean): void;
  /** Sections of a big step. */
  bigStep(): number;
  askBigStep(): void;
  tellPixel(): void;
  toggleMap(): void;
  toggleScreen(): void;
  help(): void;
  leave(): void;
}

export type StackCommands = Record<CommandOf<"view">, () => void>;

export function viewCommands(context: ViewerContext): StackCommands {
  const { camera, bigStep } = context;
  const zoom = (factor: number) => (): void => {
    const cursor = context.cursor();
    camera.zoomBy(factor, cursor?.px, cursor?.py);
  };
  const play = playing(camera, bigStep);
  return {
    "view.previous_section": () => camera.step(-1),
    "view.next_section": () => camera.step(1),
    "view.back_ten": () => camera.step(-bigStep()),
    "view.on_ten": () => camera.step(bigStep()),
    "view.play_back": () => play(-1),
    "view.play_on": () => play(1),
    "view.big_step": () => context.askBigStep(),
    "view.zoom_in": zoom(KEY_ZOOM),
    "view.zoom_out": zoom(1 / KEY_ZOOM),
    "view.zoom_in_little": zoom(LITTLE_ZOOM),
    "view.zoom_out_little": zoom(1 / LITTLE_ZOOM),
    "view.fit": () => camera.fit(),
    ...panCommands(camera),
    "view.image_only": () => context.showImageOnly(true),
    "view.pixel": () => context.tellPixel(),
    "view.mini_map": () => context.toggleMap(),
    "view.full_screen": () => context.toggleScreen(),
    "view.help": () => context.help(),
    "view.leave": () => context.leave(),
  };
}

function panCommands(camera: Camera) {
  const pan = (x: number, y: number, share: number) => (): void =>
    camera.panBy(x * share * camera.view.width, y * share * camera.view.height);
  const little = (x: number, y: number) => (): void => camera.panBy(x, y);
  return {
    "view.left": pan(1, 0, 0.1),
    "view.right": pan(-1, 0, 0.1),
    "view.up": pan(0, 1, 0.1),
    "view.down": pan(0, -1, 0.1),
    "view.left_far": pan(1, 0, 0.5),
    "view.right_far": pan(-1, 0, 0.5),
    "view.up_far": pan(0, 1, 0.5),
    "view.down_far": pan(0, -1, 0.5),
    "view.left_little": little(1, 0),
    "view.right_little": little(-1, 0),
    "view.up_little": little(0, 1),
    "view.down_little": little(0, -1),
  } as const;
}

/** Goes a big step section after section, until that is done or the person goes elsewhere. */
function playing(camera: Camera, bigStep: () => number): (direction: 1 | -1) => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  return (direction) => {
    clearInterval(timer);
    let left = bigStep();
    let section = camera.view.section;
    const step = (): void => {
      if (left === 0 || camera.view.section !== section) {
        clearInterval(timer);
        return;
      }
      camera.step(direction);
      left = camera.view.section === section ? 0 : left - 1;
      section = camera.view.section;
    };
    step();
    timer = setInterval(step, PLAY_MS);
  };
}
