/** The tags of the active node, below a viewer's picture: a click goes to the next node with one, a cross takes it off. */
import { button, element } from "../../shared/dom";

export interface NodeTagsHost {
  findTag(name: string): void;
  removeTag(name: string): void;
  editTags(): void;
}

export class NodeTags {
  readonly node = element("span", {
    class: "cj-tags",
    role: "group",
    "aria-label": "Tags of the active node",
    "data-testid": "node-tags",
  });

  constructor(private readonly host: NodeTagsHost) {
    this.show(null, false);
  }

  /** names: null where no node is active. */
  show(names: readonly string[] | null, mayEdit: boolean): void {
    this.node.hidden = names === null || (names.length === 0 && !mayEdit);
    const tags = (names ?? []).map((name) => this.tag(name, mayEdit));
    const more = button("Add or change tags of the active node", "+ tag", () => this.host.editTags());
    more.className = "cj-more-tags";
    this.node.replaceChildren(...tags, ...(mayEdit ? [more] : []));
  }

  private tag(name: string, mayEdit: boolean): HTMLElement {
    const found = button(`Go to the nearest other node tagged “${name}”`, name, () =>
      this.host.findTag(name),
    );
    found.dir = "auto";
    const parts = [found];
    if (mayEdit) parts.push(button(`Take the tag “${name}” off`, "×", () => this.host.removeTag(name)));
    return element("span", { class: "cj-tag" }, ...parts);
  }
}
