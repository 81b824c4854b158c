import { expect, test } from "vitest";
import { connectorInWords, linkInWords, nodeInWords } from "../../src/tracing-layer/input/hovering";
import { inWords } from "../../src/tracing-layer/neurons/node-facts";
import { withSynapse } from "./fixtures";

const NOW = Date.parse("2026-03-04T12:00:00Z");

test("of a node it is said who made it, and who edited and reviewed it later", () => {
  const made = {
    author: "ana",
    created: "2026-03-01T12:00:00Z",
    editor: "ana",
    edited: "2026-03-01T12:00:00Z",
    reviewers: [],
  };
  expect(inWords(made, true, NOW)).toBe("by ana, 3 days ago · not reviewed");
  const later = { ...made, editor: "bo", edited: "2026-03-04T10:00:00Z", reviewers: ["cy", "ana", "cy"] };
  expect(inWords(later, true, NOW)).toBe(
    "by ana, 3 days ago · edited by bo, 2 hours ago · reviewed by cy, ana",
  );
  expect(inWords({ ...made, edited: "2026-03-04T11:00:00Z" }, true, NOW)).toContain(
    "edited by ana, 1 hour ago",
  );
  expect(inWords(made, false, NOW), "of a connector").toBe("by ana, 3 days ago");
});

test("what the mouse rests on is told with what is particular about it", () => {
  const graph = withSynapse();
  expect(nodeInWords(graph, 1)).toBe("node 1, root");
  graph.nodes.put(2, { confidence: 2, radius: 40.4 });
  graph.labels.set(2, ["soma", "TODO"]);
  expect(nodeInWords(graph, 2)).toBe("node 2, confidence 2, radius 40 nm, tagged soma, TODO");
  expect(connectorInWords(graph, 20)).toBe("connector 20, 1 presynaptic, 0 postsynaptic");
  graph.links.put(2, { confidence: 3 });
  expect(linkInWords(graph, 2)).toBe("node 2 presynaptic to connector 20, confidence 3");
});
