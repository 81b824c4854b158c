/** A button of the tool bar with a menu below it: only Enter, Space or a click does what is chosen. */
import { element, needsKernel } from "../shared/dom";
import { Popover } from "./popover";

export interface MenuChoice {
  label: string;
  /** The kernel is asked for a part of it. */
  needsKernel?: boolean;
  run(): void;
}

/** Choices under a heading; those without one come first. */
export interface MenuPart {
  heading?: string;
  choices: readonly MenuChoice[];
}

export class MenuButton {
  readonly node: HTMLElement;
  private readonly menu: HTMLElement;
  private readonly popover: Popover;
  private items: HTMLButtonElement[] = [];

  /** @param label - what it is for; `face`: what is written on it */
  constructor(label: string, face: string, testId: string) {
    this.menu = element("div", { role: "menu", "aria-label": label, class: "cj-viewer3d-menu" });
    this.popover = new Popover(this.menu, {
      label,
      face,
      testId,
      hasMenu: true,
      opened: () => this.items[0]?.focus(),
    });
    this.node = this.popover.node;
    this.menu.addEventListener("keydown", (event) => this.key(event));
  }

  offer(parts: readonly MenuPart[]): void {
    this.items = [];
    this.menu.replaceChildren(
      ...parts.flatMap(({ heading, choices }) => [
        ...(heading && choices.length > 0 ? [element("strong", { role: "presentation" }, heading)] : []),
        ...choices.map((choice) => this.item(choice)),
      ]),
    );
  }

  focus(): void {
    this.popover.focus();
  }

  private item({ label, run, needsKernel: isAsking }: MenuChoice): HTMLElement {
    const made = element("button", { type: "button", role: "menuitem", tabindex: -1 }, label);
    made.addEventListener("click", () => {
      this.popover.toggle(false);
      this.popover.focus();
      run();
    });
    this.items.push(made);
    return isAsking ? needsKernel(made) : made;
  }

  private key(event: KeyboardEvent): void {
    // Pages hide what they cannot do.
    const items = this.items.filter((item) => getComputedStyle(item).display !== "none");
    const next = stepped(event.key, items.indexOf(document.activeElement as HTMLButtonElement), items.length);
    if (next === null) return;
    event.preventDefault();
    items[next]?.focus();
  }
}

/** The place to which a key leads from a place in a menu; null for other keys. */
export function stepped(key: string, at: number, count: number): number | null {
  const places: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at < 0 ? count - 1 : at - 1 + count,
    Home: 0,
    End: count - 1,
  };
  const place = places[key];
  return place === undefined || count === 0 ? null : place % count;
}
