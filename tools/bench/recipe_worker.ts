/** This project's side of the benchmark of training steps: answers lines of JSON, see recipes.ts. */
import { openBackend } from "../../src/backends/open_backend.ts";
import { type Answer, answerLines, peakBytes } from "./answer_lines.ts";
import { type BatchSize, readStart, writeStart } from "./recipe_start.ts";
import { needsMixDecoder, type OurStep, RecipeStep, type RecipeStepOptions } from "./recipe_step.ts";

type Question =
  | { ask: "write"; start: string } & BatchSize
  | { ask: "prepare"; start: string; step: OurStep } & RecipeStepOptions
  | { ask: "time"; steps: number }
  | { ask: "about" | "memory" };

/** Times of some steps in milliseconds, and the losses of the last. */
async function timed(step: RecipeStep, steps: number): Promise<Answer> {
  const ms: number[] = [];
  let losses = {};
  for (let i = 0; i < steps; i++) {
    const started = performance.now();
    losses = await step.run();
    ms.push(performance.now() - started);
  }
  return { ms, losses };
}

async function main(): Promise<void> {
  const { backend } = await openBackend("tensorflow", { download: true });
  let step: RecipeStep | undefined;
  await answerLines(async (question: Question): Promise<Answer> => {
    switch (question.ask) {
      case "write":
        await writeStart(question.start, question);
        return {};
      case "prepare":
        step = new RecipeStep(
          question.step,
          await readStart(question.start, needsMixDecoder(question.step)),
          question,
        );
        return await timed(step, 1);
      case "time":
        return await timed(step!, question.steps);
      case "about":
        return { about: `guidedmix on ${backend.name}: ${backend.device}` };
      case "memory":
        return { peakBytes: peakBytes() };
    }
  });
}

await main();
Deno.exit(0);
