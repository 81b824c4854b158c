/** Searches that are kept by name: open, keep, forget. */
import { element } from "../shared/dom";
import type { SavedSearch } from "./state";

export interface SavedHost {
  open(search: SavedSearch): void;
  save(name: string, isShared: boolean): void;
  forget(search: SavedSearch): void;
}

export class SavedSearches {
  readonly node: HTMLElement;
  private readonly choice = element("select", { "aria-label": "Saved searches", name: "saved" });
  private readonly name = element("input", {
    type: "text",
    "aria-label": "Name of the search",
    placeholder: "name to save it by",
    maxlength: 200,
    dir: "auto",
    name: "save-name",
  });
  private readonly shared = element("input", { type: "checkbox", name: "save-shared" });
  private readonly forget = element("button", { type: "button", name: "forget" }, "Forget");
  private searches: readonly SavedSearch[] = [];

  constructor(host: SavedHost) {
    this.node = element(
      "form",
      { class: "cj-bar", "aria-label": "Saved searches" },
      this.choice,
      this.forget,
      this.name,
      element("label", { class: "cj-flag" }, this.shared, "for all users"),
      element("button", { type: "submit", name: "save" }, "Save"),
    );
    this.node.addEventListener("keydown", (event) => event.stopPropagation());
    this.choice.addEventListener("change", () => {
      const search = this.chosen;
      this.forget.disabled = !search;
      if (!search) return;
      this.name.value = search.name;
      this.shared.checked = search.shared;
      host.open(search);
    });
    this.forget.addEventListener("click", () => {
      if (this.chosen) host.forget(this.chosen);
    });
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      host.save(this.name.value, this.shared.checked);
    });
    this.show([]);
  }

  show(searches: readonly SavedSearch[], name = ""): void {
    this.searches = searches;
    const options = searches.map(({ name: one, shared }, index) =>
      element("option", { value: index }, shared ? `${one} (all users)` : one),
    );
    const title = searches.length === 0 ? "no saved searches" : "open a saved search";
    this.choice.replaceChildren(element("option", { value: "" }, title), ...options);
    const index = searches.findIndex((one) => one.name === name);
    this.choice.value = index < 0 ? "" : String(index);
    this.forget.disabled = index < 0;
  }

  private get chosen(): SavedSearch | undefined {
    return this.choice.value === "" ? undefined : this.searches[Number(this.choice.value)];
  }
}
