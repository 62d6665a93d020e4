/** What the classes are called and how they are painted. */
export interface ClassLabels {
  /** One name a class, in the order of the logits. */
  readonly classes: readonly string[];
  /** One colour a class: red, green, blue, 0..255. */
  readonly colors: readonly (readonly [red: number, green: number, blue: number])[];
}
