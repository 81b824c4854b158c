/** What is said of a place where there are more nodes than are shown. */
import type { AnyModel } from "@anywidget/types";
import { element } from "../shared/dom";
import type { LayerHost } from "../shared/layer";
import type { Payload } from "./data/payload";
import type { Sample, TracingState } from "./state";

type Told = Pick<Payload, "limit_reached" | "totals">;

/** Null if all are shown. */
export function sampleOf({ limit_reached, totals }: Told, shown: number): Sample | null {
  if (!limit_reached) return null;
  return { shown, of: totals?.nodes ?? null, is_exact: totals?.is_exact ?? false };
}

export function sampleInWords({ shown, of, is_exact }: Sample): string {
  const count = (nodes: number): string => nodes.toLocaleString("en-US");
  const what =
    of === null
      ? `${count(shown)} nodes; there are more`
      : `${count(shown)} of ${is_exact ? "" : "about "}${count(of)} nodes, a part of each neuron here and just around`;
  return `Showing ${what}. Zoom in to see the rest.`;
}

/** The sentence below each picture, and the trait that says the same to Python. */
export class CrowdNotes {
  private readonly notes = new Map<LayerHost, HTMLElement>();
  private text = "";

  constructor(private readonly model: AnyModel<TracingState>) {}

  attach(host: LayerHost): void {
    this.detach(host);
    const note = element("div", { class: "cj-crowd", role: "status", "data-testid": "crowd" });
    this.notes.set(host, note);
    host.bar.append(note);
    this.write(note);
  }

  detach(host: LayerHost): void {
    this.notes.get(host)?.remove();
    this.notes.delete(host);
  }

  loaded(told: Told, shown: number): void {
    const sample = sampleOf(told, shown);
    this.text = sample ? sampleInWords(sample) : "";
    for (const note of this.notes.values()) this.write(note);
    if (JSON.stringify(this.model.get("sample")) === JSON.stringify(sample)) return;
    this.model.set("sample", sample);
    this.model.save_changes();
  }

  private write(note: HTMLElement): void {
    note.textContent = this.text;
    note.hidden = this.text === "";
  }
}
