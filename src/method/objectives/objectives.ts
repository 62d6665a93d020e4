import type {
  ObjectiveKind,
  ObjectiveOptions,
  OptionsOf,
} from "../../config/objectives/objective_options.ts";
import { boxes } from "./boxes.ts";
import { cct } from "./cct.ts";
import { cutMixSeg } from "./cutmix_seg.ts";
import { guidedMix } from "./guided_mix.ts";
import type { ObjectiveCode } from "./step.ts";
import { strongViews } from "./strong_views.ts";
import { supervised } from "./supervised.ts";

/** The code of each objective. */
const OBJECTIVES: { readonly [K in ObjectiveKind]: ObjectiveCode<OptionsOf<K>> } = {
  supervised,
  "guided-mix": guidedMix,
  boxes,
  "strong-views": strongViews,
  "cutmix-seg": cutMixSeg,
  cct,
};

/** The code of an objective. */
export function objectiveCode({ kind }: ObjectiveOptions): ObjectiveCode<ObjectiveOptions> {
  return OBJECTIVES[kind] as ObjectiveCode<ObjectiveOptions>;
}
