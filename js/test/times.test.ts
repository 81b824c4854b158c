import { describe, expect, it } from "vitest";
import { localTime, readingTime, timeAgo } from "../src/shared/times";

describe("times", () => {
  it("are those of the reader's place", () => {
    expect(localTime(new Date(2026, 5, 3, 4, 5, 9).toISOString())).toBe("2026-06-03 04:05:09");
    expect(localTime("never")).toBe("never");
  });

  it("are long enough to read", () => {
    expect(readingTime("Saved.")).toBe(6_000);
    expect(readingTime("a".repeat(200))).toBe(16_000);
  });

  it("are some while ago", () => {
    const now = Date.UTC(2026, 10, 28, 12);
    const ago = (seconds: number): string => timeAgo(new Date(now - 1000 * seconds).toISOString(), now);
    expect(ago(12)).toBe("less than a minute ago");
    expect(ago(60)).toBe("1 minute ago");
    expect(ago(3 * 3600 + 5)).toBe("3 hours ago");
    expect(ago(40 * 86_400)).toBe("1 month ago");
  });
});
