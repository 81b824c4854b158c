/** Fields above a table, each of which sets a trait. */
import { element } from "../shared/dom";
import type { TableControl } from "./state";

export interface ControlHost {
  value(trait: string): unknown;
  save(trait: string, value: unknown): void;
}

export class TraitControls {
  readonly node = element("div", { class: "cj-controls", role: "group", "aria-label": "What is shown" });

  private described = "";
  private updates: Array<() => void> = [];

  constructor(private readonly host: ControlHost) {
    this.node.addEventListener("keydown", (event) => event.stopPropagation());
  }

  /** Have these fields, with the values of now. */
  show(controls: readonly TableControl[]): void {
    const described = JSON.stringify(controls);
    // Fields that are there stay: somebody may be on the way from one to the next.
    if (described !== this.described) {
      this.described = described;
      this.updates = [];
      this.node.replaceChildren(...controls.map((control) => this.field(control)));
    }
    for (const update of this.updates) update();
  }

  private field(control: TableControl): HTMLElement {
    const { trait, title, kind } = control;
    const value = (): unknown => this.host.value(trait);
    if (kind === "choice") {
      const options = control.choices.map(([name, text]) => element("option", { value: name }, text));
      const select = element("select", { name: trait }, ...options);
      this.updates.push(() => {
        select.value = `${value()}`;
      });
      select.addEventListener("change", () => this.host.save(trait, select.value));
      return element("label", {}, title, select);
    }
    if (kind === "flag") {
      const box = element("input", { type: "checkbox", name: trait });
      this.updates.push(() => {
        box.checked = value() === true;
      });
      box.addEventListener("change", () => this.host.save(trait, box.checked));
      return element("label", {}, box, title);
    }
    const least = control.least ?? 0;
    const most = control.most ?? Number.MAX_SAFE_INTEGER;
    const limits = { min: least, max: most, step: 1 };
    const number = element("input", { type: "number", name: trait, ...limits });
    const update = (): void => {
      number.value = `${value()}`;
    };
    this.updates.push(update);
    number.addEventListener("change", () => {
      const wanted = number.valueAsNumber;
      const isValid = Number.isInteger(wanted) && wanted >= least && wanted <= most;
      if (isValid) this.host.save(trait, wanted);
      else update();
    });
    return element("label", {}, title, number);
  }
}
