/**
 * Write what the front end and the service both know to src/wire, from what the service says of itself:
 * api.ts from the OpenAPI document (the answers of paths.json), facts.ts and commands.ts from catmaid_wire (facts.py).
 *
 * With --check nothing is written, and it fails if a file is not what would be written. PYTHON names the interpreter
 * that has the service.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import openapiTS, { astToString } from "openapi-typescript";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = join(here, "..", "src", "wire");
const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const PROJECT = "/{project_id}/";
const REFERENCE = /^#\/components\/(\w+)\/(.+)$/;

function python(...args) {
  const command = process.env.PYTHON || "python3";
  const text = execFileSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  return JSON.parse(text);
}

/** A document of what POST to a few paths answers, as one schema by path, and the components that it refers to. */
function answersOf({ openapi, info, paths, components }, names) {
  const properties = Object.fromEntries(
    names.map((name) => [name, answerOf(paths[PROJECT + name]?.post, name)]),
  );
  const found = new Map([["Answers", { type: "object", required: names, properties }]]);
  collect(properties, components, found);
  const schemas = Object.fromEntries([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
  return { openapi, info, paths: {}, components: { schemas } };
}

function answerOf(operation, name) {
  if (!operation) throw new Error(`The service has no POST ${PROJECT}${name}.`);
  return operation.responses["200"].content["application/json"].schema;
}

function collect(value, components, found) {
  if (typeof value !== "object" || value === null) return;
  const [, kind, name] = REFERENCE.exec(value.$ref ?? "") ?? [];
  if (name && !found.has(name)) {
    found.set(name, components[kind][name]);
    collect(found.get(name), components, found);
  }
  for (const below of Object.values(value)) collect(below, components, found);
}

function header(source) {
  return `/** Generated from ${source} by \`make wire\`: change that instead. */\n`;
}

async function api() {
  const names = JSON.parse(readFileSync(join(here, "paths.json"), "utf8"));
  const tree = await openapiTS(answersOf(python("-m", "catmaid_server.http.openapi"), names));
  return header("the service's OpenAPI document") + astToString(tree);
}

function facts() {
  const files = Object.entries(python(join(here, "facts.py"))).map(([file, found]) => {
    const constants = Object.entries(found).map(
      ([name, value]) => `export const ${name} = ${JSON.stringify(value, null, 2)} as const;\n`,
    );
    return [file, `${header("catmaid_wire")}\n${constants.join("\n")}`];
  });
  return Object.fromEntries(files);
}

mkdirSync(outdir, { recursive: true });
for (const [name, text] of Object.entries({ "api.ts": await api(), ...facts() })) {
  const path = join(outdir, name);
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  if (values.check) {
    process.stderr.write(`js/src/wire/${name} is not what the service says now: run \`make wire\`.\n`);
    process.exitCode = 1;
  } else writeFileSync(path, text);
}
