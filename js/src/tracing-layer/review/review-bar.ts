/** A line below a viewer's picture: what is reviewed, how far, and buttons for those who use no keys. */
import { element } from "../../shared/dom";
import type { ReviewWalk } from "./walk";

export interface ReviewBarHost {
  back(): void;
  on(): void;
  onToLeft(): void;
  nextSegment(): void;
  end(): void;
}

const BUTTONS: ReadonlyArray<[title: string, hint: string, run: keyof ReviewBarHost]> = [
  ["Back", "Back by a section or node (Q)", "back"],
  ["On", "Mark the node as reviewed, and on by a section or node (W)", "on"],
  ["Unreviewed", "Mark the node as reviewed, and on to the next one that is not (Shift W)", "onToLeft"],
  ["Next segment", "To the next segment that is not all reviewed (E)", "nextSegment"],
  ["End", "End the review", "end"],
];

export class ReviewBar {
  readonly node: HTMLElement;
  private readonly name = element("bdi", { class: "cj-neuron-name", dir: "auto" });
  private readonly segment = element("span", { role: "status", "data-testid": "review-segment" });
  private readonly step = element("span", { class: "cj-neuron-facts", "data-testid": "review-step" });
  private readonly shares = element("span", { class: "cj-neuron-facts", "data-testid": "review-shares" });

  constructor(host: ReviewBarHost) {
    const buttons = BUTTONS.map(([title, hint, run]) => {
      const made = element("button", { type: "button", title: hint }, title);
      made.addEventListener("click", () => host[run]());
      return made;
    });
    this.node = element(
      "div",
      {
        class: "cj-neuron-bar cj-review-bar",
        role: "group",
        "aria-label": "Review",
        "data-testid": "review-bar",
      },
      element(
        "span",
        { class: "cj-active-neuron" },
        "Review of ",
        this.name,
        this.segment,
        this.step,
        this.shares,
      ),
      ...buttons,
    );
    this.node.hidden = true;
  }

  show(walk: ReviewWalk | null, canMark: boolean): void {
    this.node.hidden = walk === null;
    if (!walk) return;
    const { name, root } = walk.about;
    this.name.textContent = name;
    this.name.title = name;
    const part = root === null ? "" : `part distal to node ${root}, `;
    this.segment.textContent = `${part}segment ${walk.segment + 1} of ${walk.segments}`;
    const left = walk.left();
    this.step.textContent = `node ${walk.step + 1} of ${walk.length}, ${left === 0 ? "all reviewed" : `${left} left`}`;
    const { nodes, own, team, anybody } = walk.counts();
    const share = (count: number): string => `${((100 * count) / Math.max(nodes, 1)).toFixed(1)} %`;
    const shares = `own ${share(own)}, team ${share(team)}, union ${share(anybody)}`;
    this.shares.textContent = canMark ? shares : `${shares}; not marked`;
  }
}
