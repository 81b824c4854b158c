/** What a painter is given: a graph as seen from one section, and how it shall look. */
import type { View } from "../../shared/layer";
import type { Graph } from "../data/graph";
import type { SectionIndex, Slab, Topology } from "../data/section";
import { activeColor } from "./palette";

export interface NodeLook {
  activeSkeleton: number | null;
  /** CSS colour of what a user has traced of a skeleton that is not active, so many sections behind the one shown. */
  colorOf(skeleton: number, user: number, away: number): string;
  isShown(skeleton: number): boolean;
  /** Whether a neuron's links of a `Relation` show. */
  showsLink(skeleton: number, relation: number): boolean;
  /** 0 to 1. */
  opacity: number;
  /** Whether tags and low confidences are written beside nodes. */
  labels: boolean;
  /** Sections before and behind on which edges still show. */
  fadeSections: number;
  /** Ids of what is drawn but not yet confirmed. */
  pending: ReadonlySet<number>;
}

/** A section of a graph, wherever a view looks at it. */
export interface Picture {
  graph: Graph;
  topology: Topology;
  section: SectionIndex;
  slab: Slab;
  look: NodeLook;
}

/** A screen rectangle in CSS pixels. */
export interface PaintFrame {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Where and how groups are painted; the context's origin is the view's corner. */
export interface Brush {
  ctx: CanvasRenderingContext2D;
  view: View;
  /** What is outside need not be painted. */
  frame: PaintFrame;
  /** 0 to 1. */
  opacity: number;
  /** There are so many that they are drawn small and plain, which browsers do several times faster. */
  isCrowded: boolean;
}

export function contains(frame: PaintFrame, x: number, y: number): boolean {
  return x >= frame.left && x <= frame.right && y >= frame.top && y <= frame.bottom;
}

/** Opacity of what is so many sections away. */
export function fading(sections: number): number {
  return 0.6 ** sections;
}

/** Opacity of the active neuron there. */
export function activeFading(sections: number): number {
  return 0.85 ** sections;
}

/** Sections from the one shown: 0 on it, negative before it. */
export function sectionsBehind(z: number, { depth, thickness }: Slab): number {
  const sections = (z - depth) / thickness;
  return Math.sign(sections) * Math.max(0, Math.ceil(Math.abs(sections) - 0.5)) || 0;
}

/** CSS colour of a node or edge, so many sections behind the one shown. */
export function colorAt({ look }: Picture, skeleton: number, user: number, away: number): string {
  return skeleton === look.activeSkeleton ? activeColor(away) : look.colorOf(skeleton, user, away);
}
