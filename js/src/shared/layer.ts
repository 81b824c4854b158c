/** Interfaces between a layer and the stack viewer that it is drawn in. */
import type { KeyMap } from "./bindings/help-panel";
import type { CommandKind, CommandName } from "./bindings/keymap";
import type { ShownPicture, StackPicture } from "./image/picture";

/** The plane of a stack's sections: the project's axes to the right and down. */
export type Plane = "xy" | "xz" | "zy";

/** x, y, z in nm: of project space, or in views and layers of the plane that is shown. */
export type Point = [number, number, number];

/** State of a viewport: a section of project space on a rectangle of the screen; x, y and z are those of its plane. */
export interface View {
  readonly plane: Plane;
  readonly center: Point;
  readonly nmPerPixel: number;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels per CSS pixel. */
  readonly dpr: number;
  /** Index of the section shown. */
  readonly section: number;
  /** z of the middle of that section, nm. */
  readonly sectionDepth: number;
  /** nm. */
  readonly sectionThickness: number;
  /** Project x, y (nm) to CSS pixels from the view's upper left corner. */
  toScreen(x: number, y: number): [number, number];
  /** CSS pixels from the view's upper left corner to project x, y (nm). */
  toProject(px: number, py: number): [number, number];
}

export type PointerKind = "down" | "move" | "up" | "click" | "dblclick" | "leave";

/** A pointer event in both spaces: px, py in CSS pixels, x, y, z in nm. */
export interface LayerPointer {
  kind: PointerKind;
  px: number;
  py: number;
  x: number;
  y: number;
  z: number;
  shift: boolean;
  /** Control, or command on a Mac. */
  ctrl: boolean;
  alt: boolean;
  button: number;
}

export type NoticeLevel = "info" | "warning" | "error";

/** What stands below a question. */
export interface QuestionContent {
  readonly node: HTMLElement;
  /** A key was pressed on a button; true if it was of use here. */
  key(key: string): boolean;
  /** Settles when it shows all: true unless something speaks against a yes, so that it should be read first. */
  readonly known?: Promise<boolean>;
  /** Whether yes can be said as it stands. */
  mayConfirm?(): boolean;
}

export interface AskOptions {
  /** What comes later is shown where nothing was written meanwhile. */
  value?: string | Promise<string>;
  /** Ask for a confirmation instead of text: the label of its button. */
  confirm?: string;
  suggestions?: string[] | Promise<string[]>;
  /** Ask for one of these instead of text. */
  choices?: string[];
  /** What the question is about, shown below it. */
  content?: QuestionContent;
  /** Offer not to ask this again; called if that was ticked, and the answer is yes. */
  askNoMore?(): void;
}

/** Somebody else who looks at the project. */
export interface Person {
  /** Id of the window, since one user may have several. */
  id: string;
  user_id: number;
  username: string;
  /** Whether it is the user of this page, in another window; null if that is not known. */
  is_own_user: boolean | null;
  position: Point;
  section: number | null;
}

/** A neuron in few nodes, for a small picture of it. */
export interface NeuronOutline {
  /** CSS. */
  color: string;
  /** nm, of the plane that is shown. */
  places: ReadonlyArray<{ x: number; y: number }>;
}

/** What a viewer does for its layers. */
export interface LayerHost {
  view(): View;
  /** A line below the picture, in which a layer may put what it says of it. */
  readonly bar: HTMLElement;
  /** Show a layer's own image among those of the stack, above what others have shown before. */
  showPicture(layer: Layer, picture: StackPicture): ShownPicture;
  /** What the module of another widget of the page gives, by a trait that refers to it. */
  exportsOf<T>(reference: string): Promise<T>;
  /** Ask for a draw on the next frame. */
  invalidate(): void;
  moveTo(point: Point): void;
  /** The point under the cursor, nm; null while the mouse is elsewhere. */
  cursorPoint(): Point | null;
  /** z of the section that a step of so many sections leads to, nm. */
  depthAfter(sections: number): number;
  /** z of the sections that cannot be seen, nm. */
  brokenDepths(): readonly number[];
  /** Show a sentence to the person; a sticky one stays until it is dismissed or replaced. */
  notify(level: NoticeLevel, text: string, sticky?: boolean): void;
  /** A layer's sentence about all that it shows is another one. */
  bannerChanged(): void;
  /** Show a short text beside a place of the picture, CSS pixels; null for none. */
  tip(text: string | null, at?: { px: number; py: number }): void;
  /** Show something in a corner of the picture; null for nothing. */
  peek(content: HTMLElement | null): void;
  /** CSS cursor over the canvas; "" for the viewer's own. */
  cursor(style: string): void;
  focus(): void;
  /** Show where others look. */
  showPeople(people: Person[]): void;
  /** Ask for one line of text, a yes or a choice over the canvas; null when dismissed. */
  ask(prompt: string, options?: AskOptions): Promise<string | null>;
}

export interface Layer {
  attach(host: LayerHost): void;
  /** From one viewer, or from all. */
  detach(host?: LayerHost): void;
  viewChanged(view: View, host: LayerHost): void;
  /** Draw into a context scaled to CSS pixels. */
  draw(ctx: CanvasRenderingContext2D, view: View, host: LayerHost): void;
  /** True when the layer used the event, so that the viewer does not pan; `host` is where it happened. */
  pointer(event: LayerPointer, host: LayerHost): boolean;
  /** The kind of commands that it does; null for none. */
  readonly commandKind: CommandKind | null;
  /** Do a command of that kind; false if nothing is done here at the moment. */
  command(name: CommandName, host: LayerHost): boolean;
  /** Give up what waits for the mouse; false if nothing does. */
  cancel?(): boolean;
  /** The neuron that is active; null if none is, or it has yet to be read: then a draw is asked for. */
  outline?(): NeuronOutline | null;
  /** What the mouse does, for the help. */
  gestures(): KeyMap;
  /** A sentence about everything that the layer shows, as that it is read only; usually empty. */
  banner(): string;
}

/** The exports of a layer's module, which viewers get from the page's host by the layer's model. */
export interface LayerExports {
  layer: Layer;
}
