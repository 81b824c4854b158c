/** All that is drawn of a section, gathered once, so that any part of it is painted fast. */
import type { View } from "../../shared/layer";
import {
  type ConnectorGroup,
  gatherConnectors,
  gatherLinks,
  type LinkGroup,
  paintConnectors,
  paintLinks,
} from "./connectors";
import { type DotGroup, gatherDots, nodeRadius, paintDots } from "./dots";
import { type EdgeGroup, gatherEdges, paintEdges } from "./edges";
import { type Brush, contains, type PaintFrame, type Picture } from "./picture";
import type { Places } from "./places";
import { gatherWords, type PlacedWords, paintWords, placeWords, type Words, widthIn } from "./words";

/** Above so many in view, things of a kind are drawn small and plain. */
const MANY = { edges: 3000, dots: 1500, links: 600 };
/** The same where dots as large as ever would hide such a share of the view. */
const HIDDEN = 1 / 5;
/** CSS pixels that a shape may reach beyond its place. */
const REACH = 24;

export interface Crowds {
  edges: boolean;
  dots: boolean;
  links: boolean;
}

/** Whether so many dots are too many for a view: small views are crowded with fewer. */
export function isCrowdOfDots(count: number, { width, height, nmPerPixel }: View): boolean {
  const hidden = count * Math.PI * nodeRadius(nmPerPixel) ** 2;
  return count > MANY.dots || hidden > HIDDEN * width * height;
}

export class SectionSheet {
  private edges: readonly EdgeGroup[] = [];
  private links: readonly LinkGroup[] = [];
  private connectors: readonly ConnectorGroup[] = [];
  private dots: readonly DotGroup[] = [];
  private words: readonly Words[] = [];
  private readonly opacity: number;
  private placed: { nmPerPixel: number; words: PlacedWords[] } | null = null;
  private steps: Array<() => void>;

  constructor(picture: Picture) {
    this.opacity = picture.look.opacity;
    this.steps = [
      () => {
        this.edges = gatherEdges(picture);
      },
      () => {
        this.links = gatherLinks(picture);
        this.connectors = gatherConnectors(picture);
      },
      () => {
        this.dots = gatherDots(picture);
      },
      () => {
        this.words = gatherWords(picture);
      },
    ];
  }

  /** Gather a part, as all at once takes longer than a frame in a crowd; true when nothing is left to gather. */
  gather(): boolean {
    this.steps.shift()?.();
    return this.steps.length === 0;
  }

  /** This sheet, with all parts. */
  whole(): this {
    while (!this.gather());
    return this;
  }

  /** What is crowded in a view. */
  crowds(view: View): Crowds {
    const frame: PaintFrame = { left: 0, top: 0, right: view.width, bottom: view.height };
    const all = <G>(groups: readonly G[], places: (group: G) => Places, step: number): number =>
      groups.reduce((sum, group) => sum + within(places(group), step, view, frame), 0);
    const isSized = ({ level }: DotGroup): boolean => level === 0;
    return {
      edges: all(this.edges, ({ ends }) => ends, 4) > MANY.edges,
      dots: isCrowdOfDots(
        all(this.dots.filter(isSized), ({ places }) => places, 2),
        view,
      ),
      links:
        all(this.links, ({ ends }) => ends, 4) + all(this.connectors, ({ places }) => places, 2) > MANY.links,
    };
  }

  /** Paint what is to be seen in a frame of a view, in a context whose origin is the view's corner. */
  paint(ctx: CanvasRenderingContext2D, view: View, frame: PaintFrame, crowds: Crowds): void {
    const wide: PaintFrame = {
      left: frame.left - REACH,
      top: frame.top - REACH,
      right: frame.right + REACH,
      bottom: frame.bottom + REACH,
    };
    const { opacity } = this;
    const brush = (isCrowded: boolean): Brush => ({ ctx, view, frame: wide, opacity, isCrowded });
    ctx.globalAlpha = opacity;
    paintEdges(brush(crowds.edges), this.edges);
    paintLinks(brush(crowds.links), this.links);
    paintConnectors(brush(crowds.links), this.connectors);
    paintDots(brush(crowds.dots), this.dots);
    paintWords({ ...brush(false), frame }, this.placedWords(ctx, view.nmPerPixel));
  }

  private placedWords(ctx: CanvasRenderingContext2D, nmPerPixel: number): PlacedWords[] {
    if (this.placed?.nmPerPixel !== nmPerPixel)
      this.placed = { nmPerPixel, words: placeWords(this.words, nmPerPixel, (text) => widthIn(ctx, text)) };
    return this.placed.words;
  }
}

/** How many of places, which are `step` numbers each and begin with x and y, lie in a frame. */
function within(places: Places, step: number, view: View, frame: PaintFrame): number {
  let count = 0;
  for (let at = 0; at < places.length; at += step) {
    if (contains(frame, ...view.toScreen(places.at(at), places.at(at + 1)))) count++;
  }
  return count;
}
