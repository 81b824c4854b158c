/** How many sections a big step has. */
import type { Messages } from "../shared/messages";

/** Ask for it; null if nothing that counts was written. */
export async function askBigStep(messages: Messages, now: number): Promise<number | null> {
  const line = await messages.ask("Sections of a big step", { value: String(now) });
  if (line === null) return null;
  const sections = Number(line);
  if (Number.isInteger(sections) && sections >= 1 && sections <= 10_000) return sections;
  messages.notify("info", `“${line}” is no number of sections: write one from 1 to 10000.`);
  return null;
}
