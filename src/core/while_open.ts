/**
 * Runs `body` with an open file and closes it, however that ends. In place of `using`, which Node knows from version 24
 * on: what the package for npm is made of keeps to older syntax.
 */
export async function whileOpen<F extends { close(): void }, T>(
  file: F,
  body: (file: F) => Promise<T>,
): Promise<T> {
  try {
    return await body(file);
  } finally {
    file.close();
  }
}
