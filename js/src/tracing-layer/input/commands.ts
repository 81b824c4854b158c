/** What the keys of a tracing layer do. */
import type { CommandOf } from "../../shared/bindings/keymap";
import { KEYED_TAGS } from "../../wire/commands";
import type { NodeEdits } from "../edit/node-edits";
import type { Reshaping } from "../edit/reshaping";
import type { Tracing } from "../edit/tracing";
import type { Review } from "../review/review";
import type { Choosing } from "./choosing";
import type { Finding } from "./finding";
import type { Measuring } from "./measuring";
import type { Peeking } from "./peeking";
import type { Pointing } from "./pointing";
import type { Proofreading } from "./proofreading";
import type { Travel } from "./travel";

/** Those who do them. */
export interface Doers {
  readonly tracing: Tracing;
  readonly reshaping: Reshaping;
  readonly nodes: NodeEdits;
  readonly travel: Travel;
  readonly finding: Finding;
  readonly choosing: Choosing;
  readonly measuring: Measuring;
  readonly peeking: Peeking;
  readonly pointing: Pointing;
  readonly review: Review;
  readonly proofreading: Proofreading;
}

type Commands<Name extends string> = Record<Name, () => unknown>;

export type TracingCommands = Commands<CommandOf<"tracing">>;

type TagCommand = Extract<CommandOf<"tracing">, `tracing.${"tag" | "untag"}_${string}`>;
type ConfidenceCommand = Extract<CommandOf<"tracing">, `${string}confidence_${string}`>;

export function tracingCommands(doers: Doers): TracingCommands {
  return {
    ...toGo(doers),
    ...toChoose(doers),
    ...toReview(doers),
    ...toEdit(doers),
    ...ofTags(doers.nodes),
    ...ofConfidence(doers),
  };
}

function toGo({ travel, finding, choosing }: Doers) {
  return {
    "tracing.parent": () => travel.step("parent"),
    "tracing.real_parent": () => travel.go("parent"),
    "tracing.child": () => travel.step("child"),
    "tracing.real_child": () => travel.go("child"),
    "tracing.next_child": () => travel.nextChild(false),
    "tracing.next_real_child": () => travel.nextChild(true),
    "tracing.next_branch": () => travel.toBranch("last"),
    "tracing.next_noted": () => travel.toBranch("noted"),
    "tracing.other_branch": () => travel.toOtherBranch(),
    "tracing.previous_branch": () => travel.go("previous_branch"),
    "tracing.previous_noted": () => travel.toNotedBefore(),
    "tracing.root": () => travel.go("root"),
    "tracing.nearest_open_end": () => travel.toOpenEnd("nearest"),
    "tracing.next_open_end": () => travel.toOpenEnd("next"),
    "tracing.last_open_end": () => travel.toOpenEnd("last"),
    "tracing.newest_open_end": () => travel.toOpenEnd("newest"),
    "tracing.switch": () => travel.switch(),
    "tracing.with_signal": () => travel.cross(true),
    "tracing.against_signal": () => travel.cross(false),
    "tracing.center": () => travel.center(),
    "tracing.deselect": () => finding.deselect(),
    "tracing.nearest": () => finding.nearestHere(),
    "tracing.nearest_anywhere": () => finding.nearestAnywhere(),
    "tracing.edited_last": () => finding.editedLast({ anywhere: false, byAnyone: false }),
    "tracing.edited_last_anywhere": () => finding.editedLast({ anywhere: true, byAnyone: false }),
    "tracing.edited_by_anyone": () => finding.editedLast({ anywhere: false, byAnyone: true }),
    "tracing.edited_by_anyone_anywhere": () => finding.editedLast({ anywhere: true, byAnyone: true }),
    "tracing.tagged": () => finding.tagged(false),
    "tracing.tagged_again": () => finding.tagged(true),
    "tracing.next_tagged": () => finding.nextTagged(),
    "tracing.bookmark": () => finding.bookmark(),
    "tracing.go_to_neuron_bookmark": () => finding.goToBookmark(true),
    "tracing.go_to_bookmark": () => finding.goToBookmark(false),
    "tracing.search": () => travel.search(),
    "tracing.next_result": () => choosing.nextResult(),
  } as const;
}

function toChoose({ choosing, finding, measuring, peeking }: Doers) {
  return {
    "tracing.choose": () => choosing.choose(false),
    "tracing.unchoose": () => choosing.choose(true),
    "tracing.choose_around": () => choosing.chooseAround(false),
    "tracing.unchoose_around": () => choosing.chooseAround(true),
    "tracing.toggle_group_1": () => choosing.toggleGroup(1),
    "tracing.toggle_group_2": () => choosing.toggleGroup(2),
    "tracing.toggle_labels": () => choosing.toggleLabels(),
    "tracing.toggle_fade": () => choosing.toggleFade(),
    "tracing.peek": () => peeking.show(),
    "tracing.authors": () => finding.authors(),
    "tracing.measure": () => measuring.distance(),
    "tracing.distance": () => finding.distanceBetween(),
    "tracing.history": () => choosing.history(),
  } as const;
}

function toReview({ review, proofreading }: Doers) {
  return {
    "tracing.review_on": () => review.go(1),
    "tracing.review_on_to_left": () => review.go(1, true),
    "tracing.review_back": () => review.go(-1),
    "tracing.review_back_to_left": () => review.go(-1, true),
    "tracing.review_segment": () => review.goToNextSegment(),
    "tracing.review_part": () => review.beginSubarbor(),
    "tracing.next_point": () => proofreading.go(false),
    "tracing.previous_point": () => proofreading.go(true),
  } as const;
}

function toEdit({ tracing, reshaping, nodes, pointing }: Doers) {
  return {
    "tracing.click": () => pointing.clickAtCursor({}),
    "tracing.shift_click": () => pointing.clickAtCursor({ shift: true }),
    "tracing.insert_click": () => pointing.clickAtCursor({ ctrl: true, alt: true }),
    "tracing.shift_alt_click": () => pointing.clickAtCursor({ shift: true, alt: true }),
    "tracing.delete": () => tracing.removeActive(),
    "tracing.move_back": () => nodes.moveBySections(-1),
    "tracing.move_on": () => nodes.moveBySections(1),
    "tracing.radius": () => nodes.setRadius({ isMeasured: true, isAsked: true }),
    "tracing.typed_radius": () => nodes.setRadius({ isMeasured: false, isAsked: true }),
    "tracing.radius_at_once": () => nodes.setRadius({ isMeasured: true, isAsked: false }),
    "tracing.typed_radius_at_once": () => nodes.setRadius({ isMeasured: false, isAsked: false }),
    "tracing.tag": () => tracing.tag(),
    "tracing.remove_tags": () => nodes.removeAllTags(),
    "tracing.personal_tags": () => nodes.personalTags(false),
    "tracing.remove_personal_tags": () => nodes.personalTags(true),
    "tracing.split": () => reshaping.split(),
    "tracing.reroot": () => reshaping.reroot(),
    "tracing.rename": () => tracing.rename(),
    "tracing.annotate": () => tracing.annotate(),
    "tracing.undo": () => tracing.undo(),
    "tracing.redo": () => tracing.redo(),
  } as const;
}

function ofTags(nodes: NodeEdits): Commands<TagCommand> {
  const pairs = Object.entries(KEYED_TAGS).flatMap(([name, tag]) => [
    [`tracing.tag_${name}`, () => nodes.addTags([tag])] as const,
    [`tracing.untag_${name}`, () => nodes.removeTags([tag])] as const,
  ]);
  return Object.fromEntries(pairs) as Commands<TagCommand>;
}

function ofConfidence({ tracing, nodes }: Doers): Commands<ConfidenceCommand> {
  const pairs = [1, 2, 3, 4, 5].flatMap((level) => [
    [`tracing.confidence_${level}`, () => tracing.setConfidence(level)] as const,
    [`tracing.link_confidence_${level}`, () => nodes.setLinkConfidence(level)] as const,
  ]);
  return Object.fromEntries(pairs) as Commands<ConfidenceCommand>;
}
