import type { SupervisedOptions } from "../../config/objectives/objective_options.ts";
import { labeledForward } from "../labeled_forward.ts";
import type { ObjectiveCode } from "./step.ts";
import { rowsOfParts } from "../batch_share.ts";

/** L_ce alone: no unlabeled images. */
export const supervised: ObjectiveCode<SupervisedOptions> = {
  passOptions: (_, { context: { share } }) => ({ rows: share && rowsOfParts(share) }),
  terms: (step) => ({ terms: [labeledForward(step).term] }),
};
