/** Cuts a stream of UTF-8 bytes into lines. */
export class TextLineStream extends TransformStream<Uint8Array<ArrayBuffer>, string> {
  /** A stream that has seen nothing. */
  constructor() {
    const decoder = new TextDecoder();
    let rest = "";
    super({
      transform(bytes, controller) {
        const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r?\n/);
        rest = lines.pop()!;
        for (const line of lines) controller.enqueue(line);
      },
      flush(controller) {
        if (rest !== "") controller.enqueue(rest);
      },
    });
  }
}
