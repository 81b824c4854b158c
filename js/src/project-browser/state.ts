/** The synced traits of a list of projects, and how projects are chosen from and told. */
import type { FirstRows } from "../shared/table/first-rows";
import { timeAgo } from "../shared/times";

export type ShownProjects = "all" | "mine" | "public" | "favorites" | "archived";

export interface ProjectBrowserState {
  height: number;
  filter: string;
  show: ShownProjects;
  project_id: number | null;
  /** Reference of the widget of the project that was opened last. */
  viewer: string | null;
  username: string;
  /** Python for the connection. */
  connection: string;
  /** Whether the server tells how much is in projects, and whose they are. */
  is_told: boolean;
  first_rows: FirstRows;
}

/** A project; what the server does not tell is null. */
export interface BrowsedProject {
  id: number;
  title: string;
  comment: string;
  stacks: Array<{ id: number; title: string }>;
  neurons: number | null;
  nodes: number | null;
  /** ISO 8601; null where nothing is traced. */
  last_edit: string | null;
  owners: string[];
  permissions: string[];
  favorite: boolean;
  is_public: boolean | null;
  /** When it was archived; null if it is not. */
  archived: string | null;
  /** How many people ask to join it; for its administrators, -1 where the server does not tell. */
  requests: number;
}

export const CHOICES: ReadonlyArray<[ShownProjects, string, string]> = [
  ["all", "All", "All projects that you may see"],
  ["mine", "Mine", "Projects that you made, forked or administer"],
  ["public", "Public", "Projects that can be seen without a login"],
  ["favorites", "Favourites", "Projects with a star"],
  ["archived", "Archived", "Projects that can be read, and that nobody edits"],
];
/** What only some servers tell. */
export const TOLD_ONLY: ReadonlySet<ShownProjects> = new Set(["mine", "public", "archived"]);

const IS_SHOWN: Record<ShownProjects, (project: BrowsedProject, username: string) => boolean> = {
  all: () => true,
  mine: ({ owners }, username) => owners.includes(username),
  public: (project) => project.is_public === true,
  favorites: (project) => project.favorite,
  archived: () => true,
};

/** The projects that are shown: of the choice, with each word of the filter in title, comment, stacks or owners. */
export function shownProjects(
  projects: readonly BrowsedProject[],
  { show, filter, username }: Pick<ProjectBrowserState, "show" | "filter" | "username">,
): BrowsedProject[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return projects.filter((project) => {
    if ((project.archived !== null) !== (show === "archived")) return false;
    if (!IS_SHOWN[show](project, username)) return false;
    if (words.length === 0) return true;
    const { title, comment, stacks, owners } = project;
    const text = [title, comment, ...stacks.map((stack) => stack.title), ...owners].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** What a user may do with these permissions, in a few words; empty where the server tells nothing. */
export function rightsInWords({ permissions, archived }: BrowsedProject): string {
  if (archived !== null) return "archived: nobody edits it";
  if (permissions.includes("can_administer")) return "you administer it";
  if (permissions.includes("can_annotate")) return "you may edit";
  if (permissions.length > 0) return "you may look";
  return "";
}

function counted(count: number, one: string, more = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : more}`;
}

/** Stacks, neurons, nodes and the last edit of a project, as far as they are told. */
export function contentsInWords({ stacks, neurons, nodes, last_edit }: BrowsedProject, now?: number): string {
  const parts = [stacks.length > 0 ? counted(stacks.length, "stack") : "no stack"];
  if (neurons !== null) parts.push(counted(neurons, "neuron"));
  if (nodes !== null) parts.push(counted(nodes, "node"));
  if (last_edit !== null) parts.push(`edited ${timeAgo(last_edit, now)}`);
  else if (nodes !== null) parts.push("nothing traced yet");
  return parts.join(" · ");
}

/** Owners, rights, and whether everybody sees it. */
export function peopleInWords(project: BrowsedProject): string {
  const parts = [project.owners.length > 0 ? `of ${project.owners.join(", ")}` : "", rightsInWords(project)];
  if (project.is_public) parts.push("public");
  if (project.requests > 0) parts.push(requestsInWords(project));
  return parts.filter(Boolean).join(" · ");
}

/** How many people ask to join a project. */
export function requestsInWords({ requests }: BrowsedProject): string {
  return requests === 1 ? "1 person asks to join" : `${requests.toLocaleString("en")} people ask to join`;
}

/** Python that has the project; by its id where others have its title. */
export function codeOf(
  project: BrowsedProject,
  projects: readonly BrowsedProject[],
  connection: string,
): string {
  const isAlone = projects.every(({ id, title }) => id === project.id || title !== project.title);
  return `project = ${connection}.project(${isAlone ? JSON.stringify(project.title) : project.id})`;
}

/** Whether a user may archive it, or bring it back. */
export function mayArchive({ permissions }: BrowsedProject, isTold: boolean): boolean {
  return isTold && permissions.includes("can_administer");
}

/** How many projects are shown, of how many. */
export function shownInWords(shown: number, all: number): string {
  return shown === all
    ? counted(all, "project")
    : `${shown.toLocaleString("en")} of ${counted(all, "project")}`;
}
