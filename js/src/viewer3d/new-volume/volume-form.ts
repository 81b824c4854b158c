/** The form of a new volume: around which points, of which shape, and its name. */
import { button, element } from "../../shared/dom";
import { COMBINATIONS, isOfSynapses, POINT_KINDS, SHAPES, type VolumeChoices } from "./choices";

const COMPARTMENTS = ["axon", "dendrite", "linker"];
const LONGEST_NAME = 200;

export interface VolumeFormHost {
  /** A choice is another one now. */
  changed(): void;
  /** Show a volume that is not shown by itself, as that of very many neurons. */
  preview(): void;
  save(name: string): void;
  close(): void;
}

export class VolumeForm {
  readonly node: HTMLFormElement;
  private readonly whose = choice("whose", "Neurons", [
    ["selected", "selected neurons"],
    ["visible", "visible neurons"],
  ]);
  private readonly of = choice("of", "Around their", POINT_KINDS);
  private readonly shape = choice("shape", "Shape", SHAPES);
  private readonly alpha = lengthField("alpha", "Radius of the alpha shape in nm", "nm, automatic");
  private readonly margin = lengthField("margin", "Margin of the box in nm", "nm");
  private readonly compartment = choice("compartment", "Part of the arbor", [
    ["", "all parts"],
    ...COMPARTMENTS.map((one) => [one, one] as const),
  ]);
  private readonly low = number("low", "Lowest Strahler number");
  private readonly high = number("high", "Highest Strahler number");
  private readonly distal = text("distal", "Distal to a tag", "a tag");
  private readonly inside = text("inside", "Inside a volume", "name or id");
  private readonly partners = choice("partners", "Partners of the synapses", [
    ["", "anybody"],
    ["selected", "selected neurons"],
    ["visible", "visible neurons"],
  ]);
  private readonly combination = choice("combination", "With another volume", COMBINATIONS);
  private readonly other = text("other", "The other volume", "name or id");
  private readonly name = text("volume-name", "Name of the volume", "name of the volume");
  private readonly line = element("output", {
    class: "cj-viewer3d-volume-line",
    "data-testid": "volume-status",
  });
  private readonly saver = element("button", { type: "submit", name: "save-volume", disabled: true }, "Save");
  private readonly previewer: HTMLButtonElement;
  private readonly labels = {
    alpha: labelled("Radius", this.alpha),
    margin: labelled("Margin", this.margin),
    other: labelled("Volume", this.other),
    partners: labelled("Synapses with", this.partners),
  };

  constructor(host: VolumeFormHost) {
    this.name.maxLength = LONGEST_NAME;
    this.previewer = button("show the volume of these neurons", "Show", () => host.preview());
    this.previewer.hidden = true;
    const more = element(
      "details",
      {},
      element("summary", {}, "Only some of them"),
      element(
        "div",
        { class: "cj-viewer3d-volume-row" },
        labelled("Part", this.compartment),
        labelled("Strahler number from", this.low),
        labelled("to", this.high),
        labelled("Distal to", this.distal),
        labelled("Inside", this.inside),
        this.labels.partners,
      ),
    );
    this.node = element(
      "form",
      { class: "cj-viewer3d-volume", "aria-label": "New volume", "data-testid": "new-volume", hidden: true },
      element(
        "div",
        { class: "cj-viewer3d-volume-row" },
        labelled("Of", this.whose),
        labelled("around their", this.of),
        labelled("Shape", this.shape),
        this.labels.alpha,
        this.labels.margin,
        labelled("With", this.combination),
        this.labels.other,
      ),
      more,
      element("div", { class: "cj-viewer3d-volume-row" }, this.line, this.previewer),
      element(
        "div",
        { class: "cj-viewer3d-volume-row" },
        this.name,
        this.saver,
        button("close, without saving", "Close", () => host.close()),
      ),
    );
    this.node.addEventListener("input", ({ target }) => {
      if (target === this.name) return;
      this.arrange();
      host.changed();
    });
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.saver.disabled) host.save(this.name.value.trim());
    });
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") host.close();
      // Enter in a field of a number does not save: its volume is not there yet.
      if (event.key === "Enter" && event.target instanceof HTMLInputElement && event.target !== this.name)
        event.preventDefault();
    });
    this.arrange();
  }

  get choices(): VolumeChoices {
    return {
      whose: this.whose.value as VolumeChoices["whose"],
      of: this.of.value,
      shape: this.shape.value,
      margin: this.margin.value,
      alpha: this.alpha.value,
      compartment: this.compartment.value,
      low: this.low.value,
      high: this.high.value,
      distal: this.distal.value,
      inside: this.inside.value,
      combination: this.combination.value,
      other: this.other.value,
      partners: this.partners.value as VolumeChoices["partners"],
    };
  }

  /** Open it: around the selected neurons, if there are some. */
  open(hasSelected: boolean): void {
    this.whose.value = hasSelected ? "selected" : "visible";
    this.node.hidden = false;
    this.whose.focus();
  }

  close(): void {
    this.node.hidden = true;
  }

  /** Say how it stands with the volume. */
  say(sentence: string, { canSave = false, canPreview = false, isError = false } = {}): void {
    this.line.textContent = sentence;
    this.line.toggleAttribute("data-error", isError);
    this.saver.disabled = !canSave;
    this.previewer.hidden = !canPreview;
  }

  saved(): void {
    this.name.value = "";
  }

  focusName(): void {
    this.name.focus();
  }

  /** Show the fields that the choices need. */
  private arrange(): void {
    this.labels.alpha.hidden = this.shape.value !== "alpha_shape";
    this.labels.margin.hidden = this.shape.value !== "box";
    this.labels.other.hidden = this.combination.value === "";
    this.labels.partners.hidden = !isOfSynapses(this.of.value);
  }
}

type Options = ReadonlyArray<readonly [value: string, title: string]>;

function choice(name: string, label: string, options: Options): HTMLSelectElement {
  const made = options.map(([value, title]) => element("option", { value }, title));
  return element("select", { name, "aria-label": label }, ...made);
}

function text(name: string, label: string, placeholder: string): HTMLInputElement {
  return element("input", { type: "text", name, "aria-label": label, placeholder, dir: "auto" });
}

function lengthField(name: string, label: string, placeholder: string): HTMLInputElement {
  return element("input", {
    type: "text",
    inputmode: "decimal",
    size: 10,
    name,
    "aria-label": label,
    placeholder,
  });
}

function number(name: string, label: string): HTMLInputElement {
  return element("input", { type: "text", inputmode: "numeric", size: 2, name, "aria-label": label });
}

function labelled(title: string, field: HTMLElement): HTMLLabelElement {
  return element("label", {}, title, field);
}
