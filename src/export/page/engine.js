// The network of the page: opens WebGPU or wasm, loads the model beside it, gives the class of every pixel.
"use strict";

globalThis.engine = (() => {
  const tf = globalThis.tf;
  const asked = new URLSearchParams(location.search);
  /** More threads than this bring a small network nothing. */
  const MOST_THREADS = 4;
  /** How long a browser may take to start a thread, in milliseconds. */
  const THREAD_PATIENCE = 5000;

  let model;
  let backend = "";
  let threads = 1;

  /** WebGPU where it opens and runs the model, else wasm; `?backend=wasm` and `?threads=1` choose. */
  async function start() {
    const wanted = asked.get("backend");
    const problems = [];
    for (const name of ["webgpu", "wasm"].filter((each) => !wanted || each === wanted)) {
      try {
        await open(name);
        backend = name;
        return;
      } catch (error) {
        problems.push(`${name}: ${error.message ?? error}`);
        model?.dispose();
      }
    }
    throw new Error(problems.join("; ") || `there is no backend "${wanted}"`);
  }

  async function open(name) {
    if (name === "webgpu" && !(await navigator.gpu?.requestAdapter())) throw new Error("not in this browser");
    if (name === "wasm") await prepareWasm();
    if (!(await tf.setBackend(name))) throw new Error("does not start");
    model = await tf.loadGraphModel("model/model.json");
    await maskOf(new ImageData(64, 64));
  }

  async function prepareWasm() {
    tf.wasm.setWasmPaths("vendor/");
    threads = Math.min(MOST_THREADS, Number(asked.get("threads")) || navigator.hardwareConcurrency || 1);
    if (threads > 1 && !(globalThis.crossOriginIsolated && await threadsStart())) threads = 1;
    if (threads > 1) tf.wasm.setThreadsCount(threads);
    else tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  }

  /**
   * Whether a worker starts as those of TF.js do, from a blob that loads another one. Where a host forbids it by a
   * policy of its own, TF.js would wait for its threads for ever.
   */
  function threadsStart() {
    const urls = [];
    const script = (text) => urls[urls.push(URL.createObjectURL(new Blob([text]))) - 1];
    return new Promise((resolve, reject) => {
      const worker = new Worker(script(`importScripts("${script("postMessage(true)")}")`));
      worker.onmessage = () => resolve(true);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(event);
      };
      setTimeout(reject, THREAD_PATIENCE);
    }).catch(() => false).finally(() => urls.forEach(URL.revokeObjectURL));
  }

  /** Class index of every pixel of an ImageData. */
  async function maskOf(pixels) {
    const output = tf.tidy(() => {
      const image = tf.cast(tf.browser.fromPixels(pixels), "float32");
      return model.predict(tf.expandDims(image, 0));
    });
    const data = await output.data();
    output.dispose();
    return data;
  }

  function place() {
    if (backend === "webgpu") return "the graphics card (WebGPU)";
    return `the processor (WebAssembly, ${threads === 1 ? "one thread" : `${threads} threads`})`;
  }

  return {
    start,
    maskOf,
    place,
    get backend() {
      return backend;
    },
    get threads() {
      return threads;
    },
  };
})();
