import { afterEach, expect, test, vi } from "vitest";
import { HoverFocus } from "../src/shared/hover-focus";

/** What an element is, in the words of the selectors that are asked for. */
class Part {
  readonly isConnected = true;
  constructor(
    private readonly page: { activeElement: unknown },
    private readonly kinds: readonly string[],
  ) {}

  matches = (selector: string): boolean => this.kinds.some((kind) => selector.includes(kind));
  closest = (selector: string): Part | null => (this.matches(selector) ? this : null);
  focus = (): void => {
    this.page.activeElement = this;
  };
}

function bench() {
  const page = {
    activeElement: null as unknown,
    hasFocus: () => true,
    body: new Part({ activeElement: null }, []),
  };
  vi.stubGlobal("document", page);
  const part = (...kinds: string[]): Part => new Part(page, kinds);
  const canvas = part(".cj-canvas", ".cj-widget", ".jp-Notebook");
  const hover = new HoverFocus(canvas as unknown as HTMLElement);
  const move = (x: number, more: object = {}): void =>
    hover.moved({ pointerType: "mouse", buttons: 0, clientX: x, clientY: 0, ...more } as PointerEvent);
  return { page, part, canvas, hover, move };
}

afterEach(() => void vi.unstubAllGlobals());

test("a mouse that moves over the picture takes the keys of a notebook in command mode", () => {
  const { page, part, canvas, hover, move } = bench();
  const cell = part(".jp-Notebook");
  cell.focus();
  move(1);
  move(1);
  expect(page.activeElement, "a page that moves below a resting mouse").toBe(cell);
  move(2, { buttons: 1 });
  move(3, { pointerType: "touch" });
  expect(page.activeElement, "a drag, a finger").toBe(cell);
  move(4);
  expect(page.activeElement).toBe(canvas);
  hover.left();
  expect(page.activeElement, "it only passed over").toBe(cell);
});

test("who used the picture has the keys there when the mouse goes on", () => {
  const { page, part, canvas, hover, move } = bench();
  part(".jp-Notebook").focus();
  move(1);
  move(2);
  hover.used();
  hover.left();
  expect(page.activeElement).toBe(canvas);
});

test.each([
  ["a cell in which somebody types", ["contenteditable", ".jp-Notebook"], false],
  ["a table", [".cj-widget", ".jp-Notebook"], false],
  ["a panel beside the notebook", [], false],
  ["another picture", [".cj-canvas", ".cj-widget", ".jp-Notebook"], true],
])("of what has them it depends whether a picture takes keys: %s", (_, kinds, isTaken) => {
  const { page, part, canvas, move } = bench();
  part(...kinds).focus();
  move(1);
  move(2);
  expect(page.activeElement === canvas).toBe(isTaken);
});

test("a page that is not a notebook keeps its keys, and so does another window", () => {
  const { page, part, move } = bench();
  const cell = part(".jp-Notebook");
  cell.focus();
  page.hasFocus = () => false;
  move(1);
  move(2);
  expect(page.activeElement).toBe(cell);
  page.hasFocus = () => true;
  page.activeElement = page.body;
  const alone = new HoverFocus(part(".cj-canvas") as unknown as HTMLElement);
  for (const x of [1, 2])
    alone.moved({ pointerType: "mouse", buttons: 0, clientX: x, clientY: 0 } as PointerEvent);
  expect(page.activeElement).toBe(page.body);
});
