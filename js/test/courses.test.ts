import { expect, test } from "vitest";
import { type Assignment, doneInWords, nextAssignment } from "../src/assignment-widget/state";
import { type BoardCell, boardInWords, cellInSentence, nextHandedIn } from "../src/course-widget/state";
import {
  aroundFrom,
  countInWords,
  type Difference,
  differenceInWords,
  placeAgain,
} from "../src/shared/course/differences";
import { oneAtATime } from "../src/shared/course/one-at-a-time";
import { type CourseStatus, dueInWords, minutesInWords, progressInWords } from "../src/shared/course/state";

const WORK = { nodes: 120, cable_length: 34_000, minutes: 12, skeleton_id: 7, handed_in: null, messages: [] };
const STUDENTS = [
  { id: 1, username: "ana", full_name: "Ana Belo", initials: "AB" },
  { id: 2, username: "ben", full_name: "", initials: "BE" },
];

function assignment(id: number, status: CourseStatus, change: Partial<Assignment> = {}): Assignment {
  return {
    ...WORK,
    id,
    status,
    level: 1,
    name: `AB ${id}`,
    task: "To both ends",
    stop: "border",
    due: null,
    ...change,
  };
}

function cell(student: number, seed: number, status: CourseStatus): BoardCell {
  return { ...WORK, student_id: student, seed_id: seed, status, neuron: `N${student}${seed}` };
}

test("what was given back comes first, then what is new; what was handed in is done", () => {
  const seeds = [
    assignment(1, "done"),
    assignment(2, "open"),
    assignment(3, "given back"),
    assignment(4, "open"),
  ];
  expect(nextAssignment(seeds)?.id).toBe(3);
  expect(nextAssignment(seeds, 3)?.id).toBe(4);
  expect(nextAssignment([assignment(1, "accepted")])).toBe(null);
  expect(nextAssignment([assignment(1, "working")], 1)?.id).toBe(1);
  expect(doneInWords(seeds)).toBe("0 of 4 accepted, 1 handed in");
});

test("work is told in words", () => {
  expect(progressInWords(assignment(1, "working"))).toBe("120 nodes, 34.0 µm, 12 min of work.");
  expect(progressInWords(assignment(1, "working", { nodes: 1, cable_length: 0 }))).toBe(
    "1 node, 0 nm, 12 min of work.",
  );
  expect(progressInWords(assignment(1, "open"))).toBe("Nothing is traced yet.");
  expect(progressInWords(assignment(1, "done", { skeleton_id: -1 }))).toContain("was deleted");
  expect(minutesInWords(125.4)).toBe("2 h 5 min");
  const due = "2027-03-01T23:59:59Z";
  expect(dueInWords(due, "2027-03-01T08:00:00Z", Date.parse("2028-01-01"))).not.toContain("late");
  expect(dueInWords(due, null, Date.parse("2027-03-03"))).toContain(" (late)");
  expect(dueInWords(due, "2027-03-02T08:00:00Z", Date.parse("2027-02-01"))).toContain(" (late)");
  expect(dueInWords(null, null)).toBe("");
});

test("a board says what waits, and goes round", () => {
  const cells = [cell(1, 1, "done"), cell(1, 2, "accepted"), cell(2, 1, "open"), cell(2, 2, "done")];
  expect(boardInWords(cells)).toBe("2 to look at, 1 of 4 accepted");
  expect([nextHandedIn(cells, 0), nextHandedIn(cells, 3), nextHandedIn([], 0)]).toEqual([3, 0, -1]);
  expect(cellInSentence(cells[0] as BoardCell, STUDENTS[0] as never)).toBe(
    "N11 of ana: handed in, 120 nodes, 12 min, 0 messages",
  );
});

test("differences are gone through in both directions", () => {
  expect([aroundFrom(-1, 1, 3), aroundFrom(2, 1, 3), aroundFrom(-1, -1, 3), aroundFrom(0, -1, 3)]).toEqual([
    0, 0, 2, 2,
  ]);
  expect(aroundFrom(-1, 1, 0)).toBe(-1);
});

function difference(kind: Difference["kind"], what: string, x: number): Difference {
  return {
    kind,
    what,
    length: what === "branch" ? 1500 : 0,
    place: [x, 0, 0],
    treenode_id: 1,
    gold_treenode_id: 2,
  };
}

test("differences are told in words", () => {
  const all = [difference("missed", "branch", 1), difference("extra", "presynaptic_to", 2)];
  expect(all.map(differenceInWords)).toEqual(["missed: 1.50 µm", "extra: presynaptic synapse"]);
  expect(countInWords(all)).toBe("Branches: 1 missed, 0 extra; synapses: 0 missed, 1 extra.");
  expect(countInWords([])).toContain("the same branches and synapses");
});

test("a difference is found again where it is, whatever came before it", () => {
  const second = difference("extra", "branch", 2);
  expect(placeAgain(second, [difference("missed", "branch", 2), { ...second, length: 1600 }])).toBe(1);
  expect(
    placeAgain(second, [difference("extra", "presynaptic_to", 2), difference("extra", "branch", 3)]),
  ).toBe(-1);
});

test("a second click while the first one is sent is the same one", async () => {
  let sent = 0;
  let answer = (): void => undefined;
  const click = oneAtATime(() => {
    sent += 1;
    return new Promise<void>((done) => {
      answer = done;
    });
  });
  click();
  click();
  expect(sent).toBe(1);
  answer();
  await new Promise((done) => setTimeout(done, 0));
  click();
  expect(sent).toBe(2);
});
