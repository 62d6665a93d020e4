import { DatasetError } from "../core/errors.ts";
import { SKIP_BROKEN } from "../data/broken_photos.ts";
import type { Dataset } from "../data/dataset.ts";

/** The error of an unlabeled photo that turned out broken after the check, with how to go on; others as they are. */
export function withSkipHint(error: unknown, { unlabeled }: Pick<Dataset, "unlabeled">): unknown {
  if (!(error instanceof DatasetError)) return error;
  const isOfPhoto = unlabeled.some(({ image }) =>
    image.kind === "file" && error.message.includes(`"${image.path}"`)
  );
  if (!isOfPhoto) return error;
  return new DatasetError(`${error.message}; --resume with ${SKIP_BROKEN}`, { cause: error });
}
