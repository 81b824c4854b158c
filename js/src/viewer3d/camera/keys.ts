/** Keys of a 3D view, and what they do. */
import type { KeyMap } from "../../shared/bindings/help-panel";
import { isPlain } from "../../shared/keyboard";
import type { SpaceCamera } from "./space-camera";
import { VIEW_NAMES } from "./views";

const TURN = Math.PI / 24;
const STEP_PX = 40;
const ZOOM = Math.SQRT2;

export const KEYS: KeyMap = [
  ["drag", "turn"],
  ["right or middle drag", "move the picture"],
  ["wheel", "zoom at the cursor, once the picture has the focus"],
  ["Ctrl wheel", "go forward or back"],
  ["click", "select a neuron and make it active"],
  ["Ctrl click", "select it too, or no more"],
  ["Shift click", "go to the node in the linked stack viewer"],
  ["Shift drag", "select the neurons in a rectangle"],
  ["Alt drag", "select the neurons in an outline"],
  ["← ↑ → ↓", "turn"],
  ["Shift ← ↑ → ↓", "move the picture"],
  ["+ −", "zoom in, out"],
  ["[ ]", "turn the picture"],
  ["1 … 6", `view: ${VIEW_NAMES.join(", ")}`],
  ["k", "kept views"],
  ["f", "show all neurons"],
  ["o", "orthographic or perspective"],
  ["?", "show or hide these keys"],
  ["Esc", "leave the picture for the tool bar"],
];

export interface ViewCommands {
  view(name: string): void;
  keptViews(): void;
  fit(): void;
  toggleKind(): void;
  help(): void;
  leave(): void;
}

/** Do what a key asks for; false if it means nothing here. */
export function keyPressed(event: KeyboardEvent, camera: SpaceCamera, commands: ViewCommands): boolean {
  if (!isPlain(event)) return false;
  const command = event.shiftKey
    ? shifted(camera)[event.key]
    : { ...plain(camera), ...named(commands) }[event.key];
  if (command) {
    command();
    return true;
  }
  // On many keyboards these are behind Shift.
  const symbol = symbols(camera, commands)[event.key];
  symbol?.();
  return symbol !== undefined;
}

type KeyCommands = Record<string, () => void>;

function plain(camera: SpaceCamera): KeyCommands {
  return {
    ArrowLeft: () => camera.turn(TURN, 0),
    ArrowRight: () => camera.turn(-TURN, 0),
    ArrowUp: () => camera.turn(0, TURN),
    ArrowDown: () => camera.turn(0, -TURN),
  };
}

function shifted(camera: SpaceCamera): KeyCommands {
  return {
    ArrowLeft: () => camera.pan(STEP_PX, 0),
    ArrowRight: () => camera.pan(-STEP_PX, 0),
    ArrowUp: () => camera.pan(0, STEP_PX),
    ArrowDown: () => camera.pan(0, -STEP_PX),
  };
}

function named(commands: ViewCommands): KeyCommands {
  const views = VIEW_NAMES.map((name, at) => [String(at + 1), () => commands.view(name)] as const);
  return {
    ...Object.fromEntries(views),
    k: () => commands.keptViews(),
    f: () => commands.fit(),
    o: () => commands.toggleKind(),
    Escape: () => commands.leave(),
  };
}

function symbols(camera: SpaceCamera, commands: ViewCommands): KeyCommands {
  return {
    "+": () => camera.zoomBy(ZOOM),
    "=": () => camera.zoomBy(ZOOM),
    "-": () => camera.zoomBy(1 / ZOOM),
    "[": () => camera.roll(-TURN),
    "]": () => camera.roll(TURN),
    "?": () => commands.help(),
  };
}
