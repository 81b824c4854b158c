/** Parts of the messages of a tracing layer. */
import { RpcError } from "../shared/rpc";
import { localTime } from "../shared/times";
import type { Change } from "./data/news";

/** Who did something, and when, as far as that is known. */
export type Doer = Pick<Change, "username" | "time"> & Partial<Pick<Change, "is_own_user">>;

/** "ana deleted this at 12:03:05": what somebody did, with who it was and when. */
export function deed({ username, time, is_own_user: isOwn }: Doer, what: string): string {
  const when = time === null ? "" : ` at ${clock(time)}`;
  // Of two windows of one person, each is somebody else to the other.
  return isOwn ? `You ${what} elsewhere${when}` : `${username ?? "Somebody"} ${what}${when}`;
}

/** The time of day; with the day if that is not today. */
function clock(iso: string): string {
  const time = new Date(iso);
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday ? time.toLocaleTimeString() : localTime(iso);
}

/** Why something failed. */
export function explain(reason: unknown): string {
  return reason instanceof RpcError ? sentence(reason.message) : String(reason);
}

export function editsAre(count: number): string {
  return count === 1 ? "An edit is" : `${count} edits are`;
}

/** With a full stop at its end. */
export function sentence(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}
