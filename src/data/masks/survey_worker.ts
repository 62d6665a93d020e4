/** Entry of the Workers that count masks: answers each request. Acts on import. */
import { surveySource } from "./survey_source.ts";
import type { SurveyAnswer, SurveyRequest } from "./survey_messages.ts";

interface WorkerScope {
  onmessage: ((event: MessageEvent<SurveyRequest>) => void) | null;
  postMessage(answer: SurveyAnswer): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = async ({ data: { id, sources } }) => {
  scope.postMessage({ id, found: await Promise.all(sources.map(surveySource)) });
};
