import { firstAndMore } from "../core/first_and_more.ts";

/** Classes that a text names. */
const NAMED = 10;

/** Up to ten names in quotes, and how many more there are. */
export function namesText(names: readonly string[]): string {
  return firstAndMore(names, NAMED, (name) => `"${name}"`);
}

/** What an mIoU is the mean of where val lacks classes. */
export interface ValLacks {
  /** Names of the classes that no val photo shows, at least one. */
  readonly lacking: readonly string[];
  /** Classes of the dataset. */
  readonly classes: number;
  /** Those of `lacking` that are predicted nonetheless; missing where nothing was predicted yet. */
  readonly predicted?: readonly string[];
  /** What lacks them, with its verb; default `val shows`. */
  readonly what?: string;
}

/** `val shows no "chair", "cat": mIoU is the mean of the other 19 classes`. A class that is predicted in vain counts as 0. */
export function valLacksText({ lacking, classes, predicted, what = "val shows" }: ValLacks): string {
  const others = classes - lacking.length;
  const mean = `mIoU is the mean of the other ${others === 1 ? "class" : `${others} classes`}`;
  const text = `${what} no ${namesText(lacking)}: ${mean}`;
  if (predicted === undefined) {
    return `${text}, and of ${
      lacking.length === 1 ? "it as 0 where it is" : "these as 0 where they are"
    } predicted`;
  }
  return predicted.length === 0
    ? text
    : `${text}, and of ${namesText(predicted)} as 0, since ${
      predicted.length === 1 ? "it is" : "they are"
    } predicted`;
}

/** Classes that no image of an evaluation shows, and which of them are predicted; `undefined` where all are shown. */
export function classesLacked(
  perClass: readonly { readonly name: string; readonly pixels: number; readonly iou?: number }[],
): (ValLacks & { readonly predicted: readonly string[] }) | undefined {
  const lacked = perClass.filter(({ pixels }) => pixels === 0);
  if (lacked.length === 0) return undefined;
  const predicted = lacked.filter(({ iou }) => iou !== undefined).map(({ name }) => name);
  return { lacking: lacked.map(({ name }) => name), classes: perClass.length, predicted };
}
