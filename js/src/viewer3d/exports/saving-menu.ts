/** The menu of the tool bar that saves what is shown. */
import { MenuButton } from "../menu-button";
import { EXPORT_CHOICES, type ExportChoice } from "./choices";

export function savingMenu(save: (choice: ExportChoice) => void): HTMLElement {
  const menu = new MenuButton("save what is shown", "save…", "save");
  menu.offer([{ choices: EXPORT_CHOICES.map((choice) => ({ ...choice, run: () => save(choice) })) }]);
  return menu.node;
}
