/** A list of what taking versions back would change, and the question whether to do it. */
import { element } from "../shared/dom";
import { isInUse } from "../shared/keyboard";
import { localTime } from "../shared/times";
import type { Preview } from "./state";

export class Question {
  readonly node = element("section", {
    class: "cj-question",
    role: "alertdialog",
    "aria-label": "Take back",
    "data-testid": "question",
    hidden: true,
  });
  private readonly no = element("button", { type: "button" }, "Cancel");

  constructor(private readonly closed: () => void) {
    this.no.addEventListener("click", () => this.close());
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      event.stopPropagation();
    });
  }

  /** Show what taking a subject back would do, and ask; `confirmed` is called if it is to be done. */
  ask(preview: Preview, subject: string, confirmed: () => void): void {
    const { changes, conflicts, not_allowed: notAllowed } = preview;
    const isPossible = conflicts.length === 0 && notAllowed === "";
    const parts: Node[] = [
      element("p", {}, isPossible ? question(subject) : refusal(subject, notAllowed)),
      conflicts.length === 0 || notAllowed !== "" ? changeTable(changes) : conflictList(conflicts),
    ];
    const yes = element("button", { type: "button", class: "cj-main" }, "Take back");
    yes.addEventListener("click", () => {
      this.close();
      confirmed();
    });
    this.no.textContent = isPossible ? "Cancel" : "Close";
    const buttons = isPossible ? [yes, this.no] : [this.no];
    this.node.replaceChildren(...parts, element("div", { class: "cj-buttons" }, ...buttons));
    this.node.hidden = false;
    if (isInUse(this.node)) this.no.focus();
  }

  close(): void {
    if (this.node.hidden) return;
    this.node.hidden = true;
    this.closed();
  }
}

function question(subject: string): string {
  return `Take back ${subject}? This makes a new version, which can be taken back, too.`;
}

function refusal(subject: string, notAllowed: string): string {
  return notAllowed === ""
    ? `Cannot take back ${subject}, because of later changes:`
    : `You may not take back ${subject}. ${notAllowed}`;
}

function changeTable(changes: Preview["changes"]): HTMLElement {
  const heads = ["", "will be deleted", "will be changed back", "will be restored"];
  const rows = changes.map(({ table, created, changed, deleted }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, table),
      ...[created, changed, deleted].map((count) => element("td", {}, count === 0 ? "" : String(count))),
    ),
  );
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
}

function conflictList(conflicts: Preview["conflicts"]): HTMLElement {
  return element(
    "ul",
    {},
    ...conflicts.map(({ what, version, user, time }) => {
      const when = time === null ? "" : `, ${localTime(time)}`;
      return element("li", {}, `${what} (${user}${when}, version ${version})`);
    }),
  );
}
