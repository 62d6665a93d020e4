import { firstAndMore } from "../core/first_and_more.ts";

/** Classes that a text names. */
const NAMED = 10;

/** Up to ten names in quotes, and how many more there are. */
export function namesText(names: readonly string[]): string {
  return firstAndMore(names.map((name) => `"${name}"`), NAMED);
}

/** What an mIoU is the mean of where val lacks classes. */
export interface ValLacks {
  /** Names of the classes that no val photo shows, at least one. */
  readonly lacking: readonly string[];
  /** Classes of the dataset. */
  readonly classes: number;
  /** Those of `lacking` that are predicted nonetheless; missing where nothing was predicted yet. */
  readonly predicted?: readonly string[];
}

/** `val shows no "chair", "cat": mIoU is the mean of the other 19 classes`. A class that is predicted in vain counts as 0. */
export function valLacksText({ lacking, classes, predicted }: ValLacks): string {
  const others = classes - lacking.length;
  const mean = `mIoU is the mean of the other ${others === 1 ? "class" : `${others} classes`}`;
  const text = `val shows no ${namesText(lacking)}: ${mean}`;
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
