/** A line below a viewer's picture: the active neuron in words, which neurons are shown, and what colours say. */
import { button, element } from "../../shared/dom";
import type { ActiveNeuron } from "../data/kernel";
import type { ColorBy, ShownNeurons } from "../state";
import { ColorLegend } from "./color-legend";
import type { NodeWords } from "./node-facts";
import { NodeTags, type NodeTagsHost } from "./node-tags";

const SHOWN: ReadonlyArray<[value: ShownNeurons, title: string]> = [
  ["all", "all neurons"],
  ["selection", "the selection"],
  ["selected", "selected rows only"],
];
const COLORS: ReadonlyArray<[value: ColorBy, title: string]> = [
  ["selection", "selection"],
  ["skeleton", "skeleton"],
  ["user", "user"],
  ["annotation", "annotation"],
  ["review", "review"],
  ["depth", "depth"],
];
/** Characters of a name that are in the page; the title has all. */
const LONGEST = 200;

export interface NeuronBarChoice {
  shown: ShownNeurons;
  colorBy: ColorBy;
  /** Neurons in the selection; null if there is none. */
  count: number | null;
}

/** Titles of the project that is shown, and of that into which its neurons can be imported. */
export interface ImportOffer {
  source: string;
  target: string;
}

export interface NeuronBarHost extends NodeTagsHost {
  /** Copy the active neuron into the project of the offer. */
  importNeuron(): void;
  show(shown: ShownNeurons): void;
  colorBy(colorBy: ColorBy): void;
  /** Put a text into the clipboard. */
  copy(text: string): void;
}

export class NeuronBar {
  readonly node: HTMLElement;
  readonly tags: NodeTags;
  readonly legend = new ColorLegend();
  private readonly name = element("button", {
    type: "button",
    class: "cj-neuron-name cj-copied",
    dir: "auto",
    "data-testid": "neuron-name",
  });
  private readonly nodeFacts = element("span", { class: "cj-neuron-facts", "data-testid": "node-facts" });
  private readonly facts = element("span", { class: "cj-neuron-facts", "data-testid": "neuron-facts" });
  private readonly project = element("span", { class: "cj-neuron-facts", dir: "auto", hidden: true });
  private readonly importButton = element("button", {
    type: "button",
    class: "cj-import",
    "data-testid": "import-neuron",
  });
  private readonly shown = choice("Show", "Neurons shown", SHOWN);
  private readonly colors = choice("Colours", "Colours by", COLORS);

  constructor(private readonly host: NeuronBarHost) {
    this.tags = new NodeTags(host);
    this.name.addEventListener("click", () => host.copy(this.name.title));
    this.shown.select.addEventListener("change", () => host.show(this.shown.select.value as ShownNeurons));
    this.colors.select.addEventListener("change", () => host.colorBy(this.colors.select.value as ColorBy));
    this.importButton.addEventListener("click", () => host.importNeuron());
    const said = element(
      "span",
      { class: "cj-active-neuron", role: "status", "data-testid": "active-neuron" },
      this.project,
      this.name,
      this.facts,
      this.nodeFacts,
      this.tags.node,
    );
    this.node = element(
      "div",
      { class: "cj-neuron-bar", role: "group", "aria-label": "Neurons", "data-testid": "neuron-bar" },
      said,
      this.importButton,
      this.shown.node,
      this.colors.node,
      this.legend.node,
    );
  }

  /** Say which neuron is active; a text where it is not known. */
  showNeuron(neuron: ActiveNeuron | string): void {
    const isKnown = typeof neuron !== "string";
    const name = isKnown ? neuron.name : "";
    this.name.textContent = shortened(name);
    this.name.title = name;
    this.name.hidden = name === "";
    this.facts.replaceChildren(...(isKnown ? this.factsOf(neuron) : [neuron]));
    this.facts.title = this.facts.textContent;
  }

  /** Offer to import the active neuron; null: do not. */
  showOffer(offer: ImportOffer | null, hasNeuron: boolean): void {
    this.project.hidden = offer === null;
    this.project.textContent = offer ? `In “${shortened(offer.source)}”:` : "";
    this.node.setAttribute("aria-label", offer ? `Neurons of ${offer.source}` : "Neurons");
    this.importButton.hidden = !offer || !hasNeuron;
    this.importButton.textContent = offer ? `Import into “${shortened(offer.target)}”` : "";
  }

  /** Say which node is active. */
  showNode(words: NodeWords | null): void {
    const { name, id, text } = words ?? { name: "", id: null, text: "" };
    this.nodeFacts.replaceChildren(id === null ? name : this.copied(name, id), text && ` ${text}`);
  }

  private factsOf(neuron: ActiveNeuron): Array<Node | string> {
    const { skeleton_id, neuron_id, author, nodes, cable_length, reviewed, origin } = neuron;
    const size = `${counted(nodes, "node")} · ${(cable_length / 1000).toFixed(1)} µm`;
    const from = origin ? ` · from ${origin}` : "";
    // Published pages know neither the neuron's id nor who made it.
    const by = author ? ` · by ${author}` : "";
    const ids = neuron_id < 0 ? [] : [", ", this.copied(`neuron ${neuron_id}`, neuron_id)];
    const more = `${by} · ${size} · ${Math.floor(reviewed)}% reviewed${from}`;
    return [this.copied(`skeleton ${skeleton_id}`, skeleton_id), ...ids, more];
  }

  /** A name of something, with its id, which a click copies. */
  private copied(name: string, id: number): HTMLButtonElement {
    const made = button(`copy ${id}`, name, () => this.host.copy(String(id)));
    made.className = "cj-copied";
    made.setAttribute("aria-label", `${name}: copy the id`);
    return made;
  }

  showChoice({ shown, colorBy, count }: NeuronBarChoice): void {
    this.shown.select.value = shown;
    this.colors.select.value = colorBy;
    this.shown.node.hidden = count === null;
    this.shown.node.title = count === null ? "" : `${counted(count, "neuron")} in the selection`;
  }
}

function choice<T extends string>(
  label: string,
  name: string,
  options: ReadonlyArray<[value: T, title: string]>,
): { node: HTMLElement; select: HTMLSelectElement } {
  const made = options.map(([value, title]) => element("option", { value }, title));
  const select = element("select", { "aria-label": name }, ...made);
  return { node: element("label", { class: "cj-choice" }, label, select), select };
}

function shortened(text: string): string {
  const letters = [...text.slice(0, 2 * LONGEST + 2)];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST).join("")}…` : text;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
