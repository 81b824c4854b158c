/** The values that an edit is made of, as JSON can hold them: how each is read, and checked. */
import { type Kind, Relation, type Timed } from "../data/graph";

/** A node or link and the edition time (s) it was seen with; NaN where that is not known. */
export interface Stamp {
  of: Timed;
  id: number;
  time: number;
}

/** A place in project space, nm. */
export interface Place {
  x: number;
  y: number;
  z: number;
}

/** Gives the ids and edition times of an edit their present values. */
export interface Translation {
  id(id: number): number;
  time(seen: Stamp): number;
}

/** Reads a value; throws `Unreadable` if it is none of its kind. */
export type Field<T> = (value: unknown, translation: Translation) => T;
export type Fields = Record<string, Field<unknown>>;
export type Values<F extends Fields> = { [name in keyof F]: ReturnType<F[name]> };

/** What was stored is no edit that this version knows. */
export class Unreadable extends Error {}

export function readFields<F extends Fields>(fields: F, value: unknown, translation: Translation): Values<F> {
  const given = record(value);
  const read = Object.entries(fields).map(([name, field]) => [name, field(given[name], translation)]);
  return Object.fromEntries(read) as Values<F>;
}

export function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : refuse(value);
}

export const number: Field<number> = (value) => (Number.isFinite(value) ? (value as number) : refuse(value));

export const id: Field<number> = (value, translation) =>
  Number.isSafeInteger(value) ? translation.id(value as number) : refuse(value);

export const place: Field<Place> = (value, translation) =>
  readFields({ x: number, y: number, z: number }, value, translation);

export const stamp: Field<Stamp> = (value, translation) => {
  const given = record(value);
  const of = oneOf<Timed>("node", "link")(given.of, translation);
  // JSON has no NaN.
  const time = given.time === null ? Number.NaN : (given.time as number);
  if (typeof time !== "number" || !Number.isSafeInteger(given.id)) return refuse(value);
  const seen = { of, id: given.id as number, time };
  return { of, id: translation.id(seen.id), time: translation.time(seen) };
};

export const kind = oneOf<Kind>("treenode", "connector");
export const relation = oneOf<Relation>(...Object.values(Relation));
/** Absent in what older versions stored, where it was never set. */
export const flag: Field<boolean> = (value) => value === true;
export const text: Field<string> = (value) => (typeof value === "string" ? value : refuse(value));

/** Annotator's user id by annotation. */
export type AnnotationMap = Record<string, number>;

/** Annotations, or null for all; absent in what older versions stored. */
export const annotations: Field<AnnotationMap | null> = (value) => {
  if (value === null || value === undefined) return null;
  const given = record(value);
  return Object.values(given).every(Number.isSafeInteger) ? (given as AnnotationMap) : refuse(value);
};

/** Absent in what older versions stored. */
export const textOrNone: Field<string | null> = (value) =>
  value === null || value === undefined ? null : (value as string);

export function oneOf<T>(...known: readonly T[]): Field<T> {
  return (value) => (known.includes(value as T) ? (value as T) : refuse(value));
}

export function listOf<T>(field: Field<T>): Field<T[]> {
  return (value, translation) =>
    Array.isArray(value) ? value.map((item) => field(item, translation)) : refuse(value);
}

export function optional<T>(field: Field<T>): Field<T | null> {
  return (value, translation) => (value === null ? null : field(value, translation));
}

function refuse(value: unknown): never {
  throw new Unreadable(`${JSON.stringify(value)} is not what an edit has here`);
}
