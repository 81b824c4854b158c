/** What the keys of a 3D viewer do, and what its help says of the mouse. */
import type { KeyMap } from "../../shared/bindings/help-panel";
import type { CommandOf } from "../../shared/bindings/keymap";
import type { SpaceCamera } from "./space-camera";
import { type StandardView, VIEW_NAMES } from "./views";

const TURN = Math.PI / 24;
const STEP_PX = 40;
const ZOOM = Math.SQRT2;

export const GESTURES: KeyMap = [
  ["drag", "Turn."],
  ["right or middle drag", "Move the picture."],
  ["wheel", "Zoom at the cursor, once the picture was clicked or a key pressed over it."],
  ["Ctrl wheel", "Go forward or back."],
  ["click", "Select a neuron and make it active."],
  ["Ctrl click", "Select it too, or no more."],
  ["Shift click", "Go to the node in the linked stack viewer."],
  ["Shift drag", "Select the neurons in a rectangle."],
  ["Alt drag", "Select the neurons in an outline."],
];

export interface ViewActions {
  view(name: string): void;
  keptViews(): void;
  fit(): void;
  toggleKind(): void;
  help(): void;
  leave(): void;
}

export type SpaceCommands = Record<CommandOf<"space">, () => void>;

export function spaceCommands(camera: SpaceCamera, actions: ViewActions): SpaceCommands {
  return {
    ...movingCommands(camera),
    ...sideCommands(actions),
    "space.kept_views": () => actions.keptViews(),
    "space.fit": () => actions.fit(),
    "space.kind": () => actions.toggleKind(),
    "space.help": () => actions.help(),
    "space.leave": () => actions.leave(),
  };
}

function movingCommands(camera: SpaceCamera) {
  return {
    "space.turn_left": () => camera.turn(TURN, 0),
    "space.turn_right": () => camera.turn(-TURN, 0),
    "space.turn_up": () => camera.turn(0, TURN),
    "space.turn_down": () => camera.turn(0, -TURN),
    "space.move_left": () => camera.pan(STEP_PX, 0),
    "space.move_right": () => camera.pan(-STEP_PX, 0),
    "space.move_up": () => camera.pan(0, STEP_PX),
    "space.move_down": () => camera.pan(0, -STEP_PX),
    "space.zoom_in": () => camera.zoomBy(ZOOM),
    "space.zoom_out": () => camera.zoomBy(1 / ZOOM),
    "space.roll_left": () => camera.roll(-TURN),
    "space.roll_right": () => camera.roll(TURN),
  } as const;
}

function sideCommands(actions: ViewActions) {
  const sides = VIEW_NAMES.map((name) => [`space.${name}`, () => actions.view(name)] as const);
  return Object.fromEntries(sides) as Record<`space.${StandardView}`, () => void>;
}
