/** What a painter is given: a graph as seen from one section, and how it shall look. */
import type { View } from "../../shared/layer";
import type { Graph } from "../data/graph";
import type { SectionIndex, Slab, Topology } from "../data/section";

export interface NodeLook {
  activeSkeleton: number | null;
  /** CSS colour of what a user has traced of a skeleton that is not active. */
  colorOf(skeleton: number, user: number): string;
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

export interface Picture {
  graph: Graph;
  topology: Topology;
  section: SectionIndex;
  slab: Slab;
  view: View;
  look: NodeLook;
}

/** A screen rectangle in CSS pixels. */
export interface PaintFrame {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function contains(frame: PaintFrame, x: number, y: number): boolean {
  return x >= frame.left && x <= frame.right && y >= frame.top && y <= frame.bottom;
}

/** Opacity of what is so many sections away. */
export function fading(sections: number): number {
  return 0.6 ** sections;
}
