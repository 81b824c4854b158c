/** Which keys stand for which commands in a viewer: those of the table, as its user has changed them. */
import { COMMANDS, COMPANY, RESERVED_KEYS } from "../../wire/commands";
import { chordLabel, chordsOf } from "./chords";

export type CommandName = keyof typeof COMMANDS;
export type CommandKind = CommandName extends `${infer Kind}.${string}` ? Kind : never;
/** Commands of one kind. */
export type CommandOf<Kind extends CommandKind> = Extract<CommandName, `${Kind}.${string}`>;

/** Chords by command, of the commands that the user has changed. */
export type ChangedKeys = Record<string, string[]>;

interface Command {
  readonly group: string;
  readonly what: string;
  readonly keys: readonly string[];
  readonly repeats: boolean;
}

export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

export function commandOf(name: CommandName): Command {
  return COMMANDS[name];
}

export function kindOf(name: CommandName): CommandKind {
  return name.slice(0, name.indexOf(".")) as CommandKind;
}

export class Keymap {
  private changedNow: ChangedKeys = {};
  private byChord = new Map<string, CommandName>();
  private readonly names: CommandName[];

  /** Of the commands of some kinds, which a viewer has together. */
  constructor(kinds: readonly CommandKind[]) {
    this.names = COMMAND_NAMES.filter((name) => kinds.includes(kindOf(name)));
    this.update();
  }

  get changed(): ChangedKeys {
    return this.changedNow;
  }

  set changed(changed: ChangedKeys) {
    this.changedNow = changed;
    this.update();
  }

  keysOf(name: CommandName): readonly string[] {
    return this.changedNow[name] ?? commandOf(name).keys;
  }

  isChanged(name: CommandName): boolean {
    return name in this.changedNow;
  }

  /** The keys of a command as they are shown; empty if it has none. */
  label(name: CommandName): string {
    return this.keysOf(name).map(chordLabel).join(" or ");
  }

  /** What a button that does a command is called: with its first key, if it has one. */
  hint(name: CommandName, text: string): string {
    const [chord] = this.keysOf(name);
    return chord ? `${text} (${chordLabel(chord)})` : text;
  }

  /** What a key press stands for. */
  commandFor(event: KeyboardEvent): CommandName | null {
    for (const chord of chordsOf(event)) {
      const name = this.byChord.get(chord);
      if (name) return name;
    }
    return null;
  }

  /** The chord that a key press is given as: one that stands for something, else the likeliest; null for none. */
  chordFor(event: KeyboardEvent): string | null {
    const chords = chordsOf(event);
    return chords.find((chord) => this.byChord.has(chord) || chord in RESERVED_KEYS) ?? chords[0] ?? null;
  }

  /** The command that has a chord. */
  holder(chord: string): CommandName | null {
    return this.byChord.get(chord) ?? null;
  }

  /** What is changed when a command gets a chord; the command that has it gets the first one's keys, if it may. */
  given(name: CommandName, chord: string): ChangedKeys {
    const holder = this.holder(chord);
    const own = [...this.keysOf(name)];
    const changed = { ...this.changedNow, [name]: [chord] };
    if (holder && holder !== name) {
      const left = this.keysOf(holder).filter((one) => one !== chord);
      changed[holder] = left.length > 0 ? left : own;
    }
    return withoutDefaults(changed);
  }

  /** What is changed when a command has its own keys again; a command that has one of them by now loses it. */
  reset(name: CommandName): ChangedKeys {
    const { [name]: _, ...changed } = this.changedNow;
    for (const chord of commandOf(name).keys) {
      const holder = this.holder(chord);
      if (!holder || holder === name) continue;
      const isOwn = commandOf(holder).keys.includes(chord);
      const left = this.keysOf(holder).filter((one) => one !== chord);
      if (!isOwn && left.length === 0) delete changed[holder];
      else changed[holder] = left;
    }
    return withoutDefaults(changed);
  }

  private update(): void {
    this.byChord = new Map();
    // What the user chose comes before what commands have by themselves.
    const chosen = this.names.filter((name) => this.isChanged(name));
    for (const name of [...this.names.filter((one) => !this.isChanged(one)), ...chosen])
      for (const chord of this.keysOf(name)) this.byChord.set(chord, name);
  }
}

/** The kinds of commands that a viewer has together with one. */
export function companyOf(kind: CommandKind): readonly CommandKind[] {
  return COMPANY.find((kinds) => (kinds as readonly string[]).includes(kind)) ?? [kind];
}

/** Why no command can have a chord; null if one can. */
export function refusal(chord: string): string | null {
  const reason = (RESERVED_KEYS as Record<string, string>)[chord];
  return reason ? `${chordLabel(chord)} ${reason}.` : null;
}

function withoutDefaults(changed: ChangedKeys): ChangedKeys {
  const isDefault = (name: string, keys: string[]): boolean =>
    name in COMMANDS && String(commandOf(name as CommandName).keys) === String(keys);
  return Object.fromEntries(Object.entries(changed).filter(([name, keys]) => !isDefault(name, keys)));
}
