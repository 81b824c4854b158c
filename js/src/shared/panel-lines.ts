/** What a panel says in lines: of the service, of what was done or refused, and how much is shown. */
import { element } from "./dom";
import { isAbort, type Rpc, RpcError } from "./rpc";

/** The event `service` of a widget about a project. */
export interface ServiceNews {
  is_up: boolean;
  message: string;
}

export class PanelLines {
  /** Above all else: the service is away, or does not let the person see the project any more. */
  readonly service = element("div", {
    class: "cj-banner",
    hidden: true,
    role: "status",
    "data-testid": "service",
  });
  readonly status = element("span", { role: "status", "data-testid": "status" });
  readonly total = element("span", { class: "cj-total", "data-testid": "total" });

  /** Say that the service is away; `isBack` is called when it answers again. Returns a function that ends this. */
  followService(rpc: Rpc, isBack: () => void): () => void {
    return rpc.on("service", (news) => {
      const { is_up: isUp, message } = news as ServiceNews;
      this.service.textContent = isUp ? "" : `${message} What is shown here may be old.`;
      this.service.hidden = isUp;
      if (!isUp) return;
      isBack();
      this.succeed();
    });
  }

  get hasFailed(): boolean {
    return this.status.dataset.level === "error";
  }

  say(text: string, level: "info" | "error" = "info"): void {
    this.status.textContent = text;
    this.status.dataset.level = level;
  }

  /** Say what failed, unless it was only given up. */
  fail(error: unknown): void {
    if (isAbort(error)) return;
    const text = error instanceof RpcError ? error.message : String(error);
    this.say(sentence(text), "error");
  }

  /** Something was read: what failed before is over. */
  succeed(): void {
    if (this.hasFailed) this.say("");
  }
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A text that ends as a sentence does. */
export function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
