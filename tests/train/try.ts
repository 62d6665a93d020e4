import { openBackend } from "../../src/backends/open_backend.ts";
import { nativeBackend } from "../../src/backends/native.ts";
import { Network } from "../../src/model/network.ts";
import { RECIPES } from "../../src/config/recipe.ts";
import { SMALL, smallBatch, CONTEXT } from "../method/small_step.ts";
import { guidedMixStep } from "../../src/method/guided_mix_step.ts";
import { RecordedSteps } from "../../src/train/recorded_steps.ts";
await openBackend("tensorflow");
const options = { ...SMALL, decoder: { ...SMALL.decoder, dropout: 0.1 } };
const batch = smallBatch();
for (const name of ["official", "paper", "guidedmix", "supervised"] as const) {
  const recipe = RECIPES[name];
  const [a, b] = [new Network(options, 7), new Network(options, 7)];
  const steps = new RecordedSteps(nativeBackend()!, b, recipe);
  for (const iteration of [3, 4]) {
    const c = { ...CONTEXT, iteration };
    const eager = await guidedMixStep(a, batch, recipe, c);
    const t = performance.now();
    const own = await steps.step(batch, c);
    console.log(name, performance.now() - t, eager.losses, own.losses, JSON.stringify(own.pairs));
    let worst = 0;
    for (const [n, g] of eager.gradients) {
      const [x, y] = [g.dataSync(), own.gradients.get(n)!.dataSync()];
      const max = Math.max(...x.map(Math.abs));
      x.forEach((v, i) => worst = Math.max(worst, Math.abs(v - y[i]!) / (max + 1e-12)));
    }
    console.log(eager.gradients.size, own.gradients.size, "worst", worst);
  }
  for (const [n, s] of await a.export()) { const o = (await b.export()).get(n)!; let d = 0; s.data.forEach((v, i) => d = Math.max(d, Math.abs(Number(v) - Number(o.data[i])))); if (d > 1e-6) console.log(n, d); }
  steps.dispose();
}
