/** Who asks to join the chosen project: a row for each, with a word to them, and whether they are let in. */
import { element, needsKernel, textButton } from "../shared/dom";
import { LatestReading } from "../shared/latest-reading";
import { isAbort } from "../shared/rpc";
import { timeAgo } from "../shared/times";

/** As the service lists it. */
export interface JoinRequest {
  token_id: number;
  token_name: string;
  user_id: number;
  username: string;
  full_name: string;
  permissions: string[];
  time: string;
}

export interface JoinDecision {
  request: JoinRequest;
  approve: boolean;
  word: string;
}

export interface JoinRequestsHost {
  read(projectId: number, signal: AbortSignal): Promise<JoinRequest[]>;
  decide(decision: JoinDecision): Promise<void>;
  failed(error: unknown): void;
}

const RIGHTS: ReadonlyArray<[string, string]> = [
  ["can_administer", "administer"],
  ["can_annotate", "edit"],
  ["can_browse", "look"],
];
const NOBODY = "Nobody asks to join any more.";

/** What somebody may do who is let in, in a word. */
export function rightsOf({ permissions }: JoinRequest): string {
  const right = RIGHTS.find(([name]) => permissions.includes(name));
  return right ? `may ${right[1]} then` : permissions.join(", ");
}

export function whoAsks({ username, full_name }: JoinRequest): string {
  return full_name ? `${full_name} (${username})` : username;
}

export class JoinRequests {
  readonly node = element("ul", {
    class: "cj-requests",
    "aria-label": "Who asks to join",
    "data-testid": "requests",
    hidden: true,
  });
  private projectId: number | null = null;
  private readonly reading: LatestReading<JoinRequest[]>;

  constructor(private readonly host: JoinRequestsHost) {
    this.reading = new LatestReading({
      read: (signal) => (this.projectId === null ? Promise.resolve([]) : host.read(this.projectId, signal)),
      began: () => {},
      show: (requests) => this.show(requests),
      failed: (error) => {
        if (!isAbort(error)) host.failed(error);
      },
    });
  }

  /** Show who asks to join a project; null: nothing is shown. */
  of(projectId: number | null): void {
    if (projectId === this.projectId) return;
    this.projectId = projectId;
    this.node.replaceChildren();
    this.node.hidden = projectId === null;
    if (projectId !== null) void this.reading.start();
  }

  /** Read anew who asks. */
  again(): void {
    if (this.projectId !== null) this.reading.again();
  }

  dispose(): void {
    this.reading.dispose();
  }

  private show(requests: readonly JoinRequest[]): void {
    this.node.replaceChildren(
      ...(requests.length > 0 ? requests.map((one) => this.row(one)) : [element("li", {}, NOBODY)]),
    );
  }

  private row(request: JoinRequest): HTMLLIElement {
    const who = whoAsks(request);
    const word = needsKernel(
      element("input", {
        type: "text",
        "aria-label": `A word to ${who}`,
        placeholder: "a word to them",
        maxlength: 1000,
      }),
    );
    const decide = (text: string, approve: boolean): HTMLButtonElement => {
      const made = needsKernel(
        textButton(text, () => void this.decide(row, { request, approve, word: word.value })),
      );
      made.setAttribute("aria-label", `${text} ${who}`);
      return made;
    };
    const row = element(
      "li",
      {},
      element(
        "span",
        {},
        element("b", { dir: "auto" }, who),
        ` by “${request.token_name}”, ${timeAgo(request.time)}; ${rightsOf(request)}`,
      ),
      element("span", { class: "cj-bar" }, word, decide("Accept", true), decide("Refuse", false)),
    );
    return row;
  }

  private async decide(row: HTMLLIElement, decision: JoinDecision): Promise<void> {
    const controls = row.querySelectorAll<HTMLButtonElement | HTMLInputElement>("button, input");
    for (const control of controls) control.disabled = true;
    await this.host.decide(decision);
    for (const control of controls) control.disabled = false;
    this.again();
  }
}
