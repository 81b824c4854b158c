/** A question that is answered by one of some choices. */
import { element } from "./dom";

/** `settled` is told the choice, null for none, and whether the focus is to go back; a digit is the choice of that number. */
export function choiceMenu(
  prompt: string,
  choices: string[],
  settled: (choice: string | null, refocus: boolean) => void,
): HTMLElement {
  const items = choices.map((choice, index) => {
    const item = element("button", { type: "button", role: "menuitem", "data-testid": "choice" });
    item.append(element("kbd", { "aria-hidden": "true" }, String(index + 1)), choice);
    item.addEventListener("click", () => settle(choice, true));
    return item;
  });
  const no = element("button", { type: "button", role: "menuitem", "data-testid": "choice-none" });
  no.append(element("kbd", { "aria-hidden": "true" }, "Esc"), "Cancel");
  no.addEventListener("click", () => settle(null, true));
  items.push(no);
  const menu = element(
    "div",
    { class: "cj-ask cj-choices", role: "menu", "aria-label": prompt, "data-testid": "choices" },
    element("span", {}, prompt),
    ...items,
  );
  let isOpen = true;
  const settle = (choice: string | null, refocus: boolean): void => {
    if (!isOpen) return;
    isOpen = false;
    settled(choice, refocus);
  };
  menu.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const now = items.indexOf(document.activeElement as HTMLButtonElement);
    const steps: Record<string, number> = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 };
    const step = steps[event.key];
    if (event.key === "Escape") settle(null, true);
    else if (step !== undefined) items.at(step % items.length)?.focus();
    else if (choices[Number(event.key) - 1] !== undefined)
      settle(choices[Number(event.key) - 1] as string, true);
    else return;
    event.preventDefault();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) settle(null, false);
  });
  return menu;
}
