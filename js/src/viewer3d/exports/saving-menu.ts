/** The menu of the tool bar that saves what is shown. */
import { element } from "../../shared/dom";
import { EXPORT_CHOICES, type ExportChoice } from "./choices";

export function savingMenu(save: (choice: ExportChoice) => void): HTMLElement {
  const menu = element("select", { "aria-label": "save what is shown", title: "save what is shown" });
  menu.append(
    element("option", { value: "" }, "save…"),
    ...EXPORT_CHOICES.map(({ label }, number) => element("option", { value: String(number) }, label)),
  );
  menu.dataset.testid = "save";
  menu.addEventListener("change", () => {
    const choice = menu.value ? EXPORT_CHOICES[Number(menu.value)] : undefined;
    menu.value = "";
    if (choice) save(choice);
  });
  return menu;
}
