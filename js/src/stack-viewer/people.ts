/** Where others look: an avatar for each in a corner of the picture, and their names where they are. */
import { button, element } from "../shared/dom";
import type { Person, Point, View } from "../shared/layer";

/** Most avatars in the corner; further people are only counted. */
const MOST = 6;
/** Sections before and behind the one shown on which people are marked, fainter. */
const NEAR = 2;
/** CSS pixels within which names are written below each other. */
const CLOSE = { x: 120, y: 16 };
const HUES = [210, 150, 30, 280, 340, 95, 185, 55];
const MOUSE = ["pointerdown", "pointermove", "pointerup", "dblclick", "wheel"] as const;

export class People {
  readonly node = element("div", { class: "cj-people", "data-testid": "people" });
  private readonly list = element("div", { class: "cj-avatars", role: "list", "aria-label": "Also here" });
  private readonly marks = new Map<string, { person: Person; mark: HTMLElement }>();
  private shown = "";

  constructor(private readonly moveTo: (point: Point) => void) {
    this.node.append(this.list);
    // What is pressed here is not meant for the tissue below.
    for (const kind of MOUSE) this.list.addEventListener(kind, (event) => event.stopPropagation());
  }

  show(present: Person[], view: View): void {
    // Others are looked for here; one's own windows come last.
    const people = ownLast(present);
    this.showAvatars(people);
    const gone = new Set(this.marks.keys());
    for (const person of people) {
      gone.delete(person.id);
      const known = this.marks.get(person.id);
      if (known) known.person = person;
      else this.marks.set(person.id, { person, mark: this.newMark(person) });
    }
    for (const id of gone) {
      this.marks.get(id)?.mark.remove();
      this.marks.delete(id);
    }
    this.viewChanged(view);
  }

  /** Put the marks where people are on the screen; names of those at one place below each other. */
  viewChanged(view: View): void {
    const seen: Array<readonly [number, number]> = [];
    for (const { person, mark } of this.marks.values()) {
      const [x, y, z] = person.position;
      const away = Math.round(Math.abs(z - view.sectionDepth) / view.sectionThickness);
      const [px, py] = view.toScreen(x, y);
      mark.hidden = away > NEAR || px < 0 || py < 0 || px > view.width || py > view.height;
      mark.style.transform = `translate(${px}px, ${py}px)`;
      mark.style.opacity = String(1 - away / (NEAR + 1));
      if (mark.hidden) continue;
      mark.style.setProperty("--cj-names-above", String(namesAbove(seen, px, py)));
      seen.push([px, py]);
    }
  }

  private showAvatars(people: Person[]): void {
    const shown = JSON.stringify(people);
    if (shown === this.shown) return;
    this.shown = shown;
    const focused = (document.activeElement as HTMLElement | null)?.dataset.person;
    const avatars = people.slice(0, MOST).map((person) => this.avatar(person));
    const rest = people.length - MOST;
    if (rest > 0) {
      const names = people.slice(MOST).map(nameOf);
      avatars.push(
        element("span", { class: "cj-rest", role: "listitem", title: names.join(", ") }, `+${rest}`),
      );
    }
    this.list.replaceChildren(...avatars);
    if (focused) this.list.querySelector<HTMLElement>(`[data-person="${focused}"]`)?.focus();
  }

  /** Click to go where the person is. */
  private avatar(person: Person): HTMLElement {
    const { id, username, section, position } = person;
    const where = section === null ? "" : `, section ${section}`;
    const made = button(`Go to ${nameOf(person)}${where}`, initials(username), () => this.moveTo(position));
    made.classList.add("cj-avatar");
    made.toggleAttribute("data-own", isOwn(person));
    made.dataset.person = id;
    made.style.setProperty("--cj-person", colorOf(person));
    return element("span", { role: "listitem" }, made);
  }

  private newMark(person: Person): HTMLElement {
    const mark = element(
      "div",
      { class: "cj-mark", "aria-hidden": "true" },
      element("span", {}, nameOf(person)),
    );
    mark.toggleAttribute("data-own", isOwn(person));
    mark.style.setProperty("--cj-person", colorOf(person));
    this.node.append(mark);
    return mark;
  }
}

/** Up to two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters =
    words.length > 1 ? words.slice(0, 2).map((word) => [...word][0]) : [...(words[0] ?? "?")].slice(0, 2);
  return letters.join("").toUpperCase();
}

function isOwn({ is_own_user: isOwnUser }: Person): boolean {
  return isOwnUser === true;
}

/** Those of others before the user's own windows. */
export function ownLast(people: readonly Person[]): Person[] {
  return [...people].sort((one, other) => Number(isOwn(one)) - Number(isOwn(other)));
}

/** How many of the names that are there already would be in the way of one at a place, CSS pixels. */
export function namesAbove(seen: ReadonlyArray<readonly [number, number]>, px: number, py: number): number {
  return seen.filter(([x, y]) => Math.abs(x - px) < CLOSE.x && Math.abs(y - py) < CLOSE.y).length;
}

/** What somebody is called: the user of this page has other windows, too. */
export function nameOf(person: Person): string {
  return isOwn(person) ? "you, in another window" : person.username;
}

/** Always the same for a user, dark enough for white letters. */
function colorOf({ user_id }: Person): string {
  const hue = HUES[(Math.imul(user_id, 0x9e3779b1) >>> 8) % HUES.length] as number;
  return `hsl(${hue}deg 65% 36%)`;
}
