declare module "*.css" {
  const text: string;
  export default text;
}

declare module "*.svg" {
  const text: string;
  export default text;
}

/** A module and what it imports, bundled as the text of a Worker's script. */
declare module "*?worker-text" {
  const text: string;
  export default text;
}
