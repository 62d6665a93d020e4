import type {
  ObjectiveKind,
  ObjectiveOptions,
  OptionsOf,
} from "../../config/objectives/objective_options.ts";
import { boxes } from "./boxes.ts";
import { guidedMix } from "./guided_mix.ts";
import type { ObjectiveCode } from "./step.ts";
import { supervised } from "./supervised.ts";

/** The code of each objective. */
const OBJECTIVES: { readonly [K in ObjectiveKind]: ObjectiveCode<OptionsOf<K>> } = {
  supervised,
  "guided-mix": guidedMix,
  boxes,
};

/** The code of an objective. */
export function objectiveCode({ kind }: ObjectiveOptions): ObjectiveCode<ObjectiveOptions> {
  return OBJECTIVES[kind] as ObjectiveCode<ObjectiveOptions>;
}
