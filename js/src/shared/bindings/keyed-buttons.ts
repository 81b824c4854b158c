/** Buttons that do what keys do too: their hints say which. */
import { button } from "../dom";
import type { CommandName, Keymap } from "./keymap";

export class KeyedButtons {
  private readonly made: Array<{ node: HTMLElement; label: string; command: CommandName }> = [];

  /** Make a button that does a command. */
  button(label: string, command: CommandName, face: Node | string, run: () => void): HTMLButtonElement {
    const node = button(label, face, run);
    this.add(node, label, command);
    return node;
  }

  /** A button that does a command, or opens what a command opens. */
  add(node: HTMLElement, label: string, command: CommandName): void {
    this.made.push({ node, label, command });
  }

  /** Say in the hints which keys do the same. */
  name(keymap: Keymap): void {
    for (const { node, label, command } of this.made) {
      node.title = keymap.hint(command, label);
      node.setAttribute("aria-label", node.title);
    }
  }
}
