/** What is shown, in words. */
import { sentence } from "../shared/panel-lines";
import { RpcError } from "../shared/rpc";
import type { NeuronCounts } from "./neuron-scene";
import type { NeuronFacts } from "./state";

export function countsText({ neurons, visible, loaded, gone, nodes }: NeuronCounts): string {
  const whole = (count: number): string => count.toLocaleString("en");
  const named = `${whole(neurons)} ${neurons === 1 ? "neuron" : "neurons"}`;
  const hidden = neurons > visible ? `, ${whole(neurons - visible)} hidden` : "";
  const size = `${whole(nodes)} ${nodes === 1 ? "node" : "nodes"}`;
  const wanted = visible - gone;
  const coming = loaded < wanted ? `, ${whole(loaded)} of ${whole(wanted)} loaded` : "";
  const lost = gone > 0 ? `, ${whole(gone)} gone from the project` : "";
  return `${named}${hidden}, ${size}${coming}${lost}`;
}

/** Why there is nothing to see; empty if there is something, or will be. */
export function emptyText({ neurons, visible }: NeuronCounts): string {
  if (neurons === 0) return "There are no neurons: add some to the selection.";
  return visible === 0 ? "All neurons are hidden." : "";
}

/** Why a viewer could not begin, and what to do. */
export function failureText(error: unknown): string {
  const reason = sentence(error instanceof Error ? error.message : String(error));
  const advice = reason.includes("Run the cell again") ? "" : " Run the cell again to see them in space.";
  return `These neurons cannot be shown. ${reason}${advice}`;
}

/** Which neuron is active. */
export function activeText({ name, nodes }: NeuronFacts): string {
  return `active: ${name}${nodes === null ? "" : `, ${nodes.toLocaleString("en")} nodes`}`;
}

/** Why something is not shown. */
export function reasonOf(error: unknown): string {
  return error instanceof RpcError ? error.message : `This cannot be shown: ${String(error)}`;
}
