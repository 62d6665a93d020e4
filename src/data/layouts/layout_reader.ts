import type { Dataset } from "../dataset.ts";
import type { SurveyOptions } from "../masks/survey_masks.ts";

/** How a folder is opened. */
export interface OpenLayoutOptions extends SurveyOptions {
  /**
   * Whether a fifth of the pairs is kept for val where nothing says which (the default); `false` puts every pair into val,
   * to evaluate on.
   */
  readonly holdOut?: boolean;
}

/** A way in which datasets lie in folders. */
export interface LayoutReader<Name extends string = string> {
  /** As options name it. */
  readonly name: Name;
  /** What makes such folders, in words. */
  readonly title: string;
  /** What it is recognized by, for the sentence on a folder in which nothing is. */
  readonly expects: string;
  /** Whether a folder is one; reads names, and no more than a few small files. */
  detect(folder: string): Promise<boolean>;
  /**
   * Reads it.
   * @throws {DatasetError} If something is missing or wrong
   */
  open(folder: string, options: OpenLayoutOptions): Promise<Dataset>;
}
