/** Growing lists of numbers, such as places in nm. */
export class Places {
  length = 0;
  private values = new Float64Array(64);

  push(...values: number[]): void {
    if (this.length + values.length > this.values.length) {
      const grown = new Float64Array(this.values.length * 2 + values.length);
      grown.set(this.values);
      this.values = grown;
    }
    for (const value of values) this.values[this.length++] = value;
  }

  at(index: number): number {
    return this.values[index] as number;
  }
}

/** Groups by a key, made when they are first asked for. */
export class Groups<Group> {
  private readonly known = new Map<string, Group>();

  of(key: string, make: () => Group): Group {
    let group = this.known.get(key);
    if (group === undefined) {
      group = make();
      this.known.set(key, group);
    }
    return group;
  }

  all(): Group[] {
    return [...this.known.values()];
  }
}
