/** Giving a command other keys: the next press is taken, refused, or asked about if another command has it. */
import { button, element } from "../dom";
import { chordLabel, chordsOf } from "./chords";
import { type ChangedKeys, type CommandName, commandOf, type Keymap, refusal } from "./keymap";

export interface KeyEditor {
  readonly keymap: Keymap;
  /** Gives a sentence if the keys could not be kept on the server. */
  keep(changed: ChangedKeys): Promise<string>;
}

export interface CommandRow {
  keys: string[];
  what: string;
  /** What follows the sentence. */
  end: HTMLElement;
}

export class KeyChange {
  readonly resetAll: HTMLButtonElement;
  /** The command whose new key is awaited. */
  private waiting: CommandName | null = null;

  constructor(
    private readonly editor: KeyEditor,
    private readonly said: HTMLElement,
    private readonly show: () => void,
  ) {
    this.resetAll = button("all keys as they were", "Reset all", () => {
      void this.keep({}, "All keys are as they were.");
    });
    this.resetAll.dataset.testid = "reset-keys";
  }

  row(name: CommandName): CommandRow {
    const { keymap } = this.editor;
    const { what } = commandOf(name);
    const change = button(`change the key: ${what}`, "change", () => this.begin(name));
    Object.assign(change.dataset, { testid: "change-key", command: name });
    change.tabIndex = -1;
    const end = element("span", { class: "cj-help-change" }, change);
    if (keymap.isChanged(name)) {
      const reset = button(`the key as it was: ${what}`, "reset", () => {
        const keys = commandOf(name).keys.map(chordLabel).join(" or ");
        void this.keep(keymap.reset(name), `${keys} stands for “${what}” again.`);
      });
      reset.dataset.testid = "reset-key";
      end.append(reset);
    }
    const shown = keymap.keysOf(name).map(chordLabel);
    const keys = this.waiting === name ? ["press it now"] : shown.length > 0 ? shown : ["no key"];
    return { keys, what, end };
  }

  /** True if a key press was for this. */
  takes(event: KeyboardEvent): boolean {
    const name = this.waiting;
    if (name === null) return false;
    if (event.key === "Escape") {
      this.say("The key is as it was.");
      this.end();
      return true;
    }
    if (chordsOf(event).length === 0) return true;
    this.give(name, event);
    return true;
  }

  private begin(name: CommandName): void {
    this.waiting = name;
    this.say(`Press the new key for “${commandOf(name).what}” Escape leaves it as it is.`);
    this.show();
  }

  private give(name: CommandName, event: KeyboardEvent): void {
    const { keymap } = this.editor;
    const chord = keymap.chordFor(event) ?? "";
    const reason = refusal(chord);
    if (reason) {
      this.say(`${reason} Press another key, or Escape.`);
      return;
    }
    this.end();
    const holder = keymap.holder(chord);
    const given = `${chordLabel(chord)} stands for “${commandOf(name).what}” now.`;
    if (holder === null || holder === name) {
      void this.keep(keymap.given(name, chord), given);
      return;
    }
    const changed = keymap.given(name, chord);
    const swap = button("swap the keys", "Swap", () => {
      const left = changed[holder] ?? commandOf(holder).keys;
      void this.keep(
        changed,
        `${given} ${left.map(chordLabel).join(" or ")} stands for “${commandOf(holder).what}”`,
      );
    });
    const leave = button("leave the keys as they are", "Leave", () => {
      this.say("The keys are as they were.");
      this.refocus(name);
    });
    this.say(
      `${chordLabel(chord)} stands for “${commandOf(holder).what}” already. Swap the keys of both?`,
      swap,
      leave,
    );
    swap.focus();
  }

  private async keep(changed: ChangedKeys, done: string): Promise<void> {
    const at = this.said.closest(".cj-help");
    this.say(done);
    const kept = this.editor.keep(changed);
    this.show();
    if (!at?.contains(document.activeElement)) (at as HTMLElement | null)?.focus();
    const problem = await kept;
    if (problem) this.say(`${done} ${problem}`);
  }

  private end(): void {
    this.waiting = null;
    this.show();
  }

  private refocus(name: CommandName): void {
    const panel = this.said.closest(".cj-help");
    panel?.querySelector<HTMLElement>(`[data-command="${name}"]`)?.focus();
  }

  private say(text: string, ...more: HTMLElement[]): void {
    this.said.replaceChildren(text, ...more);
  }
}
