/** Building blocks of the configuration's schema: each carries the rule that an error text names. */
import { z } from "zod";

/** Schemas by option. */
export type Shape<T> = { [K in keyof T]-?: z.ZodType<T[K]> };

/** An object of exactly these options; `Shape` keeps it in step with the interface written by hand. */
export function options<T>(shape: Shape<T>): z.ZodType<T> {
  return z.strictObject(shape, {
    error: (issue) => issue.code === "invalid_type" ? "a table" : undefined,
  }) as unknown as z.ZodType<T>;
}

/** A finite number that keeps a rule. */
export function numberWhere(rule: string, holds: (value: number) => boolean): z.ZodType<number> {
  return z.number({ error: rule }).refine(holds, { error: rule });
}

/** A finite number from 0. */
export function fromZero(): z.ZodType<number> {
  return numberWhere("a number from 0", (value) => value >= 0);
}

/** A finite number above 0. */
export function positive(): z.ZodType<number> {
  return numberWhere("a number above 0", (value) => value > 0);
}

/** A number in [0, 1], or below 1. */
export function share(withOne: boolean): z.ZodType<number> {
  const rule = withOne ? "a number in [0, 1]" : "a number in [0, 1)";
  return numberWhere(rule, (value) => value >= 0 && (withOne ? value <= 1 : value < 1));
}

/** A whole number in a range. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  return numberWhere(
    `a whole number ${range}`,
    (value) => Number.isInteger(value) && value >= least && value <= most,
  );
}

/** Two numbers. */
export function pair(
  rule: string,
  holds: (first: number, second: number) => boolean,
): z.ZodType<[number, number]> {
  return z.tuple([z.number(), z.number()], { error: rule })
    .refine(([first, second]) => holds(first, second), { error: rule });
}

/** A picture of so many pixels is a gigabyte of features. */
const MOST_AREA = 2 ** 25;

/** Two sides in pixels, of at most 33 megapixels together. */
export function sides(order: string): z.ZodType<[number, number]> {
  const isSide = (value: number) => Number.isInteger(value) && value >= 1;
  return pair(
    `${order}, two whole numbers from 1 whose product is at most ${MOST_AREA}`,
    (first, second) => isSide(first) && isSide(second) && first * second <= MOST_AREA,
  );
}

/** One of some words. */
export function oneOf<const T extends readonly (string | number)[]>(values: T): z.ZodType<T[number]> {
  const rule = `one of ${values.map((value) => JSON.stringify(value)).join(", ")}`;
  return z.literal(values, { error: rule });
}

/** A text that is not empty. */
export function text(rule = "a text"): z.ZodType<string> {
  return z.string({ error: rule }).min(1, { error: rule });
}

/** True or false. */
export function flag(): z.ZodType<boolean> {
  return z.boolean({ error: "true or false" });
}
