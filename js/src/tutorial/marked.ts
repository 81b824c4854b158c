/** Texts in which keys stand in `…` and names of buttons in *…*. */
import { element } from "../shared/dom";

const MARKED = /(`[^`]+`|\*[^*]+\*)/;

/** What part of a text is: a key, the name of a button, or just text. */
export type MarkedPart = { kind: "kbd" | "strong" | "text"; text: string };

export function markedParts(text: string): MarkedPart[] {
  return text
    .split(MARKED)
    .filter((part) => part !== "")
    .map((part) => {
      if (!MARKED.test(part)) return { kind: "text", text: part };
      return { kind: part.startsWith("`") ? "kbd" : "strong", text: part.slice(1, -1) };
    });
}

/** The text as nodes of the page. */
export function markedNodes(text: string): Array<Node | string> {
  return markedParts(text).map(({ kind, text: part }) => (kind === "text" ? part : element(kind, {}, part)));
}
