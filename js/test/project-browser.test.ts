import { expect, test } from "vitest";
import { rightsOf, whoAsks } from "../src/project-browser/join-requests";
import { PictureQueue } from "../src/project-browser/picture-queue";
import {
  type BrowsedProject,
  codeOf,
  contentsInWords,
  mayArchive,
  peopleInWords,
  type ShownProjects,
  shownInWords,
  shownProjects,
} from "../src/project-browser/state";

function project(change: Partial<BrowsedProject>): BrowsedProject {
  return {
    id: 1,
    title: "Lobula",
    comment: "",
    stacks: [{ id: 7, title: "FAFB" }],
    neurons: 0,
    nodes: 0,
    last_edit: null,
    owners: [],
    permissions: [],
    favorite: false,
    is_public: false,
    archived: null,
    requests: 0,
    ...change,
  };
}

const LOBULA = project({ id: 1, owners: ["ana"], favorite: true });
const MEDULLA = project({ id: 2, title: "Medulla", comment: "of the course", is_public: true, stacks: [] });
const BOTH = [LOBULA, MEDULLA];

function titles(show: ShownProjects, filter = ""): string[] {
  return shownProjects(BOTH, { show, filter, username: "ana" }).map(({ title }) => title);
}

test("projects are chosen by whose they are, by stars, and by words in what is told of them", () => {
  expect(titles("all")).toEqual(["Lobula", "Medulla"]);
  expect(titles("mine")).toEqual(["Lobula"]);
  expect(titles("public")).toEqual(["Medulla"]);
  expect(titles("favorites")).toEqual(["Lobula"]);
  expect(titles("all", " COURSE  medu ")).toEqual(["Medulla"]);
  expect(titles("all", "fafb")).toEqual(["Lobula"]);
  expect(titles("all", "fafb course")).toEqual([]);
  expect(shownInWords(1, 2)).toBe("1 of 2 projects");
  expect(shownInWords(1, 1)).toBe("1 project");
});

test("archived projects are in a list of their own", () => {
  const old = project({
    id: 3,
    title: "Old",
    archived: "2026-11-01T00:00:00Z",
    permissions: ["can_annotate"],
  });
  const seen = (show: ShownProjects) =>
    shownProjects([...BOTH, old], { show, filter: "", username: "ana" }).map(({ title }) => title);
  expect(seen("all")).toEqual(["Lobula", "Medulla"]);
  expect(seen("archived")).toEqual(["Old"]);
  expect(peopleInWords(old)).toBe("archived: nobody edits it");
  expect(mayArchive(old, true)).toBe(false);
  expect(mayArchive(project({ permissions: ["can_administer"] }), true)).toBe(true);
});

test("what is in a project is told, and left out where the server does not tell it", () => {
  const now = Date.parse("2026-11-30T12:00:00Z");
  const told = project({ neurons: 1, nodes: 4500, last_edit: "2026-11-27T11:00:00Z" });
  expect(contentsInWords(told, now)).toBe("1 stack · 1 neuron · 4,500 nodes · edited 3 days ago");
  expect(contentsInWords(project({ stacks: [] }))).toBe(
    "no stack · 0 neurons · 0 nodes · nothing traced yet",
  );
  expect(contentsInWords(project({ neurons: null, nodes: null }))).toBe("1 stack");
  expect(
    peopleInWords(project({ owners: ["ana", "ben"], permissions: ["can_browse"], is_public: true })),
  ).toBe("of ana, ben · you may look · public");
  expect(peopleInWords(project({ permissions: ["can_administer", "can_annotate"] }))).toBe(
    "you administer it",
  );
  expect(peopleInWords(project({ is_public: null }))).toBe("");
});

test("the line of Python names one project only", () => {
  expect(codeOf(project({ title: 'Ana\'s "own"' }), BOTH, "server")).toBe(
    'project = server.project("Ana\'s \\"own\\"")',
  );
  const twin = project({ id: 3 });
  expect(codeOf(twin, [...BOTH, twin], "cj.connect()")).toBe("project = cj.connect().project(3)");
});

test("pictures of rows in sight are read once, four at a time, and none that went out of sight before", async () => {
  const read: number[] = [];
  const ends: Array<() => void> = [];
  const queue = new PictureQueue<number>((key) => {
    read.push(key);
    return new Promise((resolve) => ends.push(resolve));
  });
  for (const key of [1, 2, 3, 4, 5, 6, 7]) queue.seen(key);
  expect(read).toEqual([1, 2, 3, 4]);
  queue.hidden(6);
  queue.seen(2);
  ends[0]?.();
  ends[1]?.();
  await expect.poll(() => read).toEqual([1, 2, 3, 4, 7, 5]);
});

test("who asks to join is told in words", () => {
  expect(peopleInWords(project({ owners: ["ana"], requests: 1 }))).toBe("of ana · 1 person asks to join");
  expect(peopleInWords(project({ requests: 12 }))).toBe("12 people ask to join");
  const asked = {
    token_id: 1,
    token_name: "Course",
    user_id: 2,
    username: "ben",
    full_name: "",
    permissions: ["can_browse", "can_annotate"],
    time: "2026-11-01T00:00:00Z",
  };
  expect(whoAsks(asked)).toBe("ben");
  expect(whoAsks({ ...asked, full_name: "Ben Lee" })).toBe("Ben Lee (ben)");
  expect(rightsOf(asked)).toBe("may edit then");
  expect(rightsOf({ ...asked, permissions: ["can_browse"] })).toBe("may look then");
  expect(rightsOf({ ...asked, permissions: ["can_fork"] })).toBe("can_fork");
});
