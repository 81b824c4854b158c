/** What a person writes to filter a column: text, a regular expression, a number or a range of numbers. */

/** A filter that cannot be understood; the message says what would be right. */
export class BadFilter extends Error {}

export type TextTest = (text: string) => boolean;
export type NumberTest = (value: number) => boolean;

const NUMBER = "[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[-+]?\\d+)?";
const COMPARED = new RegExp(`^(>=|<=|>|<|=)\\s*(${NUMBER})$`, "i");
const RANGE = new RegExp(`^(${NUMBER})?\\s*\\.\\.\\s*(${NUMBER})?$`, "i");
const BEGINNING = /^-?(?:\d+\.?\d*|\.\d+)$/;

/** Text that contains a text in either case; between slashes, that a regular expression finds; after `!`, that does not. */
export function textTest(filter: string): TextTest {
  if (filter.length > 1 && filter.startsWith("!")) {
    const test = textTest(filter.slice(1).trim());
    return (text) => !test(text);
  }
  if (filter.startsWith("/") && filter.length > 1) {
    const pattern = expression(filter.replace(/^\/(.*?)\/?$/s, "$1"));
    return (text) => pattern.test(text);
  }
  const wanted = filter.toLowerCase();
  return (text) => text.toLowerCase().includes(wanted);
}

/** Numbers such as `>500`, `<=3`, `=7`, `10..20`, `..20`; `12` alone is how they begin. */
export function numberTest(filter: string): NumberTest {
  const [, sign, text] = COMPARED.exec(filter) ?? [];
  if (sign !== undefined) return compared(sign, Number(text));
  const range = RANGE.exec(filter);
  if (range && (range[1] || range[2])) {
    const low = range[1] === undefined ? Number.NEGATIVE_INFINITY : Number(range[1]);
    const high = range[2] === undefined ? Number.POSITIVE_INFINITY : Number(range[2]);
    return (value) => value >= low && value <= high;
  }
  if (BEGINNING.test(filter)) return (value) => `${value}`.startsWith(filter);
  throw new BadFilter(`“${filter}” is no filter of numbers: write 12, >500, <=3, =7 or 10..20.`);
}

function compared(sign: string, limit: number): NumberTest {
  switch (sign) {
    case ">":
      return (value) => value > limit;
    case ">=":
      return (value) => value >= limit;
    case "<":
      return (value) => value < limit;
    case "<=":
      return (value) => value <= limit;
    default:
      return (value) => value === limit;
  }
}

function expression(source: string): RegExp {
  try {
    return new RegExp(source, "iu");
  } catch {
    throw new BadFilter(`/${source}/ is no regular expression.`);
  }
}
