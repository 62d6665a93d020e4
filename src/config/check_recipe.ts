/** What of a recipe is out of range, or does not go together. */
import { objectiveProblems } from "./objectives/objective_options.ts";
import { outOfRange, shareOf } from "./objectives/parts.ts";
import { measuresThreshold, movingThresholds, type Recipe } from "./recipe.ts";

/** What of pseudo labels between rounds is out of range, or goes with nothing else of the recipe. */
function labelProblems({ objective, teacher, rounds, pseudoLabels: { of, ratios } }: Recipe): string[] {
  const wrong = ratios.find((ratio) => !(ratio > 0 && ratio <= 4));
  const what = 'with recipe.pseudoLabels.of "photos", expected';
  const moving = movingThresholds(objective);
  const photos = [
    ...(objective.kind !== "boxes" ? [`the objective is "${objective.kind}" ${what} "boxes"`] : []),
    ...(objective.kind === "boxes" && objective.unsup.target === "soft"
      ? [`unsup.target is "soft" ${what} "hard"`]
      : []),
    ...(moving !== undefined
      ? [
        `unsup.thresholds is "${moving.rule}" ${what} "fixed": they move in steps, photos are labeled between rounds`,
      ]
      : []),
    ...(rounds === 1 ? [`recipe.rounds is 1 ${what} 2 or more: photos are labeled between rounds`] : []),
    ...(teacher.decay > 0
      ? [
        `teacher.decay is ${teacher.decay} ${what} 0: it labels once a round; recipe.pseudoLabels.of=crops follows it`,
      ]
      : []),
  ];
  return [
    ...(wrong !== undefined || ratios.length === 0
      ? [`pseudoLabels.ratios are [${ratios}], expected one or more in (0, 4]`]
      : []),
    ...(of === "photos" ? photos : []),
  ];
}

/** What of thresholds that held-out photos decide goes with nothing else of the recipe. */
function thresholdProblems({ objective, teacher, rounds }: Recipe): string[] {
  if (!measuresThreshold({ objective })) return [];
  const what = 'with unsup.thresholds "held-out", expected';
  return [
    ...(rounds === 1 ? [`recipe.rounds is 1 ${what} 2 or more: it is measured between rounds`] : []),
    ...(teacher.decay > 0
      ? [`teacher.decay is ${teacher.decay} ${what} 0: what is measured is the teacher of a whole round`]
      : []),
  ];
}

/** What of hard pixels is out of range. */
function pixelProblems({ hardPixels: { below, least } }: Recipe): string[] {
  return outOfRange({
    "hardPixels.below": [below, below > 0 && below <= 1, "a probability in (0, 1]"],
    "hardPixels.least": [least, Number.isInteger(least) && least >= 0, "a whole number from 0"],
  });
}

/** What of views, teacher and rounds does not go together. */
function partnerProblems({ objective, views, teacher, rounds }: Recipe): string[] {
  const blends = objective.kind === "guided-mix";
  const asksNoTeacher = blends || objective.kind === "cct";
  const plain = views.plain || views.count > 1 || views.warp > 0 || views.strong !== "official";
  return [
    ...outOfRange({
      "teacher.decay": shareOf(teacher.decay, "a share", false),
      "views.warp": [views.warp, views.warp >= 0 && views.warp <= 0.5, "a share of the side in [0, 0.5]"],
    }),
    ...(blends && plain
      ? [
        'views are not one official view with objective "guided-mix", expected so: a blend shows what M_u is predicted from',
      ]
      : []),
    ...(blends && teacher.decay > 0
      ? [
        `teacher.decay is ${teacher.decay} with objective "guided-mix", expected 0: M_u comes from the same pass`,
      ]
      : []),
    ...(asksNoTeacher && rounds > 1
      ? [
        `recipe.rounds is ${rounds} with objective "${objective.kind}", expected 1: its targets come from the same pass`,
      ]
      : []),
    ...(teacher.evaluated && rounds > 1
      ? [
        `teacher.evaluated is true with recipe.rounds ${rounds}, expected false: in the first round there is no teacher`,
      ]
      : []),
    ...(teacher.evaluated && teacher.decay === 0
      ? ["teacher.evaluated is true with teacher.decay 0, expected a teacher, such as decay 0.99"]
      : []),
  ];
}

/**
 * Refuses a recipe whose numbers are out of range.
 * @throws {RangeError} With everything that is wrong
 */
export function checkRecipe(recipe: Recipe): void {
  const found = [
    ...objectiveProblems(recipe.objective),
    ...partnerProblems(recipe),
    ...labelProblems(recipe),
    ...thresholdProblems(recipe),
    ...pixelProblems(recipe),
  ];
  if (found.length > 0) throw new RangeError(`Cannot use recipe "${recipe.name}": ${found.join("; ")}`);
}
