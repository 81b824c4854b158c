/** Parts of the sentences that a tracing layer says. */
import { RpcError } from "../shared/rpc";
import { ERROR_CODE } from "../wire/facts";

/** "ana, at 12:03:05," as the subject of a sentence. */
export function whoAndWhen({ username, time }: { username: string | null; time: string | null }): string {
  const who = username ?? "Somebody";
  return time === null ? who : `${who}, at ${new Date(time).toLocaleTimeString()},`;
}

/** Why something failed. */
export function explain(reason: unknown): string {
  if (!(reason instanceof RpcError)) return String(reason);
  if (reason.code === ERROR_CODE.CONFLICT)
    return "somebody has changed this meanwhile. Look again and repeat it.";
  return sentence(reason.message);
}

export function editsAre(count: number): string {
  return count === 1 ? "An edit is" : `${count} edits are`;
}

/** With a full stop at its end. */
export function sentence(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}
