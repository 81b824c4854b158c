/** A colour for each of the most frequent partners of links; the rest share one. */
import { hexOf, PALETTE } from "../../shared/selection/delta";
import type { Swatch } from "../helpers/legend";

const MOST_NAMED = 12;
const REST_COLOR = "#777777";
const NONE_COLOR = "#b0b0b0";

export interface PartnerColors {
  /** Partners with a colour of their own, the most frequent ones first. */
  readonly named: number[];
  /** CSS. */
  colorOf(partner: number): string;
  /** Explain the colours. */
  swatches(nameOf: (partner: number) => string): Swatch[];
}

/**
 * @param partners - of each link; below 0: none, or several
 * @param known - colour (0xRRGGBBAA) of a partner that has one elsewhere
 */
export function colorsOfPartners(
  partners: readonly number[],
  known: (partner: number) => number | undefined,
): PartnerColors {
  const counts = new Map<number, number>();
  for (const partner of partners) counts.set(partner, (counts.get(partner) ?? 0) + 1);
  const single = [...counts].filter(([partner]) => partner >= 0);
  const byCount = single.sort(([one, links], [other, more]) => more - links || one - other);
  const named = byCount.slice(0, MOST_NAMED).map(([partner]) => partner);
  const own = new Map(named.flatMap((id) => asCss(id, known(id))));
  const used = new Set(own.values());
  const free = PALETTE.map(hexOf).filter((color) => !used.has(color));
  let turn = 0;
  for (const id of named) if (!own.has(id)) own.set(id, free[turn++ % free.length] ?? REST_COLOR);
  const rest = byCount.slice(MOST_NAMED);
  const restLinks = rest.reduce((sum, [, links]) => sum + links, 0);
  const count = [...counts].reduce((sum, [partner, links]) => (partner < 0 ? sum + links : sum), 0);
  return {
    named,
    colorOf: (partner) => (partner < 0 ? NONE_COLOR : (own.get(partner) ?? REST_COLOR)),
    swatches: (nameOf) => [
      ...named.map((id) => ({
        name: nameOf(id),
        color: own.get(id) ?? REST_COLOR,
        count: counts.get(id) ?? 0,
      })),
      ...(rest.length > 0
        ? [{ name: `${rest.length.toLocaleString("en")} others`, color: REST_COLOR, count: restLinks }]
        : []),
      ...(count > 0 ? [{ name: "none, or several", color: NONE_COLOR, count }] : []),
    ],
  };
}

function asCss(id: number, rgba: number | undefined): Array<[number, string]> {
  return rgba === undefined ? [] : [[id, hexOf(rgba)]];
}
