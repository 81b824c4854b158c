/** How a label reads: neuroglancer keeps descriptions with commas as one label, percent-encoded behind a prefix. */
const DESCRIPTION = "neuroglancer-description:v1:";

export function labelText(label: string): string {
  if (!label.startsWith(DESCRIPTION)) return label;
  try {
    return decodeURIComponent(label.slice(DESCRIPTION.length)).trim() || label;
  } catch {
    return label;
  }
}
