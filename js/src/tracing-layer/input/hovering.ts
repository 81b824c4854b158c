/** What the mouse rests on is told beside it: a node, a connector or an arrow. */
import type { LayerHost, LayerPointer, Point } from "../../shared/layer";
import { type Graph, NO_PARENT, RELATION_NAMES, Relation } from "../data/graph";
import type { Kernel } from "../data/kernel";
import type { Hit } from "../data/section";
import { REACH } from "./pointing";

/** ms that the mouse rests before something is told. */
const PAUSE_MS = 400;

export interface HoveringContext {
  kernel: Pick<Kernel, "skeletons">;
  graph(): Graph;
  host(): LayerHost | null;
  hit(at: Point, reach: number): Hit | null;
  hitLink(at: Point, reach: number): number | null;
}

export class Hovering {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;

  constructor(private readonly context: HoveringContext) {}

  /** The mouse did something over the picture. */
  handle(event: LayerPointer): void {
    this.hide();
    if (event.kind === "move") this.timer = setTimeout(() => void this.tell(event), PAUSE_MS);
  }

  hide(): void {
    clearTimeout(this.timer);
    this.turn++;
    this.context.host()?.tip(null);
  }

  private async tell({ x, y, z, px, py }: LayerPointer): Promise<void> {
    const { turn } = this;
    const host = this.context.host();
    const reach = REACH * (host?.view().nmPerPixel ?? 1);
    const hit = this.context.hit([x, y, z], reach);
    const link = hit ? null : this.context.hitLink([x, y, z], reach);
    const text = hit ? await this.inWords(hit) : link === null ? "" : linkInWords(this.context.graph(), link);
    if (text && turn === this.turn) host?.tip(text, { px, py });
  }

  private async inWords(hit: Hit): Promise<string> {
    const graph = this.context.graph();
    if (hit.kind === "connector") return connectorInWords(graph, hit.id);
    const what = hit.kind === "virtual" ? `edge above node ${hit.id}` : nodeInWords(graph, hit.id);
    const skeleton = graph.nodes.value(hit.id, "skeleton") ?? 0;
    const [info] = skeleton > 0 ? await this.context.kernel.skeletons([skeleton]).catch(() => []) : [];
    return info ? `${info.name}\n${what}` : what;
  }
}

export function nodeInWords(graph: Graph, id: number): string {
  const value = (name: "parent" | "confidence" | "radius") => graph.nodes.value(id, name);
  const parts = [id < 0 ? "a new node" : `node ${id}`];
  if (value("parent") === NO_PARENT) parts.push("root");
  const [confidence, radius] = [value("confidence") ?? 5, value("radius") ?? -1];
  if (confidence < 5) parts.push(`confidence ${confidence}`);
  if (radius >= 0) parts.push(`radius ${Math.round(radius)} nm`);
  return [...parts, ...tags(graph, id)].join(", ");
}

export function connectorInWords(graph: Graph, id: number): string {
  const relations = graph.linksOfConnector(id).map((link) => graph.links.value(link, "relation"));
  const count = (wanted: Relation): number => relations.filter((one) => one === wanted).length;
  const [pre, post] = [count(Relation.Presynaptic), count(Relation.Postsynaptic)];
  const parts = [id < 0 ? "a new connector" : `connector ${id}`, `${pre} presynaptic, ${post} postsynaptic`];
  const others = relations.length - pre - post;
  if (others > 0) parts.push(`${others} other ${others === 1 ? "link" : "links"}`);
  return [...parts, ...tags(graph, id)].join(", ");
}

export function linkInWords(graph: Graph, link: number): string {
  const { links } = graph;
  const relation = RELATION_NAMES[links.value(link, "relation") ?? 0]?.replaceAll("_", " ") || "linked to";
  const text = `node ${links.value(link, "treenode")} ${relation} connector ${links.value(link, "connector")}`;
  return `${text}, confidence ${links.value(link, "confidence") ?? 5}`;
}

function tags(graph: Graph, id: number): string[] {
  const names = graph.labels.get(id) ?? [];
  return names.length > 0 ? [`tagged ${names.join(", ")}`] : [];
}
